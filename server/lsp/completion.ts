/** `textDocument/inlineCompletion`: one request per document at a time, newest first. */
import {
  type CancellationToken,
  CancellationTokenSource,
  type Connection,
  type InlineCompletionItem,
  InlineCompletionTriggerKind,
  LSPErrorCodes,
  type NotebookDocuments,
  ResponseError,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Completion, CompletionItem } from '../completion/complete.ts';
import { type DocumentRequest, workerRequests } from '../host/messages.ts';
import {
  type Answered,
  acceptedCommand,
  answeredNotification,
  type DocumentIndentation,
  indentationNotification,
  type Why,
} from '../protocol/requests.ts';
import type { SettingsShape } from '../protocol/settings.ts';
import type { AcceptanceCount } from './acceptance.ts';
import type { CompletionParameters } from './checked-messages.ts';
import type { Durations } from './diagnostics.ts';
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
  repository: RepositoryClient,
  unsaved: UnsavedDocuments,
  acceptance: AcceptanceCount,
  answers: Durations,
): void {
  const latest = new Map<string, CancellationTokenSource>();
  const pace = new TypingPace();
  const indentations = new Map<string, DocumentIndentation>();
  connection.onNotification(indentationNotification.method, (said: DocumentIndentation) => {
    indentations.set(said.uri, said);
  });
  documents.onDidClose(({ document }) => void indentations.delete(document.uri));

  connection.languages.inlineCompletion.on(async (asked, token) => {
    const { uri } = asked.textDocument;
    const question = new CancellationTokenSource();
    latest.get(uri)?.cancel();
    latest.set(uri, question);
    const listening = token.onCancellationRequested(() => question.cancel());
    try {
      const items = await answer(asked, question.token);
      if (token.isCancellationRequested)
        return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
      return question.token.isCancellationRequested ? [] : items;
    } finally {
      listening.dispose();
      if (latest.get(uri) === question) latest.delete(uri);
    }
  });

  async function tell(
    uri: string,
    found: Completion,
    request: DocumentRequest,
    token: CancellationToken,
  ): Promise<void> {
    let answered = outcomeOf(found);
    if (found.item === undefined && request.selected !== undefined && !token.isCancellationRequested) {
      const { selected: _, ...alone } = request;
      const other = await repository.ask(workerRequests.complete, { ...alone, wait: 0 }, token);
      if (other.item !== undefined) answered = { outcome: 'behind the list' };
    }
    await connection.sendNotification(answeredNotification.method, { uri, ...answered });
  }

  async function answer(
    { textDocument, position, context }: CompletionParameters,
    token: CancellationToken,
  ): Promise<InlineCompletionItem[]> {
    const now = settings.current;
    const document = documents.get(textDocument.uri);
    if (document === undefined || !isWanted(now, document.languageId)) return [];
    // A client that gives no trigger kind is assumed to ask while typing.
    const isInvoked = context?.triggerKind === InlineCompletionTriggerKind.Invoked;
    if (!isInvoked) pace.typed(performance.now());
    const wait = isInvoked ? 0 : Math.max(now['completion.debounce'], pace.wait);
    // Typing continues meanwhile: the answer applies to the requested version.
    const { version } = document;
    const whole = wholeOf(document, notebooks);
    const offset = whole.start + document.offsetAt(position);
    const request: DocumentRequest = {
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
      indentation: indentations.get(document.uri),
      selected: selectedIn(context, document, whole.start, offset),
    };
    try {
      await unsaved.flush(document.uri);
      const found = await repository.ask(workerRequests.complete, request, token);
      const { item, alternatives = [] } = found;
      if (found.reason === 'cancelled') return [];
      const milliseconds = Math.max(0, found.milliseconds - wait);
      pace.answered(milliseconds);
      answers.add(milliseconds);
      if (documents.get(document.uri)?.version !== version) return [];
      await tell(document.uri, found, request, token);
      if (item === undefined) return [];
      acceptance.offered(document.uri, item.text);
      return [item, ...alternatives].map(one => itemOf(one, document, whole));
    } catch (error) {
      // The status reports this; not every keystroke must.
      if (token.isCancellationRequested || repository.stats.state === 'failed') return [];
      throw error;
    }
  }
}

function outcomeOf({ item, reason, withheld }: Completion): Omit<Answered, 'uri'> {
  if (item !== undefined) return { outcome: 'suggested' };
  if (reason === 'excluded') return { outcome: 'excluded' };
  return withheld === undefined
    ? { outcome: 'nothing' }
    : { outcome: 'unsure', confidence: withheld.confidence };
}

/** The entry selected in the editor's list, if it would replace text before the cursor. */
function selectedIn(
  context: CompletionParameters['context'],
  document: TextDocument,
  start: number,
  offset: number,
): { start: number; text: string } | undefined {
  const info = context?.selectedCompletionInfo;
  if (!info || start + document.offsetAt(info.range.end) !== offset) return undefined;
  return { start: start + document.offsetAt(info.range.start), text: info.text };
}

function isWanted({ enable, languages }: SettingsShape, languageId: string): boolean {
  const wanted = new Map(Object.entries(languages));
  return enable && (wanted.get(languageId) ?? wanted.get('*') ?? true);
}

function itemOf(
  { text, range, confidence, provenance, origin, model, verbatim, caret }: CompletionItem,
  document: TextDocument,
  { start }: Whole,
): InlineCompletionItem {
  const why: Why = {
    text,
    confidence,
    provenance,
    origin,
    ...(model !== undefined && { model }),
    ...(verbatim && { verbatim }),
    // Not a snippet: editors indent a snippet's lines themselves, but display it unindented.
    ...(caret !== undefined && { caret }),
  };
  return {
    insertText: text,
    range: {
      start: document.positionAt(range.start - start),
      end: document.positionAt(range.end - start),
    },
    command: { title: 'Why this suggestion', command: acceptedCommand, arguments: [why] },
  };
}
