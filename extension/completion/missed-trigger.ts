/** Asks for a suggestion where the editor does not: it forgets to, its list was closed, or a suggestion was accepted. */
import * as vscode from 'vscode';
import { isEnabled } from '../client/settings.ts';

/** Milliseconds after which the editor, which asks within a tenth of that, is taken not to ask at all. */
const patience = 600;

/**
 * After some bursts of keys, most often the first in a file that was just opened, the editor (seen in 1.139) never calls a provider, and nothing is
 * suggested until the next key. Whoever stops there would wait in vain: so it is made to ask, as if it had by itself.
 */
export class MissedTriggerWorkaround implements vscode.Disposable {
  readonly #subscription = vscode.workspace.onDidChangeTextDocument(change => this.#typed(change));
  #timer: NodeJS.Timeout | undefined;
  #isOurs = false;

  /** The editor asks; says whether it was made to. */
  heard(): boolean {
    clearTimeout(this.#timer);
    const isOurs = this.#isOurs;
    this.#isOurs = false;
    return isOurs;
  }

  /** Asks at once. */
  askNow(document: vscode.TextDocument): void {
    clearTimeout(this.#timer);
    void this.#ask(document);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
  }

  #typed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (document !== vscode.window.activeTextEditor?.document) return;
    clearTimeout(this.#timer);
    // Undone, pasted over or deleted is not typed.
    if (reason !== undefined || contentChanges.length !== 1 || contentChanges[0]?.text === '') return;
    this.#timer = setTimeout(() => void this.#ask(document), patience);
  }

  async #ask(document: vscode.TextDocument): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const isWanted = vscode.workspace.getConfiguration('editor.inlineSuggest', document).get('enabled', true);
    if (editor?.document !== document || editor.selections.length > 1 || !isWanted || !isEnabled(document))
      return;
    this.#isOurs = true;
    try {
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    } finally {
      // Forgotten once more, it must not be taken for the next one, which may be a person's.
      this.#isOurs = false;
    }
  }
}
