import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type DecoderConfig, parseDecoderConfig, weightShapes } from '../../kernels/decoder/config.ts';
import { decoderGraph, stateNames } from '../../kernels/decoder/graph.ts';
import { type DecoderLevels, isKept, strideOfBlock } from '../../kernels/decoder/levels.ts';
import { type DecoderSpan, type DecoderTensors, decoder } from '../../kernels/decoder/reference.ts';
import { Rotation, rotated, rotatedConfig } from '../../kernels/decoder/rotate.ts';
import { rotateKeys } from '../../kernels/decoder/rotate-keys.ts';
import {
  type DecoderLowering,
  packedWeights,
  packWeight,
  preparedFor,
} from '../../kernels/decoder/weights.ts';
import type { ElementArray } from '../../kernels/onnx/data-type.ts';
import { rotary } from '../../kernels/rotary/reference.ts';
import { rows, type Tensor, tensor } from '../../kernels/tensor.ts';
import { assertClose, float64Tolerance, relativeError } from './harness.ts';
import { load, type Provider, type Session, webgpu } from './providers.ts';
import { families, llama, randomTensors, sequence, sourceOf } from './tiny-decoder.ts';

/** Errors relative to the largest logit: with eight bits about 0.01 % per product, with four bits several percent. */
const tolerances: Readonly<Record<DecoderLowering, number>> = {
  float32: 1e-4,
  unsigned8: 0.03,
  signed8: 0.03,
  block8: 0.03,
  block4: 0.4,
};
/**
 * Between two runs of one graph. With a scale per token only the order of float sums differs, which can shift an
 * activation by a step; onnxruntime's block products round activations differently for one row than for many.
 */
const sameGraph = { unsigned8: 2e-3, block8: 0.02, block4: 0.02 } as const;

for (const config of families) {
  describe(`decoder (${config.architecture})`, () => {
    const tensors = randomTensors(config);

    test('graph: whole = any chunking = one token at a time = reference', async () => {
      const session = await open(config, tensors, 'float32');
      await fc.assert(
        fc.asyncProperty(sequences, async ({ ids, cuts }) => {
          const expected = decoder(config, tensors, ids);
          for (const bounds of [[0, ids.length], boundsOf(ids.length, cuts), everyToken(ids.length)]) {
            const { logits, span } = await run(config, session, ids, bounds);
            assertClose(logits, expected.logits, tolerances.float32, `logits at ${bounds.join()}`);
            for (const [layer, keys] of expected.span.keys.entries()) {
              assertClose(span.keys[layer]!, keys, tolerances.float32, `keys of layer ${layer}`);
              assertClose(
                span.values[layer]!,
                expected.span.values[layer]!,
                tolerances.float32,
                `values of layer ${layer}`,
              );
            }
          }
        }),
        { numRuns: 5 },
      );
    });

    test('every lowering is near the reference, and the same in any chunking', async () => {
      const ids = sequence(24, 5);
      const expected = decoder(config, tensors, ids).logits;
      for (const lowering of ['unsigned8', 'block8', 'block4'] as const) {
        const session = await open(config, tensors, lowering);
        const whole = await run(config, session, ids, [0, ids.length]);
        assertClose(whole.logits, expected, tolerances[lowering], lowering);
        for (const bounds of [[0, 5, 6, 17, 24], everyToken(24)]) {
          const { logits } = await run(config, session, ids, bounds);
          assertClose(logits, whole.logits, sameGraph[lowering], `${lowering} in chunks at ${bounds.join()}`);
        }
      }
    });

    test('the normalizer is the logarithm of the sum of exponentials', async () => {
      const session = await open(config, tensors, 'float32');
      const { logits, normalizers } = await run(config, session, sequence(6, 9), [0, 6]);
      const expected = Array.from({ length: 6 }, (_, t) =>
        Math.log(rows(logits, t, t + 1).data.reduce((sum, logit) => sum + Math.exp(logit), 0)),
      );
      assertClose(normalizers, tensor([6], expected), 1e-5, 'normalizers');
    });

    test('keys of another file can be rotated and prepended', async () => {
      const session = await open(config, tensors, 'float32');
      const [other, ids] = [sequence(7, 1), sequence(9, 2)];
      const read = await run(config, session, other, [0, 7]);
      const by = 20;
      const before = { keys: read.span.keys.map(keys => turned(keys, by, config)), values: read.span.values };
      // Positions of the other file are now 20 to 26; this one begins at 30.
      const exact = decoder(config, tensors, other, { position: by }).span;
      for (const [layer, keys] of before.keys.entries())
        assertClose(keys, exact.keys[layer]!, 1e-4, `turned keys of layer ${layer}`);
      const expected = decoder(config, tensors, ids, { before: exact, position: 30 });
      const actual = await run(config, session, ids, [0, 4, 9], { before, position: 30 });
      assertClose(actual.logits, expected.logits, 1e-4, 'logits');
      const alone = decoder(config, tensors, ids, { position: 30 });
      assert.ok(relativeError(alone.logits, expected.logits) > 0.01, 'what stands before is seen');
    });
  });
}

