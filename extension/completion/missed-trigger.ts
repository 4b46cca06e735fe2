/**
 * Triggers a suggestion where the editor does not: it missed the trigger, its list was closed, or a suggestion was
 * accepted.
 */
import * as vscode from 'vscode';
import { isEnabled } from '../client/settings.ts';

/** Milliseconds after which the editor has missed the trigger; it normally asks within a tenth of that. */
const patience = 600;

/**
 * After some bursts of keys, usually the first in a newly opened file, the editor (seen in 1.139) never calls a
 * provider, and nothing is suggested until the next key. A user who stops typing there would wait in vain, so this
 * triggers a request as if the editor had.
 */
export class MissedTriggerWorkaround implements vscode.Disposable {
  readonly #subscription = vscode.workspace.onDidChangeTextDocument(change => this.#typed(change));
  #timer: NodeJS.Timeout | undefined;
  #isOurs = false;

  /** The editor made a request; returns whether we triggered it. */
  heard(): boolean {
    clearTimeout(this.#timer);
    const isOurs = this.#isOurs;
    this.#isOurs = false;
    return isOurs;
  }

  /** Triggers now. */
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
    // Undo, paste and deletion are not typing.
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
      // If the editor misses this trigger too, its next request may be the user's own.
      this.#isOurs = false;
    }
  }
}
