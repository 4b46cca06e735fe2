/** Pauses suggestions for some minutes, except on request. */
import * as vscode from 'vscode';

const choices: readonly number[] = [5, 15, 30, 60];

export class Snooze implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #until: Date | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** When suggestions resume; undefined if they are not paused. */
  get until(): Date | undefined {
    return this.#until;
  }

  activate({ subscriptions }: vscode.ExtensionContext): void {
    subscriptions.push(
      vscode.commands.registerCommand('longsight.snooze', (minutes?: unknown) =>
        typeof minutes === 'number' ? this.#begin(minutes) : this.#choose(),
      ),
      vscode.commands.registerCommand('longsight.endSnooze', () => this.#end()),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  async #choose(): Promise<void> {
    const items = choices.map(minutes => ({ label: vscode.l10n.t('{0} minutes', minutes), minutes }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('No suggestions for'),
      placeHolder: vscode.l10n.t('They still come when they are asked for.'),
    });
    if (chosen) this.#begin(chosen.minutes);
  }

  #begin(minutes: number): void {
    clearTimeout(this.#timer);
    this.#until = new Date(Date.now() + 60_000 * minutes);
    this.#timer = setTimeout(() => this.#end(), 60_000 * minutes);
    void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
    void vscode.commands.executeCommand('setContext', 'longsight.snoozed', true);
    this.#changed.fire();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#until = undefined;
    void vscode.commands.executeCommand('setContext', 'longsight.snoozed', false);
    this.#changed.fire();
  }
}
