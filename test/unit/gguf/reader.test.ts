import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { GgufError } from '../../../server/gguf/error.ts';
import { GgufFile } from '../../../server/gguf/reader.ts';
import { float32Tensor, ggufOf, text, uint32, uint64, type Value } from './writer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'longsight-gguf-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'model.gguf');

async function opened(bytes: Uint8Array): Promise<GgufFile> {
  writeFileSync(file, bytes);
  return GgufFile.open(file);
}

const metadata: Record<string, Value> = {
  'general.architecture': { string: 'llama' },
  'llama.block_count': { uint32: 3 },
  'llama.epsilon': { float32: 0.5 },
  'tokenizer.ggml.add_bos_token': { boolean: true },
  'tokenizer.ggml.tokens': { strings: ['a', 'ü', ''] },
  'tokenizer.ggml.token_type': { int32s: [1, -1, 3] },
  'tokenizer.ggml.scores': { float32s: [1.5, -2] },
  // Values of the remaining types: uint8, int64, a list of lists.
  'a.uint8': { raw: Buffer.concat([uint32(0), Buffer.from([200])]) },
  'a.int64': { raw: Buffer.concat([uint32(11), uint64(7n)]) },
  'a.lists': {
    raw: Buffer.concat([uint32(9), uint32(9), uint64(1), uint32(8), uint64(2), text('x'), text('y')]),
  },
};
const numbers = Float32Array.from({ length: 12 }, (_, i) => i / 8);
const tensors = [
  float32Tensor('first', [4, 3], numbers),
  float32Tensor('second', [2], new Float32Array([5, 6])),
];

test('reads metadata, index and numbers, in both versions and with other alignments', async () => {
  for (const layout of [{ version: 2 }, { version: 3 }, { alignment: 128 }]) {
    const gguf = await opened(ggufOf(metadata, tensors, layout));
    assert.equal(gguf.metadata.string('general.architecture'), 'llama');
    assert.equal(gguf.metadata.count('llama.block_count', 1, 10), 3);
    assert.equal(gguf.metadata.number('llama.epsilon'), 0.5);
    assert.equal(gguf.metadata.boolean('tokenizer.ggml.add_bos_token', false), true);
    assert.deepEqual(gguf.metadata.strings('tokenizer.ggml.tokens'), ['a', 'ü', '']);
    assert.deepEqual(gguf.metadata.numbers('tokenizer.ggml.token_type'), new Int32Array([1, -1, 3]));
    assert.deepEqual(gguf.metadata.numbers('tokenizer.ggml.scores'), new Float32Array([1.5, -2]));
    assert.equal(gguf.metadata.number('a.uint8'), 200);
    assert.equal(gguf.metadata.number('a.int64'), 7);
    assert.ok(gguf.metadata.has('a.lists'));
    assert.deepEqual(gguf.tensor('first').shape, [4, 3]);
    assert.deepEqual(await gguf.read('first'), numbers);
    assert.deepEqual(await gguf.read('first', 1, 2), numbers.subarray(3, 9));
    assert.deepEqual(await gguf.read('second'), new Float32Array([5, 6]));
    await assert.rejects(gguf.read('first', 3, 2), /4 rows/);
    await assert.rejects(gguf.read('third'), /no tensor third/);
    await gguf.close();
  }
});

test('reads a list longer than the buffer', async () => {
  const tokens = Array.from({ length: 200_000 }, (_, i) => `token ${i} ü`);
  const gguf = await opened(ggufOf({ tokens: { strings: tokens } }));
  assert.deepEqual(gguf.metadata.strings('tokens'), tokens);
  await gguf.close();
});

const whole = ggufOf(metadata, tensors);
/** The file with its first `search` replaced. */
function changed(search: Buffer, replacement: Buffer): Buffer {
  const at = whole.indexOf(search);
  assert.ok(at > 0);
  return Buffer.concat([whole.subarray(0, at), replacement, whole.subarray(at + search.length)]);
}
const firstEntry = Buffer.concat([text('first'), uint32(2), uint64(3), uint64(4), uint32(0), uint64(0)]);
const entry = (change: Partial<Record<'axes' | 'width' | 'type' | 'offset', number>>) =>
  changed(
    firstEntry,
    Buffer.concat([
      text('first'),
      uint32(change.axes ?? 2),
      uint64(change.width ?? 3),
      uint64(4),
      uint32(change.type ?? 0),
      uint64(change.offset ?? 0),
    ]),
  );

