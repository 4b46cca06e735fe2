/**
 * A stand-in for the language server that answers at once and always the same, or misbehaves as LONGSIGHT_TEST_BEHAVIOUR says:
 * `crash` ends soon after every start, `crash-once` only after the first (it leaves a file at LONGSIGHT_TEST_MARK), `hang` stops answering.
 * Suggestions that it is told were accepted stand in the file LONGSIGHT_TEST_ACCEPTED, a line each.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createConnection, ProposedFeatures, TextDocumentSyncKind } from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import {
  acceptedCommand,
  type Coverage,
  type DescribeParameters,
  type DigestParameters,
  type LineSummary,
  type MapPart,
  type PartLink,
  type RepositoryMap,
  type Status,
  type Summary,
  statusNotification,
  type Why,
} from '../../server/protocol/requests.ts';
import type { UnusualLines } from '../../server/protocol/unusual.ts';

const behaviour = process.env['LONGSIGHT_TEST_BEHAVIOUR'] ?? 'good';
const accepted = process.env['LONGSIGHT_TEST_ACCEPTED'];
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
  parts: [
    {
      path: 'src',
      kind: 'folder',
      files: 2,
      tokens: 680,
      children: [
        {
          path: 'src/berths',
          kind: 'folder',
          files: 1,
          tokens: 420,
          children: [
            {
              path: 'src/berths/planner.ts',
              kind: 'file',
              files: 1,
              tokens: 420,
              statement: {
                text: 'Finds a berth for every stay.',
                path: 'src/berths/planner.ts',
                line: 1,
                generated: false,
              },
              children: [],
            },
          ],
        },
      ],
    },
  ],
  activity: { commitsLastYear: 41, lastCommit: 1_794_000_000 },
  keyFiles: [],
  keySymbols: [{ name: 'planStay', kind: 'function', usedBy: 2, path: 'src/berths/planner.ts', line: 15 }],
  commands: [{ name: 'start', command: 'node src/main.ts', path: 'package.json', line: 8, use: 'run' }],
  relations: [],
  runs: [],
  conventions: [],
  usual: [],
  statements: [],
};

/** One line, with a source that the editor can open. */
function unusual(path: string, line: number): UnusualLines {
  const places = [{ path: 'src/berths/berth.ts', line: 2 }];
  const word = { text: 'stays', column: 1, expected: 'berths', places, count: 3, same: 0 };
  const found = { path, line, text: 'an unusual line', score: 2, isUnusual: true, words: [word] };
  return { lines: [found], files: 1, checked: 20 };
}

const coverage: Coverage = {
  files: [{ path: 'README.md', tokens: 180, stale: false }],
  skipped: [{ path: '.env', reason: 'secret', detail: 'Its name is one that holds secrets.' }],
};

function part(path: string, uses: PartLink[], usedBy: PartLink[] = []): MapPart {
  return { path, kind: 'folder', loose: false, key: `${path}/`, uses, usedBy };
}

