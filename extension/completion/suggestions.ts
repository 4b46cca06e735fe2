/** Passes ghost text from the server to the editor: checks that it is wanted here, and remembers the latest. */
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { Why } from '../../server/protocol/requests.ts';
import { isEnabled } from '../client/settings.ts';
import { isAcceptedPart } from './acceptance.ts';
import type { Activity } from './activity.ts';
import { MissedTriggerWorkaround } from './missed-trigger.ts';
import type { Snooze } from './snooze.ts';

/** A suggestion given to the editor, and its position. */
export interface Suggested {
  readonly uri: string;
  readonly languageId: string;
  readonly position: vscode.Position;
  readonly why: Why;
}

interface Offered {
  readonly uri: string;
  readonly languageId: string;
  readonly position: vscode.Position;
  /** The alternatives, in the editor's order. */
  readonly reasons: readonly Why[];
  /** Part of it was accepted and counted. */
  readonly isCounted: boolean;
}

/**
 * Remembers the latest suggestions, for "Why this suggestion?". The editor has no stable event for which one it shows.
 */
export class Suggestions implements vscode.Disposable {
  readonly #lost = new MissedTriggerWorkaround();
  readonly #snooze: Snooze;
  readonly #activity: Activity;
  readonly #changes = vscode.workspace.onDidChangeTextDocument(change => this.#changed(change));
  readonly #offers = new vscode.EventEmitter<Suggested>();
  readonly #accepts = new vscode.EventEmitter<Suggested>();
  /** A different suggestion is shown; typing along one does not count. */
  readonly onDidOffer = this.#offers.event;
  readonly onDidAccept = this.#accepts.event;
  #offered: Offered | undefined;
  /** Which alternative is shown, as far as our own commands changed it. */
  #shown = 0;
  #accepted: Suggested | undefined;

  readonly middleware: Pick<Middleware, 'provideInlineCompletionItems'> = {
    provideInlineCompletionItems: async (document, position, asked, token, next) => {
      // A request that we triggered needs the same confidence as one while typing.
      const context = this.#lost.heard()
        ? { ...asked, triggerKind: vscode.InlineCompletionTriggerKind.Automatic }
        : asked;
      if (!isEnabled(document)) return undefined;
      const isAutomatic = context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic;
      if (isAutomatic && this.#snooze.until !== undefined) return undefined;
      const done = this.#activity.ask();
      const result = await Promise.resolve(next(document, position, context, token)).finally(done);
      if (token.isCancellationRequested) return undefined;
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      this.#take(
        document,
        position,
        items.map(reasonOf).filter(reason => reason !== undefined),
      );
      return result;
    },
  };

  constructor(snooze: Snooze, activity: Activity) {
    this.#snooze = snooze;
    this.#activity = activity;
  }

  /** The suggestion last offered in the line of `position`, else the one last accepted there. */
  at(document: vscode.TextDocument, position: vscode.Position): Suggested | undefined {
    const uri = document.uri.toString();
    return [this.#current(), this.#accepted].find(
      suggested => suggested?.uri === uri && suggested.position.line === position.line,
    );
  }

  dispose(): void {
    this.#lost.dispose();
    this.#changes.dispose();
  }

  /** Closes the editor's list, as Escape does, and requests the suggestion it hid. */
  async closeList(): Promise<void> {
    await vscode.commands.executeCommand('hideSuggestWidget');
    const document = vscode.window.activeTextEditor?.document;
    if (document) this.#lost.askNow(document);
  }

  /** Shows the next or previous alternative. */
  step(by: 1 | -1): void {
    const count = this.#offered?.reasons.length ?? 0;
    if (count > 0) this.#shown = (this.#shown + by + count) % count;
  }

  /** The editor reports acceptance by running the item's command; the cursor is then after it. */
  accepted(why: Why): void {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const { document } = editor;
    const isCounted = this.#offered?.isCounted === true;
    if (why.caret !== undefined) moveBack(editor, why.text.length - why.caret);
    const { languageId } = document;
    this.#accepted = { uri: document.uri.toString(), languageId, position: editor.selection.active, why };
    this.#offered = undefined;
    if (!isCounted) this.#accepts.fire(this.#accepted);
    // The next suggestion is already prepared, but the editor does not ask for it.
    this.#lost.askNow(document);
  }

  /** The editor does not report partial acceptance: detect it from the inserted text. */
  #changed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const now = this.#current();
    const [change] = contentChanges;
    if (!now || !change || contentChanges.length > 1 || reason !== undefined || this.#offered?.isCounted)
      return;
    if (now.uri !== document.uri.toString() || !change.range.start.isEqual(now.position)) return;
    if (!isAcceptedPart(now.why.text, change.text)) return;
    this.#offered = this.#offered && { ...this.#offered, isCounted: true };
    this.#accepts.fire({ ...now, why: { ...now.why, text: change.text } });
  }

  #take(document: vscode.TextDocument, position: vscode.Position, reasons: readonly Why[]): void {
    const uri = document.uri.toString();
    const before = this.#current();
    const [first] = reasons;
    this.#shown = 0;
    const isRest = before?.uri === uri && first !== undefined && before.why.text.endsWith(first.text);
    const isCounted = isRest && this.#offered?.isCounted === true;
    this.#offered = first && { uri, languageId: document.languageId, position, reasons, isCounted };
    const now = this.#current();
    if (now && !isRest) this.#offers.fire(now);
  }

  #current(): Suggested | undefined {
    const why = this.#offered?.reasons[this.#shown];
    if (!this.#offered || !why) return undefined;
    const { uri, languageId, position } = this.#offered;
    return { uri, languageId, position, why };
  }
}

/** Moves the cursor back by this many UTF-16 units. */
function moveBack(editor: vscode.TextEditor, units: number): void {
  const { document, selection } = editor;
  const at = document.positionAt(document.offsetAt(selection.active) - units);
  editor.selection = new vscode.Selection(at, at);
}

function reasonOf(item: vscode.InlineCompletionItem): Why | undefined {
  const argument: unknown = item.command?.arguments?.[0];
  if (typeof argument !== 'object' || argument === null || !('provenance' in argument)) return undefined;
  return argument as Why;
}