const damaged: readonly (readonly [what: string, bytes: Buffer, message: RegExp])[] = [
  ['empty', Buffer.alloc(0), /not a GGUF file/],
  ['something else', Buffer.from('PK\u0003\u0004 and more of a zip archive'), /does not start with "GGUF"/],
  [
    'version 1',
    Buffer.concat([Buffer.from('GGUF'), uint32(1), whole.subarray(8)]),
    /version 1; versions 2 and 3/,
  ],
  ['big-endian', Buffer.concat([Buffer.from('GGUF'), uint32(0x03000000), whole.subarray(8)]), /big-endian/],
  [
    'a count of tensors beyond the file',
    Buffer.concat([whole.subarray(0, 8), uint64(60_000), whole.subarray(16)]),
    /claims 60000 tensors/,
  ],
  [
    'a count beyond 53 bits',
    Buffer.concat([whole.subarray(0, 8), uint64(2n ** 63n), whole.subarray(16)]),
    /damaged: the number of tensors/,
  ],
  [
    'a string beyond the file',
    changed(text('llama'), Buffer.concat([uint64(1 << 20), Buffer.from('llama')])),
    /truncated or damaged: general\.architecture/,
  ],
  [
    'a list beyond the file',
    changed(
      Buffer.concat([uint32(9), uint32(5), uint64(3)]),
      Buffer.concat([uint32(9), uint32(5), uint64(1 << 20)]),
    ),
    /tokenizer\.ggml\.token_type claims 1048576 elements/,
  ],
  [
    'an unknown value type',
    changed(Buffer.concat([uint32(7), Buffer.from([1])]), Buffer.concat([uint32(70), Buffer.from([1])])),
    /unknown value type 70/,
  ],
  ['no axes', entry({ axes: 0 }), /0 axes/],
  ['too many axes', entry({ axes: 9 }), /9 axes/],
  ['a type that is not supported', entry({ type: 17 }), /first is stored as IQ2_XS\. Supported are F32/],
  ['a row that is no whole blocks', entry({ type: 12 }), /first claims 3 × 4 numbers of Q4_K/],
  ['a length beyond the file', entry({ width: 1e12 }), /first claims/],
  ['an offset beyond the file', entry({ offset: 1 << 20 }), /truncated: first ends at byte/],
  ['an offset that is not aligned', entry({ offset: 4 }), /not aligned/],
  ['tensors that overlap', entry({ offset: 32 }), /overlaps/],
  ['cut off in its data', whole.subarray(0, whole.length - 40), /truncated: second ends/],
  ['cut off in its head', whole.subarray(0, 100), /truncated or damaged/],
  ['one of several parts', ggufOf({ 'split.count': { uint32: 3 } }), /one of 3 parts/],
  ['an alignment that is none', ggufOf({ 'general.alignment': { uint32: 33 } }), /not a power of two/],
];

for (const [what, bytes, message] of damaged) {
  test(`${what}: refused, and the file is named`, async () => {
    await assert.rejects(opened(bytes), (error: Error) => {
      assert.ok(error instanceof GgufError, error.stack);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(file));
      return true;
    });
  });
}

test('rejects a duplicate key, a folder and a missing file', async () => {
  const twice = ggufOf({ one: { uint32: 1 }, two: { uint32: 2 } });
  const at = twice.indexOf('two');
  twice.write('one', at);
  await assert.rejects(opened(twice), /the key one occurs twice/);
  await assert.rejects(GgufFile.open(folder), /is not a file|cannot be opened/);
  await assert.rejects(GgufFile.open(path.join(folder, 'none')), /cannot be opened \(ENOENT\)/);
});

test('names metadata of an unexpected type', async () => {
  const gguf = await opened(whole);
  assert.throws(() => gguf.metadata.number('general.architecture'), /general\.architecture is not a number/);
  assert.throws(() => gguf.metadata.string('none'), /no none/);
  assert.throws(() => gguf.metadata.strings('tokenizer.ggml.token_type'), /not a list of strings/);
  assert.throws(() => gguf.metadata.numbers('tokenizer.ggml.tokens'), /not a list of numbers/);
  assert.throws(() => gguf.metadata.count('llama.block_count', 4, 9), /whole number from 4 to 9/);
  await gguf.close();
});

test('a truncated or changed file is read or rejected with a sentence', async () => {
  const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 6 }),
      fc.option(fc.nat(whole.length), { nil: whole.length }),
      async (changes, length) => {
        const bytes = Buffer.from(whole);
        for (const { at, byte } of changes) bytes[at] = byte;
        try {
          const gguf = await opened(bytes.subarray(0, length));
          for (const name of gguf.tensors.keys()) await gguf.read(name);
          await gguf.close();
        } catch (error) {
          assert.ok(error instanceof GgufError, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
