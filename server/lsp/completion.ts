/** `textDocument/inlineCompletion`: one answer a document at a time, the newest question first. */
import {
  type CancellationToken,
  CancellationTokenSource,
  type Connection,
  type InlineCompletionContext,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
  LSPErrorCodes,
  type NotebookDocuments,
  ResponseError,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionItem } from '../completion/complete.ts';
import { workerRequests } from '../host/messages.ts';
import { acceptedCommand, type Why } from '../protocol/requests.ts';
import type { SettingsShape } from '../protocol/settings.ts';
import type { AcceptanceCount } from './acceptance.ts';
import { pathOfUri } from './folders.ts';
import { type Whole, wholeOf } from './notebooks.ts';
import type { RepositoryClient } from './repository-client.ts';
import type { Settings } from './settings.ts';
import { TypingPace } from './typing-pace.ts';
import type { UnsavedDocuments } from './unsaved-documents.ts';

export function serveCompletions(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  notebooks: NotebookDocuments<TextDocument>,
  settings: Settings,
  reading: RepositoryClient,
  unsaved: UnsavedDocuments,
  acceptance: AcceptanceCount,
): void {
  const latest = new Map<string, CancellationTokenSource>();
  const pace = new TypingPace();

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
    const isInvoked = context.triggerKind === InlineCompletionTriggerKind.Invoked;
    if (!isInvoked) pace.typed(performance.now());
    const wait = isInvoked ? 0 : Math.max(now['completion.debounce'], pace.wait);
    // Typing goes on while the memory looks: what it says counts for the text it was asked about.
    const { version } = document;
    const whole = wholeOf(document, notebooks);
    const offset = whole.start + document.offsetAt(position);
    const request = {
      file: pathOfUri(whole.uri) ?? whole.uri,
      text: whole.text,
      offset,
      languageId: document.languageId,
      scope: now['completion.scope'],
      eagerness: now['completion.eagerness'],
      maxLines: now['completion.maxLines'],
      wait,
      isInvoked,
      replacesClosers: true,
      selected: selectedIn(context, document, whole.start, offset),
    };
    try {
      await unsaved.flush(document.uri);
      const found = await reading.ask(workerRequests.complete, request, token);
      const { item, alternatives = [] } = found;
      if (found.reason !== 'cancelled') pace.answered(Math.max(0, found.milliseconds - wait));
      if (item === undefined || documents.get(document.uri)?.version !== version) return [];
      acceptance.offered(document.uri, item.text);
      return [item, ...alternatives].map(one => itemOf(one, document, whole));
    } catch (error) {
      if (token.isCancellationRequested) return [];
      throw error;
    }
  }
}

/** The entry that is selected in the editor's list, where it would replace what stands before the cursor. */
function selectedIn(
  { selectedCompletionInfo: info }: InlineCompletionContext,
  document: TextDocument,
  start: number,
  offset: number,
): { start: number; text: string } | undefined {
  if (!info || start + document.offsetAt(info.range.end) !== offset) return undefined;
  return { start: start + document.offsetAt(info.range.start), text: info.text };
}

function isWanted({ enable, languages }: SettingsShape, languageId: string): boolean {
  const wanted = new Map(Object.entries(languages));
  return enable && (wanted.get(languageId) ?? wanted.get('*') ?? true);
}

function itemOf(
  { text, range, confidence, provenance, verbatim }: CompletionItem,
  document: TextDocument,
  { start }: Whole,
): InlineCompletionItem {
  const why: Why = { text, confidence, provenance, ...(verbatim && { verbatim }) };
  return {
    insertText: text,
    range: {
      start: document.positionAt(range.start - start),
      end: document.positionAt(range.end - start),
    },
    command: { title: 'Why this suggestion', command: acceptedCommand, arguments: [why] },
  };
}
