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
import { fileOf, type Whole, wholeOf } from './notebooks.ts';
import type { RepositoryClient } from './repository-client.ts';
import { TypingPace } from './typing-pace.ts';
import type { UnsavedDocuments } from './unsaved-documents.ts';

export function serveCompletions(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  notebooks: NotebookDocuments<TextDocument>,
  settingsOf: (uri: string) => Promise<SettingsShape>,
  repository: RepositoryClient,
  unsaved: UnsavedDocuments,
  acceptance: AcceptanceCount,
  answers: Durations,
): void {
  const latest = new Map<string, CancellationTokenSource>();
  const pace = new TypingPace();
  // Kept beyond closing: a document whose language changes is closed and opened again, without another notification.
  const indentations = new Map<string, DocumentIndentation>();
  connection.onNotification(indentationNotification.method, (said: DocumentIndentation) => {
    indentations.delete(said.uri);
    indentations.set(said.uri, said);
    const [oldest] = indentations.keys();
    if (indentations.size > mostIndentations && oldest !== undefined) indentations.delete(oldest);
  });

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
      // The list hides it.
      const hidden = { ...alone, wait: 0, isAhead: true };
      const other = await repository.ask(workerRequests.complete, hidden, token);
      if (other.item !== undefined) answered = { outcome: 'behind the list' };
    }
    await connection.sendNotification(answeredNotification.method, { uri, ...answered });
  }

  async function answer(
    { textDocument, position, context }: CompletionParameters,
    token: CancellationToken,
  ): Promise<InlineCompletionItem[]> {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return [];
    // A client that gives no trigger kind is assumed to ask while typing.
    const isInvoked = context?.triggerKind === InlineCompletionTriggerKind.Invoked;
    if (!isInvoked) pace.typed(performance.now());
    // Typing continues meanwhile: the answer applies to the requested version.
    const { version } = document;
    const whole = wholeOf(document, notebooks);
    const offset = whole.start + document.offsetAt(position);
    const selected = selectedIn(context, document, whole.start, offset);
    const now = await settingsOf(document.uri);
    if (!isWanted(now, document.languageId)) return [];
    const wait = isInvoked ? 0 : Math.max(now['completion.debounce'], pace.wait);
    const request: DocumentRequest = {
      file: fileOf(whole),
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
      selected,
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

/** Documents whose indentation is remembered. */
const mostIndentations = 1000;

function outcomeOf({ item, reason, withheld }: Completion): Omit<Answered, 'uri'> {
  if (item !== undefined) return { outcome: 'suggested' };
  if (reason === 'excluded') return { outcome: 'excluded' };
  if (withheld !== undefined) return { outcome: 'unsure', confidence: withheld.confidence };
  return { outcome: reason === 'not confident enough' ? 'unsure' : 'nothing' };
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