const map: RepositoryMap = {
  name: 'quayside',
  folders: { names: ['', 'src', 'berths', 'shared', 'docs'], parents: [-1, 0, 1, 1, 0] },
  languages: [
    { id: 'typescript', name: 'TypeScript' },
    { id: 'markdown', name: 'Markdown' },
  ],
  files: {
    names: ['README.md', 'main.ts', 'berth.ts', 'planner.ts', 'store.ts', 'clock.ts', 'protocol.md'],
    folders: [0, 1, 2, 2, 2, 3, 4],
    tokens: [180, 260, 190, 420, 230, 90, 210],
    languages: [1, 0, 0, 0, 0, 0, 1],
    changed: [1_790_000_000, 1_793_000_000, 1_780_000_000, 1_794_000_000, null, 1_770_000_000, 1_750_000_000],
    surprise: [null, null, null, null, null, null, null],
    peaks: [null, null, null, null, null, null, null],
    texts: [null, 'Starts the service.', null, 'Finds a berth for every stay.', null, null, null],
    lines: [null, 1, null, 1, null, null, null],
  },
  surpriseMethod: 'Measured by a stand-in, on all files.',
  parts: [
    part('src/berths', [
      { part: 'src/shared/', references: 3, at: { path: 'src/berths/planner.ts', line: 2 } },
    ]),
    part(
      'src/shared',
      [],
      [{ part: 'src/berths/', references: 3, at: { path: 'src/berths/planner.ts', line: 2 } }],
    ),
  ],
};
const surprise = [1.4, 0.9, 0.8, 1.2, 1.1, 0.5, 2.1];

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
connection.languages.inlineCompletion.on(({ textDocument, position }) => {
  const isLong = textDocument.uri.endsWith('store.ts');
  const text = isLong ? 'quay wall\nquay stairs\nquay lights' : 'quay wall';
  const place = { path: 'src/berths/berth.ts', line: 14 };
  const why: Why = {
    text,
    confidence: 0.9,
    provenance: [place],
    origin: 'repository',
    ...(isLong && { verbatim: { ...place, endLine: 16 } }),
  };
  const command = { command: acceptedCommand, title: 'Accepted', arguments: [why] };
  return [{ insertText: text, range: { start: position, end: position }, command }];
});
connection.onExecuteCommand(({ command, arguments: given }) => {
  if (command !== acceptedCommand) throw new Error(`Unknown command "${command}".`);
  if (accepted) appendFileSync(accepted, `${(given?.[0] as Why | undefined)?.text ?? ''}\n`);
  return null;
});
connection.onRequest(methods.status.method, () => status);
connection.onRequest(methods.read.method, () => read());
connection.onRequest(methods.summary.method, () => summary);
connection.onRequest(methods.coverage.method, () => coverage);
connection.onRequest(methods.map.method, ({ measure }: { measure?: boolean }) =>
  measure ? { ...map, files: { ...map.files, surprise } } : map,
);
connection.onRequest(methods.describe.method, ({ path, lines }: DescribeParameters) => ({
  kind: lines ? 'selection' : path ? 'file' : 'repository',
  title: path ?? 'quayside',
  sections: [],
  markdown: `# ${path ?? 'quayside'}\n\n${lines ? `Lines ${lines.first} to ${lines.last}.\n\n` : ''}- Finds a berth: [planner.ts:15](src/berths/planner.ts#L15)\n`,
}));
const store: LineSummary = {
  name: 'BerthStore',
  kind: 'class',
  text: 'Keeps the berths and their stays.',
  path: 'src/berths/store.ts',
  line: 4,
  usedBy: 2,
  generated: false,
};
connection.onRequest(methods.lineSummary.method, ({ line }: { line: number }) => (line === 3 ? store : null));
connection.onRequest(methods.lineSummaries.method, ({ uri }: { uri: string }) => ({
  lines: uri.endsWith('store.ts') ? [{ at: 4, summary: store }] : [],
}));
connection.onRequest(methods.digest.method, ({ format, budget }: DigestParameters) => ({
  text: format === 'json' ? `{"budget": ${budget}}` : `# Digest of quayside within ${budget}\n`,
  tokens: 321,
  whole: 2,
  outlined: 3,
  named: 2,
  biggest: [],
  skipped: coverage.skipped,
}));
connection.onRequest(methods.unusualLines.method, () => unusual('src/main.ts', 10));
connection.onRequest(methods.unusualChanges.method, () => unusual('src/berths/planner.ts', 15));
connection.onRequest(methods.where.method, () => ({
  places: [
    { path: 'src/berths/planner.ts', line: 15, endLine: 18, text: 'export function planStay(', score: 0.9 },
    { path: 'src/berths/store.ts', line: 4, endLine: 6, text: 'export class BerthStore {', score: 0.3 },
  ],
}));
connection.onRequest(methods.pause.method, ({ paused }: { paused: boolean }) =>
  report({ state: paused ? 'paused' : 'ready' }),
);
connection.listen();
