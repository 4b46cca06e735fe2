/**
 * The next place for a repeated change: a hint after the cursor's line names it, one key jumps there, and the same key
 * again makes the change. The editor shows suggestions on the cursor's line only, so it cannot be one.
 */
import * as vscode from 'vscode';
import { methods } from '../../server/protocol/methods.ts';
import type { NextEdit } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { isEnabled } from '../client/settings.ts';

/** Milliseconds without typing before looking for the next place. */
const patience = 500;

interface Offer extends NextEdit {
  readonly uri: string;
  readonly version: number;
}

export function activate(context: Context): void {
  const offers = new NextEditOffers(context);
  const { subscriptions } = context.extension;
  subscriptions.push(
    offers,
    vscode.commands.registerCommand('longsight.nextEdit', () => offers.take()),
    vscode.commands.registerCommand('longsight.stopNextEdits', () => offers.stop()),
    vscode.workspace.onDidChangeTextDocument(change => offers.changed(change)),
    vscode.window.onDidChangeActiveTextEditor(() => offers.clear()),
  );
}

class NextEditOffers implements vscode.Disposable {
  readonly #context: Context;
  readonly #hint = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorGhostText.foreground'), margin: '0 0 0 2em' },
  });
  #timer: NodeJS.Timeout | undefined;
  #offer: Offer | undefined;
  /** Dismissed for the rest of this session. */
  #isOff = false;

  constructor(context: Context) {
    this.#context = context;
  }

  changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (document !== vscode.window.activeTextEditor?.document || contentChanges.length === 0) return;
    this.clear();
    if (this.#isOff || !isEnabled(document)) return;
    this.#timer = setTimeout(() => void this.#look(document), patience);
  }

  /** Jumps to the place; once there, makes the change. */
  async take(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const offer = this.#offer;
    if (!editor || !offer || !this.#isCurrent(offer, editor.document)) return this.clear();
    const range = rangeOf(offer);
    if (!editor.selection.isEqual(new vscode.Selection(range.start, range.end))) {
      editor.selection = new vscode.Selection(range.start, range.end);
      editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      this.#show(editor, offer);
      return;
    }
    await editor.edit(edit => edit.replace(range, offer.newText));
  }

  stop(): void {
    this.#isOff = true;
    this.clear();
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('Longsight offers no next edits until the window is opened again.'),
      4000,
    );
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#offer = undefined;
    void setOffered(false);
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(this.#hint, []);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#hint.dispose();
  }

  async #look(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const uri = document.uri.toString();
    try {
      const found = await this.#context.client.request(methods.nextEdit, { uri });
      const editor = vscode.window.activeTextEditor;
      if (found === null || editor?.document !== document || document.version !== version) return;
      const offer = { ...found, uri, version };
      if (document.getText(rangeOf(offer)) !== offer.oldText) return;
      this.#offer = offer;
      this.#show(editor, offer);
      void setOffered(true);
    } catch (error) {
      this.#context.log.debug('The next edit could not be looked for.', error);
    }
  }

  #isCurrent({ uri, version }: Offer, document: vscode.TextDocument): boolean {
    return document.uri.toString() === uri && document.version === version;
  }

  /** After the cursor's line, wherever the place is. */
  #show(editor: vscode.TextEditor, { line, oldText, newText }: Offer): void {
    const at = editor.document.lineAt(editor.selection.active.line).range.end;
    const isThere = editor.selection.active.line === line - 1;
    const what = oldText === '' ? `+ ${newText}` : `${oldText} → ${newText}`;
    const key = process.platform === 'darwin' ? 'Cmd+Alt+N' : 'Ctrl+Alt+N';
    const contentText = isThere
      ? vscode.l10n.t('{0}: {1} makes this change', what, key)
      : vscode.l10n.t('Line {0}: {1} ({2} goes there)', line, what, key);
    const hoverMessage = new vscode.MarkdownString(
      `[${vscode.l10n.t('No next edits in this session')}](command:longsight.stopNextEdits)`,
    );
    hoverMessage.isTrusted = { enabledCommands: ['longsight.stopNextEdits'] };
    const range = new vscode.Range(at, at);
    editor.setDecorations(this.#hint, [{ range, hoverMessage, renderOptions: { after: { contentText } } }]);
  }
}

function rangeOf({ line, start, end }: NextEdit): vscode.Range {
  return new vscode.Range(line - 1, start - 1, line - 1, end - 1);
}

function setOffered(isOffered: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', 'longsight.nextEditOffered', isOffered);
}
