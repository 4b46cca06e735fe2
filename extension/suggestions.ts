/** Ghost text on its way from the server to the editor: whether it is wanted here, and which suggestion came last. */
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { Why } from '../server/protocol/requests.ts';
import { isEnabled } from './settings.ts';

/** A suggestion that was handed to the editor, and where. */
export interface Suggested {
  readonly uri: string;
  readonly position: vscode.Position;
  readonly why: Why;
}

/** Remembers the latest suggestion, for "Why this suggestion?". The editor has no stable event for what it shows. */
export class Suggestions {
  #offered: Suggested | undefined;
  #accepted: Suggested | undefined;

  readonly middleware: Pick<Middleware, 'provideInlineCompletionItems'> = {
    provideInlineCompletionItems: async (document, position, context, token, next) => {
      if (!isEnabled(document)) return undefined;
      const result = await next(document, position, context, token);
      if (token.isCancellationRequested) return undefined;
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      const why = items.map(reasonOf).find(reason => reason !== undefined);
      this.#offered = why && { uri: document.uri.toString(), position, why };
      return result;
    },
  };

  /** The suggestion last offered in the line of `position`, else the one last accepted there. */
  at(document: vscode.TextDocument, position: vscode.Position): Suggested | undefined {
    const uri = document.uri.toString();
    return [this.#offered, this.#accepted].find(
      suggested => suggested?.uri === uri && suggested.position.line === position.line,
    );
  }

  /** The editor tells what was accepted by running the item's command; by then the cursor stands behind it. */
  accepted(why: Why): void {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    this.#accepted = { uri: editor.document.uri.toString(), position: editor.selection.active, why };
    this.#offered = undefined;
  }
}

function reasonOf(item: vscode.InlineCompletionItem): Why | undefined {
  const argument: unknown = item.command?.arguments?.[0];
  if (typeof argument !== 'object' || argument === null || !('provenance' in argument)) return undefined;
  return argument as Why;
}