test('every provider gives the reference', async t => {
  const config = families[1]!;
  const tensors = randomTensors(config);
  const ids = sequence(20, 3);
  const expected = decoder(config, tensors, ids).logits;
  const missing = await webgpu();
  if (typeof missing === 'string') {
    t.diagnostic(`WEBGPU SKIPPED: ${missing}`);
    return;
  }
  for (const lowering of ['float32', 'block4', 'block8'] as const) {
    const session = await open(config, tensors, lowering, 'webgpu');
    const { logits } = await run(config, session, ids, [0, 12, 13, 20]);
    assertClose(logits, expected, tolerances[lowering], `${lowering} on WebGPU`);
  }
});

describe('rotation', () => {
  test('is orthogonal, and spreads one channel over all', () => {
    for (const size of [2, 24, 56, 64, 96]) {
      const rotation = new Rotation(size);
      const identity = Float32Array.from({ length: size * size }, (_, at) => Number(at % (size + 1) === 0));
      rotation.apply(identity, size); // by columns
      const row = (i: number) => identity.subarray(i * size, (i + 1) * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) {
          const product = row(i).reduce((sum, value, at) => sum + value * row(j)[at]!, 0);
          assert.ok(Math.abs(product - Number(i === j)) < 1e-5, `rows ${i} and ${j} of ${size}`);
        }
      }
      const one = new Float32Array(size);
      one[size >> 1] = 1;
      rotation.apply(one, 1); // a row
      assert.deepEqual(
        one,
        Float32Array.from({ length: size }, (_, i) => row(i)[size >> 1]!),
      );
      assert.ok(one.every(value => Math.abs(value) < 2 / Math.sqrt(size) + 1e-6));
    }
  });

  for (const config of families)
    test(`a rotated decoder is the same decoder (${config.architecture})`, async () => {
      const tensors = randomTensors(config);
      const source = rotated(config, sourceOf(tensors));
      const transposedInTiles = rotatedConfig(config);
      const weights = new Map<string, Tensor>();
      for (const [name, shape] of weightShapes(transposedInTiles))
        weights.set(name, tensor(shape, await source.read(name)));
      const ids = sequence(12, 6);
      const expected = decoder(config, tensors, ids).logits;
      assertClose(decoder(transposedInTiles, weights, ids).logits, expected, 1e-4, 'logits');
      // Rows read a few at a time are the same.
      const whole = sourceOf(tensors);
      const width = config.width;
      const readRows = async (name: string, first: number, count: number) =>
        (await whole.read(name)).slice(first * width, (first + count) * width);
      const pieces = rotated(config, { ...whole, readRows });
      for (const name of ['embedding.weight', 'head.weight', 'layers.0.attention.value.weight']) {
        const all = Float32Array.from(weights.get(name)!.data);
        assert.deepEqual(await pieces.readRows!(name, 3, 6), all.slice(3 * width, 9 * width));
      }
    });
});

