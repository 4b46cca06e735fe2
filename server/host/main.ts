/**
 * The memory's thread: reads the workspace, keeps what was read, and answers from it. That is computing in stretches
 * for which no server may be deaf, so it has a thread, and a heap, of its own.
 */
import { parentPort } from 'node:worker_threads';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  PortMessageReader,
  PortMessageWriter,
  ResponseError,
} from 'vscode-languageserver/node';
import type { RequestOf } from '../protocol/requests.ts';
import { linkedEngine } from './engine-link.ts';
import { messageOf } from './log.ts';
import {
  clearMemory,
  completeFromMemory,
  coverageOfMemory,
  describeFromMemory,
  digestOfMemory,
  editMemory,
  foldersInMemory,
  lineSummariesFromMemory,
  lineSummaryFromMemory,
  mapOfMemory,
  openMemory,
  pauseMemory,
  readMemory,
  statsChanged,
  summarizeMemory,
  updateMemory,
  whereInMemory,
} from './messages.ts';
import { RepositoryWorker } from './repository-worker.ts';
import { throttle } from './throttle.ts';

if (parentPort === null) {
  process.stderr.write("This is the memory's thread of Longsight; the language server starts it.\n");
  process.exit(2);
}

/** Milliseconds between two notifications. */
const interval = 200;

const connection = createMessageConnection(
  new PortMessageReader(parentPort),
  new PortMessageWriter(parentPort),
);
const host = new RepositoryWorker(
  throttle(() => void connection.sendNotification(statsChanged.method, host.figures()), interval),
  linkedEngine(connection, () => new CancellationTokenSource()),
);

on(openMemory, parameters => host.open(parameters));
on(readMemory, (_, signal) => host.read(signal));
on(updateMemory, ({ paths }) => host.update(paths));
on(editMemory, ({ file, text }) => host.edit(file, text));
on(pauseMemory, ({ paused }) => host.pause(paused));
on(clearMemory, () => host.clear());
on(completeFromMemory, (request, signal) => host.complete(request, signal));
on(summarizeMemory, (parameters, signal) => host.summary.summarize(parameters, signal));
on(mapOfMemory, (parameters, signal) => host.summary.map(parameters, signal));
on(digestOfMemory, (parameters, signal) => host.summary.digest(parameters, signal));
on(describeFromMemory, (parameters, signal) => host.summary.describe(parameters, signal));
on(lineSummaryFromMemory, (position, signal) => host.summary.lineSummary(position, signal));
on(lineSummariesFromMemory, ({ file }, signal) => host.summary.lineSummaries(file, signal));
on(whereInMemory, (position, signal) => host.summary.where(position, signal));
on(foldersInMemory, () => host.folders());
on(coverageOfMemory, () => host.coverage());
connection.listen();

function on<Parameters, Result>(
  type: RequestOf<Parameters, Result>,
  answer: (parameters: Parameters, signal: AbortSignal) => Result | Promise<Result>,
): void {
  connection.onRequest(
    type.method,
    async (parameters: Parameters, token: CancellationToken): Promise<unknown> => {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => abort.abort());
      try {
        return await answer(parameters, abort.signal);
      } catch (error) {
        throw new ResponseError(ErrorCodes.InternalError, messageOf(error));
      } finally {
        listening.dispose();
      }
    },
  );
}
