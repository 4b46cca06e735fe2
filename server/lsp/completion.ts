/** `textDocument/inlineCompletion`: one answer a document at a time, the newest question first. */
import { setTimeout } from 'node:timers/promises';
import {
  type CancellationToken,
  CancellationTokenSource,
  type Connection,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
  LSPErrorCodes,
  ResponseError,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionItem } from '../completion/complete.ts';
import { acceptedCommand, type Why } from '../protocol/requests.ts';
import type { SettingsShape } from '../protocol/settings.ts';
import type { AcceptanceCount } from './acceptance.ts';
import { pathOfUri } from './folders.ts';
import { completeFromMemory } from './memory-messages.ts';
import type { Reading } from './reading.ts';
import type { Settings } from './settings.ts';
import type { Unsaved } from './unsaved.ts';

export function serveCompletions(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  settings: Settings,
  reading: Reading,
  unsaved: Unsaved,
  acceptance: AcceptanceCount,
): void {
  const latest = new Map<string, CancellationTokenSource>();

  connection.languages.inlineCompletion.on(async (params, token) => {
    const { uri } = params.textDocument;
    const question = new CancellationTokenSource();
    latest.get(uri)?.cancel();
    latest.set(uri, question);
    const listening = token.onCancellationRequested(() => question.cancel());
    try {
      const items = await answer(params, question.token);
      if (token.isCancellationRequested)
        return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
      return question.token.isCancellationRequested ? [] : items;
    } finally {
      listening.dispose();
      if (latest.get(uri) === question) latest.delete(uri);
    }
  });

  async function answer(
    { textDocument, position, context }: InlineCompletionParams,
    token: CancellationToken,
  ): Promise<InlineCompletionItem[]> {
    const now = settings.current;
    const document = documents.get(textDocument.uri);
    if (document === undefined || !isWanted(now, document.languageId)) return [];
    // That there is no memory is said by the status, not at every keystroke.
    if (reading.figures.state === 'failed') return [];
    if (context?.triggerKind === InlineCompletionTriggerKind.Automatic && now['completion.debounce'] > 0) {
      await pause(now['completion.debounce'], token);
      if (token.isCancellationRequested) return [];
    }
    // Typing goes on while the memory looks: what it says counts for the text it was asked about.
    const { version } = document;
    const request = {
      file: pathOfUri(document.uri) ?? document.uri,
      text: document.getText(),
      offset: document.offsetAt(position),
      languageId: document.languageId,
      scope: now['completion.scope'],
      eagerness: now['completion.eagerness'],
      maxLines: now['completion.maxLines'],
    };
    try {
      await unsaved.handOver(document.uri);
      const { item } = await reading.ask(completeFromMemory, request, token);
      if (item === undefined || documents.get(document.uri)?.version !== version) return [];
      acceptance.offered(document.uri, item.text);
      return [itemOf(item, document)];
    } catch (error) {
      if (token.isCancellationRequested) return [];
      throw error;
    }
  }
}

/** Resolves after the time, or as soon as nobody waits for it. */
async function pause(milliseconds: number, token: CancellationToken): Promise<void> {
  const abort = new AbortController();
  const listening = token.onCancellationRequested(() => abort.abort());
  await setTimeout(milliseconds, undefined, { signal: abort.signal }).catch(() => {});
  listening.dispose();
}

function isWanted({ enable, languages }: SettingsShape, languageId: string): boolean {
  return enable && (languages[languageId] ?? languages['*'] ?? true);
}

function itemOf(
  { text, range, confidence, provenance }: CompletionItem,
  document: TextDocument,
): InlineCompletionItem {
  const why: Why = { text, confidence, provenance };
  return {
    insertText: text,
    range: { start: document.positionAt(range.start), end: document.positionAt(range.end) },
    command: { title: 'Why this suggestion', command: acceptedCommand, arguments: [why] },
  };
}