describe('levels', () => {
  const levels: DecoderLevels = { block: 4, window: 8, ratio: 2 };

  test('strides grow with the distance and stop at the block', () => {
    const strides = Array.from({ length: 9 }, (_, distance) => strideOfBlock(0, distance, levels));
    assert.deepEqual(strides, [1, 1, 2, 2, 4, 4, 4, 4, 4]);
  });

  test('kept tokens were kept before, equally many for every head', () => {
    for (let query = 0; query < 60; query += 4) {
      for (let block = 0; block * 4 < query; block++) {
        const kept = [0, 1, 2].map(head =>
          [0, 1, 2, 3].map(i => block * 4 + i).filter(key => isKept(key, query, head, levels)),
        );
        assert.equal(new Set(kept.map(({ length }) => length)).size, 1);
        for (const [head, keys] of kept.entries())
          for (const key of keys)
            for (let earlier = key; earlier < query; earlier++)
              assert.ok(isKept(key, earlier, head, levels), `${key} at ${earlier}`);
      }
    }
  });

  test('with a window over everything, the reference is exact attention', () => {
    const config = families[0]!;
    const tensors = randomTensors(config);
    const ids = sequence(15, 4);
    const wide = { block: 8, window: 16, ratio: 2 };
    const exact = decoder(config, tensors, ids).logits;
    assertClose(decoder(config, tensors, ids, { levels: wide }).logits, exact, float64Tolerance, 'one level');
    const thinned = decoder(config, tensors, ids, { levels }).logits;
    assert.ok(relativeError(thinned, exact) > 1e-3, 'with more levels something is forgotten');
    assertClose(rows(thinned, 0, 8), rows(exact, 0, 8), float64Tolerance, 'nothing within the window');
  });
});

test('an invalid configuration names the problem', () => {
  const broken = (fields: object) => () => parseDecoderConfig(JSON.stringify({ ...llama, ...fields }));
  assert.deepEqual(parseDecoderConfig(JSON.stringify(families[0])), families[0]);
  assert.throws(() => parseDecoderConfig('{'), /not JSON/);
  assert.throws(broken({ version: 2 }), /version 2/);
  assert.throws(broken({ layers: 0 }), /layers/);
  assert.throws(broken({ heads: 3 }), /3 heads/);
  assert.throws(broken({ headWidth: 15 }), /15 numbers/);
  assert.throws(broken({ rotaryBase: 0 }), /rotaryBase/);
  assert.throws(broken({ tiedHead: 'yes' }), /tiedHead/);
  assert.throws(broken({ rotaryDivisors: [1, 2] }), /rotaryDivisors/);
});

test('weights of another shape are rejected by name', async () => {
  const config = families[0]!;
  const [weight] = packedWeights(config, 'unsigned8');
  const source = { names: () => [], read: async () => new Float32Array(12) };
  await assert.rejects(packWeight(weight!, config, source), /embedding\.weight should hold 50 × 64/);
});

