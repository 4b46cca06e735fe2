/**
 * The worker thread: indexes the workspace, keeps the index current, and answers from it. Indexing blocks longer than a
 * server may, so it has its own thread and heap.
 */
import { parentPort, workerData } from 'node:worker_threads';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  PortMessageReader,
  PortMessageWriter,
  ResponseError,
} from 'vscode-languageserver/node';
import { messageOf } from '../protocol/message-of.ts';
import { type MethodName, methods } from '../protocol/methods.ts';
import { linkedEngine } from './engine-link.ts';
import { Heartbeat } from './heartbeat.ts';
import { problemFound, statsChanged, type WorkerHandlers } from './messages.ts';
import { RepositoryWorker } from './repository-worker.ts';
import { throttle } from './throttle.ts';

if (parentPort === null) {
  process.stderr.write("This is Longsight's worker thread; the language server starts it.\n");
  process.exit(2);
}

/** Milliseconds between notifications. */
const interval = 200;

const connection = createMessageConnection(
  new PortMessageReader(parentPort),
  new PortMessageWriter(parentPort),
);
const heartbeat = new Heartbeat((workerData as { heartbeat: SharedArrayBuffer }).heartbeat);
const worker = new RepositoryWorker(
  throttle(() => void connection.sendNotification(statsChanged.method, worker.stats()), interval),
  {
    engine: linkedEngine(connection, 'engine', () => new CancellationTokenSource()),
    background: linkedEngine(connection, 'background', () => new CancellationTokenSource()),
  },
  heartbeat.workOn,
  problem => void connection.sendNotification(problemFound.method, problem),
);

const handlers: WorkerHandlers = {
  'internal/open': parameters => worker.open(parameters),
  'internal/read': (_, signal) => worker.read(signal),
  'internal/update': ({ paths }) => worker.update(paths),
  'internal/edit': ({ file, text }) => worker.edit(file, text),
  'internal/pause': ({ paused }) => worker.pause(paused),
  'internal/clear': () => worker.clear(),
  'internal/complete': (question, signal) => worker.complete(question, signal),
  'internal/folders': () => worker.folders(),
  summary: (parameters, signal) => worker.summary.summarize(parameters, signal),
  generatedSentence: ({ path }, signal) => worker.generatedSentence(path, signal),
  map: (parameters, signal) => worker.summary.map(parameters, signal),
  digest: (parameters, signal) => worker.summary.digest(parameters, signal),
  describe: (parameters, signal) => worker.summary.describe(parameters, signal),
  lineSummary: (position, signal) => worker.summary.lineSummary(position, signal),
  lineSummaries: ({ file }, signal) => worker.summary.lineSummaries(file, signal),
  where: (position, signal) => worker.summary.where(position, signal),
  unusualLines: (document, signal) => worker.review.lines(document, signal),
  unusualChanges: (parameters, signal) => worker.review.changes(parameters, signal),
  coverage: () => worker.coverage(),
  readAhead: (position, signal) => worker.readAhead(position, signal),
};

for (const [name, handler] of Object.entries(handlers)) {
  const method = name in methods ? methods[name as MethodName].method : name;
  answer(method, handler as (parameters: unknown, signal: AbortSignal) => unknown);
}
connection.listen();

function answer(method: string, handler: (parameters: unknown, signal: AbortSignal) => unknown): void {
  connection.onRequest(method, async (parameters: unknown, token: CancellationToken): Promise<unknown> => {
    const abort = new AbortController();
    const listening = token.onCancellationRequested(() => abort.abort());
    const ended = worker.activity.begin();
    try {
      return await handler(parameters, abort.signal);
    } catch (error) {
      throw new ResponseError(ErrorCodes.InternalError, messageOf(error));
    } finally {
      ended();
      listening.dispose();
    }
  });
}
