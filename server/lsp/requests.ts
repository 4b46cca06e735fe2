/** The requests beyond LSP, of `protocol/requests.ts`, that are about what was read. */
import {
  type CancellationToken,
  type Connection,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { messageOf } from '../host/log.ts';
import {
  coverageOfMemory,
  describeFromMemory,
  digestOfMemory,
  type FilePosition,
  lineSummariesFromMemory,
  lineSummaryFromMemory,
  mapOfMemory,
  summarizeMemory,
  whereInMemory,
} from '../host/messages.ts';
import {
  clearRequest,
  coverageRequest,
  type DocumentPosition,
  describeRequest,
  digestRequest,
  lineSummariesRequest,
  lineSummaryRequest,
  mapRequest,
  pauseRequest,
  type RequestOf,
  readRequest,
  type Status,
  summaryRequest,
  whereRequest,
} from '../protocol/requests.ts';
import { pathOfUri } from './folders.ts';
import type { RepositoryClient } from './repository-client.ts';
import type { UnsavedDocuments } from './unsaved-documents.ts';

export function serveRequests(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  reading: RepositoryClient,
  unsaved: UnsavedDocuments,
  status: () => Status,
): void {
  on(readRequest, async (_, token) => {
    await reading.read(token);
    return status();
  });
  on(pauseRequest, async parameters => {
    if (typeof parameters?.paused !== 'boolean') throw invalid('`paused` must be true or false.');
    // Going on means reading, which takes its time; the status tells how it goes.
    void reading.pause(parameters.paused);
    return status();
  });
  on(clearRequest, async () => {
    await reading.clear();
    return status();
  });
  on(summaryRequest, (parameters, token) => {
    const { path, budget } = parameters ?? {};
    checkPath(path);
    checkBudget(budget);
    return reading.ask(summarizeMemory, parameters ?? {}, token);
  });
  on(describeRequest, async (parameters, token) => {
    const { path, lines } = parameters ?? {};
    checkPath(path);
    if (lines !== undefined && !(isCount(lines.first) && isCount(lines.last) && lines.first <= lines.last))
      throw invalid('`lines` must be a first and a last line, counted from 1.');
    return reading.ask(describeFromMemory, parameters ?? {}, token);
  });
  on(mapRequest, async (parameters, token) => {
    const { path, measure } = parameters ?? {};
    checkPath(path);
    if (measure !== undefined && typeof measure !== 'boolean')
      throw invalid('`measure` must be true or false.');
    return reading.ask(mapOfMemory, parameters ?? {}, token);
  });
  on(digestRequest, async (parameters, token) => {
    const { path, budget, format = 'markdown' } = parameters ?? {};
    checkPath(path);
    checkBudget(budget);
    if (format !== 'markdown' && format !== 'json') throw invalid('`format` must be markdown or json.');
    return reading.ask(digestOfMemory, { ...parameters, format }, token);
  });
  on(whereRequest, async (position, token) =>
    reading.ask(whereInMemory, await filePosition(position), token),
  );
  on(lineSummaryRequest, async (position, token) =>
    reading.ask(lineSummaryFromMemory, await filePosition(position), token),
  );
  on(lineSummariesRequest, (parameters, token) => {
    const { uri } = parameters ?? {};
    if (typeof uri !== 'string') throw invalid('`uri` must be a text.');
    return reading.ask(lineSummariesFromMemory, { file: pathOfUri(uri) ?? uri }, token);
  });
  on(coverageRequest, (_, token) => reading.ask(coverageOfMemory, null, token));

  /** The place with the document's text, saved or not, once the memory has those of all others. */
  async function filePosition(position: DocumentPosition | null | undefined): Promise<FilePosition> {
    const { uri, line, column } = position ?? {};
    if (typeof uri !== 'string') throw invalid('`uri` must be a text.');
    if (!isCount(line) || !isCount(column))
      throw invalid('`line` and `column` must be whole numbers from 1.');
    await unsaved.flush(uri);
    const text = documents.get(uri)?.getText();
    return { file: pathOfUri(uri) ?? uri, line, column, ...(text === undefined ? {} : { text }) };
  }

  /** Clients leave parameters out, say null, or send an empty object for none. What fails is told in the sentence it came with. */
  function on<Parameters, Result>(
    { method }: RequestOf<Parameters, Result>,
    answer: (parameters: Parameters | null | undefined, token: CancellationToken) => Promise<Result>,
  ): void {
    connection.onRequest(method, async (...given: unknown[]): Promise<unknown> => {
      const token = given.pop() as CancellationToken;
      try {
        return await answer(given[0] as Parameters | null | undefined, token);
      } catch (error) {
        if (error instanceof ResponseError && !token.isCancellationRequested) throw error;
        throw token.isCancellationRequested
          ? new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.')
          : new ResponseError(ErrorCodes.InternalError, messageOf(error));
      }
    });
  }
}

function checkPath(path: unknown): void {
  if (path !== undefined && typeof path !== 'string') throw invalid('`path` must be a text.');
}

function checkBudget(budget: unknown): void {
  if (budget !== undefined && !(Number.isInteger(budget) && (budget as number) >= 0))
    throw invalid('`budget` must be a whole number.');
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function invalid(problem: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, problem);
}