const sequences = fc.record({
  ids: fc.array(fc.integer({ min: 0, max: llama.vocabulary - 1 }), { minLength: 1, maxLength: 20 }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
});

function boundsOf(length: number, cuts: readonly number[]): number[] {
  const inside = cuts.map(cut => Math.floor(cut * length));
  return [...new Set([0, ...inside, length])].sort((a, b) => a - b);
}

function everyToken(length: number): number[] {
  return Array.from({ length: length + 1 }, (_, index) => index);
}

async function open(
  config: DecoderConfig,
  tensors: DecoderTensors,
  lowering: DecoderLowering,
  provider: Provider = 'cpu',
): Promise<Session> {
  const prepared = preparedFor(lowering, config, sourceOf(tensors));
  const packed = new Map<string, ElementArray>();
  for (const weight of packedWeights(config, lowering)) {
    const parts = await packWeight(weight, prepared.config, prepared.source);
    for (const [index, { name }] of weight.packing.parts.entries())
      packed.set(`${weight.name} ${name}`, parts[index]!);
  }
  const graph = decoderGraph(config, lowering, (g, weight, { name, shape }) =>
    g.weight(packed.get(`${weight} ${name}`)!, shape),
  );
  return await load(graph, provider);
}

interface RunOptions {
  readonly before?: DecoderSpan;
  readonly position?: number;
}

/** Runs a sequence in chunks, with logits of every token. The state is carried between chunks. */
async function run(
  config: DecoderConfig,
  session: Session,
  ids: readonly number[],
  bounds: readonly number[],
  { before, position = 0 }: RunOptions = {},
): Promise<{ logits: Tensor; normalizers: Tensor; span: DecoderSpan }> {
  const { layers, keyHeads, headWidth } = config;
  const first = before?.keys[0]?.shape[0] ?? 0;
  const state: Record<string, Tensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    const names = stateNames(layer);
    for (const [name, tensors] of [
      [names.keys, before?.keys],
      [names.values, before?.values],
    ] as const)
      state[name] = headsFirst(tensors?.[layer] ?? tensor([0, keyHeads, headWidth], []));
  }
  const logits: number[] = [];
  const normalizers: number[] = [];
  for (let at = 0; at + 1 < bounds.length; at++) {
    const [start, end] = [bounds[at]!, bounds[at + 1]!];
    const wanted = Array.from({ length: end - start }, (_, i) => i);
    const out = await session.run({
      ids: tensor([end - start], ids.slice(start, end)),
      position: tensor([1], [position + start]),
      length: tensor([1], [first + start]),
      rows: tensor([end - start], wanted),
      ...state,
    });
    for (const name of Object.keys(state)) state[name] = out[`${name}'`]!;
    logits.push(...out['logits']!.data);
    normalizers.push(...out['normalizer']!.data);
  }
  const spanOf = (which: 'keys' | 'values'): Tensor[] =>
    Array.from({ length: layers }, (_, layer) => {
      const all = tokensFirst(state[stateNames(layer)[which]]!);
      return rows(all, first, first + ids.length);
    });
  return {
    logits: tensor([ids.length, config.vocabulary], logits),
    normalizers: tensor([ids.length], normalizers),
    span: { keys: spanOf('keys'), values: spanOf('values') },
  };
}

/** [n, K, dh] to [1, K, n, dh]. */
function headsFirst(x: Tensor): Tensor {
  const [length = 0, heads = 0, width = 0] = x.shape;
  const data = new Float64Array(x.data.length);
  for (let t = 0; t < length; t++)
    for (let h = 0; h < heads; h++)
      data.set(
        x.data.subarray((t * heads + h) * width, (t * heads + h + 1) * width),
        (h * length + t) * width,
      );
  return tensor([1, heads, length, width], data);
}

/** [1, K, n, dh] to [n, K, dh]. */
function tokensFirst(x: Tensor): Tensor {
  const [, heads = 0, length = 0, width = 0] = x.shape;
  const data = new Float64Array(x.data.length);
  for (let t = 0; t < length; t++)
    for (let h = 0; h < heads; h++)
      data.set(
        x.data.subarray((h * length + t) * width, (h * length + t + 1) * width),
        (t * heads + h) * width,
      );
  return tensor([length, heads, width], data);
}

function turned(keys: Tensor, by: number, config: DecoderConfig): Tensor {
  const numbers = Float32Array.from(keys.data);
  rotateKeys(numbers, by, config);
  const result = tensor(keys.shape, numbers);
  // Manual rotation equals the operator's.
  if (config.rotaryDivisors === undefined) {
    const one = rows(keys, 0, 1);
    const { output } = rotary(one, { base: config.rotaryBase }, { position: tensor([1], [by]) });
    assertClose(rows(result, 0, 1), output, 1e-5, 'turned keys');
  }
  return result;
}
