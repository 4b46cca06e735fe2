import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { GgufError } from '../../../server/gguf/error.ts';
import { catalogue } from '../../../server/models/catalogue.ts';
import { openCoder } from '../../../server/models/coder.ts';
import type { FoundModel } from '../../../server/models/discover.ts';
import { ModelError, ModelLibrary } from '../../../server/models/library.ts';
import { keepSpeed } from '../../../server/models/speed.ts';
import { coderBytes } from './coder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'longsight-library-'));
const folder = path.join(root, 'models');
const elsewhere = path.join(root, 'elsewhere');
after(() => rmSync(root, { recursive: true, force: true }));

const bytes = coderBytes();
const own = path.join(elsewhere, 'own.gguf');
const ollama: FoundModel = {
  name: 'ollama:tiny:1b',
  origin: 'ollama',
  path: path.join(elsewhere, 'blob'),
  bytes: bytes.length,
};
const library = new ModelLibrary(folder, async () => [ollama]);
const small = catalogue.find(({ name }) => name === 'smollm2-135m')!;

/** A file of the right size where `get` would put it; its content is not checked again. */
function pretendFetched(): string {
  const file = path.join(folder, small.fileName);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, bytes);
  truncateSync(file, small.bytes);
  return file;
}

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(elsewhere, { recursive: true });
  writeFileSync(own, bytes);
  writeFileSync(ollama.path, bytes);
});

test('a new library has other programs’ models and the catalogue', async () => {
  const { local, available, inUse } = await library.list();
  assert.deepEqual(local, [ollama]);
  assert.deepEqual(available, catalogue);
  assert.equal(inUse, undefined);
  assert.equal(await library.current(), undefined);
  assert.ok(!existsSync(folder));
});

test('adds a file, uses it in place, and removes it', async () => {
  const added = await library.add(own);
  assert.deepEqual(added, { name: 'own', path: own, bytes: bytes.length, origin: 'file' });
  assert.deepEqual(await library.add(own), added);
  const twin = path.join(root, 'own.gguf');
  writeFileSync(twin, bytes);
  assert.equal((await library.add(twin)).name, 'own-2');
  await library.use('own');
  assert.equal((await library.list()).inUse, 'own');
  assert.deepEqual(await new ModelLibrary(folder, async () => []).current(), added);
  assert.equal(await library.remove('own'), false);
  assert.ok(existsSync(own));
  assert.equal((await library.list()).inUse, undefined);
});

test('uses another program’s model in place', async () => {
  await library.use(ollama.name);
  assert.equal((await library.current())?.path, ollama.path);
  await library.remove(ollama.name);
  assert.equal(await library.current(), undefined);
  assert.ok(existsSync(ollama.path));
  await assert.rejects(library.remove(ollama.name), /belongs to another program/);
});

test('removes a downloaded model with its converted form', async () => {
  const file = pretendFetched();
  const { local, available } = await library.list();
  assert.deepEqual(local[0], { name: small.name, path: file, bytes: small.bytes, origin: 'longsight' });
  assert.ok(!available.includes(small));
  await library.use(small.name);
  assert.equal((await library.current())?.name, small.name);
  mkdirSync(library.convertedFolder(small.sha256));
  assert.equal(await library.remove(small.name), true);
  assert.deepEqual(readdirSync(folder), ['models.json']);
  assert.equal(await library.current(), undefined);
});

test('the converted form goes with the last model of the same bytes', async () => {
  const added = await library.add(own);
  const converted = library.convertedFolder(await library.hashOf(added));
  await library.hashOf(ollama);
  mkdirSync(converted);
  await library.remove('own');
  assert.ok(existsSync(converted));
  await library.use(ollama.name);
  await library.remove(ollama.name);
  assert.ok(!existsSync(converted));
  assert.ok(existsSync(own) && existsSync(ollama.path));
});

test('ignores a partial download', async () => {
  truncateSync(pretendFetched(), 1000);
  assert.ok((await library.list()).available.includes(small));
});

test('a selected model whose file is gone does not count', async () => {
  await library.add(own);
  await library.use('own');
  rmSync(own);
  assert.equal(await library.current(), undefined);
  assert.equal((await library.list()).inUse, 'own');
});

test('rejects unusable files, with a reason', async () => {
  writeFileSync(own, bytes.subarray(0, bytes.length - 100));
  await assert.rejects(
    library.add(own),
    (error: Error) => error instanceof GgufError && /truncated/.test(error.message),
  );
  writeFileSync(ollama.path, 'GGUF');
  await assert.rejects(library.use(ollama.name), GgufError);
  await assert.rejects(
    library.use('none'),
    (error: Error) => error instanceof ModelError && /Unknown model none/.test(error.message),
  );
  await assert.rejects(library.use(small.name), /not on this machine.*model get smollm2-135m/);
  await assert.rejects(library.remove('none'), ModelError);
  await assert.rejects(library.get('none'), /The catalogue has no model none, only qwen2\.5-coder-0\.5b/);
  assert.equal((await library.list()).inUse, undefined);
});

test('a damaged state counts as empty', async () => {
  mkdirSync(folder, { recursive: true });
  for (const text of ['', '{', '[]', '{"version":2}', '{"version":1,"added":[1,{"name":3}],"inUse":7}']) {
    writeFileSync(path.join(folder, 'models.json'), text);
    assert.deepEqual((await library.list()).local, [ollama]);
  }
  await library.add(own);
  assert.equal((await library.list()).local.length, 2);
});

test('computes a file’s hash once while it is unchanged', async () => {
  const added = await library.add(own);
  const expected = createHash('sha256').update(bytes).digest('hex');
  let reads = 0;
  const count = () => {
    reads++;
  };
  assert.equal(await library.hashOf(added, undefined, count), expected);
  assert.equal(await library.hashOf(added, undefined, count), expected);
  assert.equal(reads, 1);
  writeFileSync(own, Buffer.concat([bytes, Buffer.alloc(1)]));
  assert.notEqual(await library.hashOf(added, undefined, count), expected);
});

test('lists the speed that was measured when a model was first used', async () => {
  const added = await library.add(own);
  const converted = library.convertedFolder(await library.hashOf(added));
  const speedOf = async () => (await library.list()).local.find(({ path: file }) => file === own)?.speed;
  assert.equal(await speedOf(), undefined);
  mkdirSync(converted, { recursive: true });
  await keepSpeed(converted, { read: 80.5, written: 9 });
  assert.deepEqual(await speedOf(), { read: 80.5, written: 9 });
  writeFileSync(path.join(converted, 'speed.json'), 'damaged');
  assert.equal(await speedOf(), undefined);
});

test('a file opened as a code model has its configuration, tokens and weights', async () => {
  const coder = await openCoder(own);
  assert.equal(coder.title, 'Tiny');
  assert.equal(coder.config.vocabulary, coder.tokenizer.vocabularySize);
  assert.equal(coder.tokenizer.decode(coder.tokenizer.encode('const a = 1;\n')), 'const a = 1;\n');
  const embedding = await coder.weights.read('embedding.weight');
  assert.equal(embedding.length, coder.config.vocabulary * coder.config.width);
  await coder.close();
});
