/**
 * A stand-in for the language server that answers at once and always the same, or misbehaves as LONGSIGHT_TEST_BEHAVIOUR says:
 * `crash` ends soon after every start, `crash-once` only after the first (it leaves a file at LONGSIGHT_TEST_MARK), `hang` stops answering.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createConnection, ProposedFeatures, TextDocumentSyncKind } from 'vscode-languageserver/node';
import {
  acceptedCommand,
  type Coverage,
  coverageRequest,
  pauseRequest,
  readRequest,
  type Status,
  type Summary,
  statusNotification,
  statusRequest,
  summaryRequest,
} from '../../server/protocol/requests.ts';

const behaviour = process.env['LONGSIGHT_TEST_BEHAVIOUR'] ?? 'good';
const mark = process.env['LONGSIGHT_TEST_MARK'] ?? '';
const connection = createConnection(ProposedFeatures.all);

let status: Status = {
  state: 'idle',
  files: 0,
  filesTotal: 20,
  tokens: 0,
  bytes: 0,
  skipped: 1,
  stale: 0,
  seconds: 0,
  device: 'cpu',
  deviceReason: 'No graphics card was found.',
  modelId: 'double',
  memoryBytes: 1_000_000,
  engine: 'running',
};

const summary: Summary = {
  name: 'quayside',
  overview: [
    {
      text: 'Quayside plans which vessel lies at which berth.',
      path: 'README.md',
      line: 3,
      generated: false,
    },
    { text: 'A service with a *forecast* beside it.', path: 'README.md', line: 6, generated: true },
  ],
  startHere: [{ path: 'src/main.ts', line: 1, score: 1, why: 'entry point in package.json' }],
  parts: [],
  keyFiles: [],
  keySymbols: [{ name: 'planStay', kind: 'function', uses: 2, path: 'src/berths/planner.ts', line: 15 }],
  commands: [{ name: 'start', command: 'node src/main.ts', path: 'package.json', line: 8 }],
  statements: [],
};

const coverage: Coverage = {
  files: [{ path: 'README.md', tokens: 180, stale: false }],
  skipped: [{ path: '.env', reason: 'secret', detail: 'Its name is one that holds secrets.' }],
};

function report(change: Partial<Status>): Status {
  status = { ...status, ...change };
  void connection.sendNotification(statusNotification.method, status);
  return status;
}

async function read(): Promise<Status> {
  for (let files = 0; files < status.filesTotal; files += 5) {
    report({ state: 'reading', files, tokens: files * 250 });
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return report({ state: 'ready', files: status.filesTotal, tokens: status.filesTotal * 250 });
}

connection.onInitialize(() => ({
  capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, inlineCompletionProvider: true },
}));
connection.onInitialized(() => {
  if (behaviour === 'crash' || (behaviour === 'crash-once' && !existsSync(mark))) {
    if (mark) writeFileSync(mark, '');
    setTimeout(() => process.exit(3), 100);
  } else if (behaviour === 'hang' && !existsSync(mark)) {
    if (mark) writeFileSync(mark, '');
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 500);
  } else void read();
});
connection.languages.inlineCompletion.on(({ position }) => {
  const why = { text: 'quay', confidence: 0.9, provenance: [{ path: 'src/berths/berth.ts', line: 14 }] };
  const command = { command: acceptedCommand, title: 'Accepted', arguments: [why] };
  return [{ insertText: 'quay wall', range: { start: position, end: position }, command }];
});
connection.onRequest(statusRequest.method, () => status);
connection.onRequest(readRequest.method, () => read());
connection.onRequest(summaryRequest.method, () => summary);
connection.onRequest(coverageRequest.method, () => coverage);
connection.onRequest(pauseRequest.method, ({ paused }: { paused: boolean }) =>
  report({ state: paused ? 'paused' : 'ready' }),
);
connection.listen();
