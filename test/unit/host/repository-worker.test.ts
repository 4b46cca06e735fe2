import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { WriteParameters } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import type { OpenParameters } from '../../../server/host/messages.ts';
import { RepositoryWorker } from '../../../server/host/repository-worker.ts';

function parametersFor(root: string): OpenParameters {
  return {
    folders: [{ name: 'a', root }],
    exclude: [],
    maxFileSize: 1e6,
    maxTokens: 1e6,
    modelFolder: '',
    cacheFolder: path.join(root, '.cache'),
    cacheSize: 16,
    neural: false,
    backgroundMinutes: 0,
  };
}

test('where the cursor rests the code model reads ahead, but not in a file that gets no suggestions', async t => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-worker-')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(path.join(root, 'a.ts'), 'one();\n');
  writeFileSync(
    path.join(root, 'b.ts'),
    'export function two(count: number): string {\n  return String(count);\n}\n',
  );
  const read: WriteParameters[] = [];
  const run = async (name: string, parameters: unknown): Promise<unknown> => {
    if (name === 'readAhead') read.push(parameters as WriteParameters);
    return name === 'openCoder' ? { title: 'Tiny' } : { read: 1 };
  };
  const engine = { run } as Pick<Engine, 'run'>;
  const worker = new RepositoryWorker(() => {}, { engine, background: engine });
  await worker.open({ ...parametersFor(root), coder: { file: 'model.gguf', folder: 'model' } });
  await worker.read(new AbortController().signal);
  await setImmediate();
  const imported = "import { two } from './b.ts';";
  const text = `${imported}\r\none();\r\n  two();\r\n`;
  const at = (file: string, line: number, column: number) =>
    worker.readAhead({ file: path.join(root, file), text, line, column }, new AbortController().signal);
  await at('a.ts', 3, 6);
  await at('a.ts', 3, 99);
  assert.deepEqual(
    read.map(({ before }) => before),
    [`${imported}\none();\n  two`, `${imported}\none();\n  two();`],
  );
  // What its text refers to, indexed or not.
  assert.deepEqual(read[0]?.related, [
    { path: 'b.ts', text: 'export function two(count: number): string {' },
  ]);
  // As an editor counts, a carriage return alone ends a line.
  await worker.readAhead(
    { file: path.join(root, 'a.ts'), text: 'one();\rtwo();', line: 2, column: 4 },
    new AbortController().signal,
  );
  assert.equal(read.pop()?.before, 'one();\rtwo');
  await at('a.ts', 9, 1);
  await at('.env', 1, 4);
  assert.equal(read.length, 2);
  // While the imports of one place are looked up, the cursor comes to rest at another.
  const { signal } = new AbortController();
  const one = {
    file: path.join(root, 'a.ts'),
    text: "import { two } from './b.ts';\ntwo();\n",
    line: 2,
    column: 1,
  };
  const other = { file: path.join(root, 'b.ts'), text: 'export', line: 1, column: 7, scope: 'file' } as const;
  await Promise.all([worker.readAhead(one, signal), worker.readAhead(other, signal)]);
  assert.deepEqual(
    read.slice(2).map(({ document }) => document),
    ['b.ts'],
  );
});

test('of two changes of settings at once the later one counts, however long the earlier one takes', async t => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-worker-')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const engine = { run: async () => ({}) } as unknown as Pick<Engine, 'run'>;
  const worker = new RepositoryWorker(() => {}, { engine, background: engine });
  const slow = worker.open({ ...parametersFor(root), backgroundMinutes: 1 });
  await Promise.all([slow, worker.open(parametersFor(root))]);
  assert.equal(worker.stats().background, undefined);
});
