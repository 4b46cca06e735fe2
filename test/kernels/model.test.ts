/**
 * Compares the assembled model with the PyTorch reference, from tokens to logits and to a file's memory: whole, in
 * chunks, token by token, on every provider, and quantised. Uses the record of `pytorch-reference.test.ts`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../../kernels/model/config.ts';
import { decodeGraph, type ModelGraph, prefillGraph } from '../../kernels/model/graphs.ts';
import { dilatedSlots, emptyRepositoryMemory, type RepositoryMemory } from '../../kernels/model/memory.ts';
import { type Lowering, ModelWeights } from '../../kernels/model/weights.ts';
import { tensorsOf } from '../../kernels/onnx/parameters.ts';
import { concatenateRows, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { readSafetensors, toFloat32 } from '../../kernels/weights/safetensors.ts';
import { load, type Provider, type Session, type Tensors, webgpu } from './providers.ts';

const file = readSafetensors(
  readFileSync(new URL('../golden/pytorch-reference.safetensors', import.meta.url)),
);
const config = parseConfig(file.metadata['config'] ?? '');
const weights = new ModelWeights(
  new Map(
    [...file.tensors]
      .filter(([name]) => name.startsWith('weights.'))
      .map(([name, stored]) => [name.slice(8), stored]),
  ),
);
const tolerance = 1e-4;

function golden(name: string): Tensor {
  const stored = file.tensors.get(name);
  assert.ok(stored, `the record has no ${name}`);
  return tensor(stored.shape, toFloat32(stored));
}

/** Element `index` along the first axis. */
function at({ shape, data }: Tensor, index: number): Tensor {
  const size = data.length / shape[0]!;
  return tensor(shape.slice(1), data.slice(index * size, (index + 1) * size));
}

const stored = file.tensors.get('tokens')!;
const tokens = new Int32Array(new Uint8Array(stored.bytes).buffer);
const [, length] = stored.shape as [number, number];
const idsOf = (sequence: number): Tensor =>
  tensor([length], tokens.slice(sequence * length, (sequence + 1) * length));

function assertClose(actual: Tensor, expected: Tensor, bound = tolerance): number {
  assert.deepEqual(actual.data.length, expected.data.length);
  let [difference, largest] = [0, 0];
  for (const [i, value] of expected.data.entries()) {
    difference = Math.max(difference, Math.abs(value - actual.data[i]!));
    largest = Math.max(largest, Math.abs(value));
  }
  assert.ok(largest > 1e-3, 'the record is all zeros, which anything would match');
  assert.ok(difference <= bound * largest, `${difference} against values up to ${largest}`);
  return difference / largest;
}

const sessions = new Map<ModelGraph, Map<Provider, Promise<Session>>>();

/** Opening a session costs more than running it: one per graph and provider. */
function opened(graph: ModelGraph, provider: Provider): Promise<Session> {
  const known = sessions.get(graph) ?? new Map<Provider, Promise<Session>>();
  sessions.set(graph, known);
  const session = known.get(provider) ?? load(graph, provider);
  known.set(provider, session);
  return session;
}

/** Runs a sequence through a graph in chunks: outputs joined along T, and the final state. */
async function run(
  graph: ModelGraph,
  ids: Tensor,
  cuts: readonly number[],
  provider: Provider,
  memory?: RepositoryMemory,
) {
  const session = await opened(graph, provider);
  let state: Tensors = Object.fromEntries(graph.initialState);
  const extra = memory
    ? Object.fromEntries([...tensorsOf(memory)].map(([name, value]) => [`memory.${name}`, value]))
    : {};
  const outputs = new Map<string, Tensor[]>();
  for (const [index, start] of cuts.entries()) {
    const chunk = rows(ids, start, cuts[index + 1] ?? length);
    const results = await session.run({ ids: chunk, ...state, ...extra });
    for (const [name, value] of Object.entries(results)) {
      if (!name.endsWith("'")) outputs.set(name, [...(outputs.get(name) ?? []), value]);
    }
    state = Object.fromEntries([...graph.initialState.keys()].map(name => [name, results[`${name}'`]!]));
  }
  return { output: (name: string): Tensor => concatenateRows(outputs.get(name)!), state };
}

const whole = [0];
const chunks = [0, 17, 18, 41];
const single = Array.from({ length }, (_, t) => t);

/** The memory for the record's first sequence: the two others. */
function recordedMemory(): RepositoryMemory {
  const keys = golden('memory.dilated.key');
  return {
    linear: golden('memory.linear'),
    delta: golden('memory.delta'),
    keys,
    values: golden('memory.dilated.value'),
    hidden: zeros([1, keys.shape[1]!]),
    continuous: golden('memory.continuous'),
    open: tensor([1], [1]),
  };
}

const slots = golden('memory.dilated.key').shape[1]!;
const decoder = (lowering: Lowering = 'float32', step = false): ModelGraph =>
  decodeGraph(config, weights, { lowering, step, slots, logits: 'all' });
const chunkDecoder = decoder();
const reader = prefillGraph(config, weights, { lowering: 'float32' });

const forms: readonly [
  name: string,
  graph: ModelGraph,
  cuts: readonly number[],
  providers: readonly Provider[],
][] = [
  ['whole', chunkDecoder, whole, ['cpu']],
  ['in chunks', chunkDecoder, chunks, ['cpu', 'webgpu']],
  ['one token at a time', decoder('float32', true), single, ['cpu']],
];

for (const provider of ['cpu', 'webgpu'] as const) {
  for (const [form, graph, cuts, providers] of forms) {
    if (!providers.includes(provider)) continue;
    test(`decoding ${form} with the memory of other files gives the PyTorch reference's logits on ${provider}`, async t => {
      if (await isMissing(provider, t)) return;
      const { output } = await run(graph, idsOf(0), cuts, provider, recordedMemory());
      assertClose(output('logits'), golden('logits'));
    });
  }

  test(`decoding with an empty memory gives the PyTorch reference's logits without one on ${provider}`, async t => {
    if (await isMissing(provider, t)) return;
    const { output } = await run(
      chunkDecoder,
      idsOf(0),
      chunks,
      provider,
      emptyRepositoryMemory(config, slots),
    );
    const h = golden('closed.output');
    const embedding = golden('weights.embedding.weight');
    assertClose(output('logits'), matmulTransposed(h, embedding));
  });

  test(`prefill gives the PyTorch reference's memory, whole and in chunks, on ${provider}`, async t => {
    if (await isMissing(provider, t)) return;
    for (const sequence of [0, 2]) {
      for (const cuts of [whole, chunks]) {
        const { output, state } = await run(reader, idsOf(sequence), cuts, provider);
        assertClose(output('keys'), at(golden('writes.dilated.key'), sequence));
        assertClose(output('values'), at(golden('writes.dilated.value'), sequence));
        assertClose(output('signal'), at(golden('writes.continuous'), sequence));
        assertClose(state['writer.linear']!, linearMemory(sequence));
      }
    }
  });
}

test("composing files' delta maps gives the PyTorch reference's memory", async () => {
  let memory = zeros(golden('memory.delta').shape); // [Hm, dk, dv]
  const [heads, dk, dv] = memory.shape as [number, number, number];
  for (const sequence of [1, 2]) {
    const { state } = await run(reader, idsOf(sequence), chunks, 'cpu');
    const map = state['writer.delta']!; // [N | P]: [Hm, dk, dv + dk]
    const next = zeros(memory.shape);
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < dk; i++) {
        const row = (h * dk + i) * (dv + dk);
        for (let j = 0; j < dv; j++) {
          let value = map.data[row + j]!;
          for (let k = 0; k < dk; k++) value += map.data[row + dv + k]! * memory.data[(h * dk + k) * dv + j]!;
          next.data[(h * dk + i) * dv + j] = value;
        }
      }
    }
    memory = next;
  }
  assertClose(memory, golden('memory.delta'));
});

test('quantised weights stay close to float32', async t => {
  for (const [lowering, bound] of [
    ['uint8', 0.2],
    ['block8', 0.2],
  ] as const) {
    const { output } = await run(decoder(lowering), idsOf(0), chunks, 'cpu', recordedMemory());
    const [actual, expected] = [output('logits').data, golden('logits').data];
    const squares = (of: (i: number) => number): number =>
      expected.reduce((sum, _, i) => sum + of(i) ** 2, 0);
    const error = Math.sqrt(squares(i => actual[i]! - expected[i]!) / squares(i => expected[i]!));
    t.diagnostic(`${lowering}: root-mean-square error ${error.toFixed(4)} of the logits`);
    assert.ok(error < bound, `${lowering}: ${error}`);
  }
});

test('rejects an invalid configuration and invalid weights by name', () => {
  assert.throws(() => parseConfig('{'), /not JSON/);
  assert.throws(() => parseConfig(JSON.stringify({ ...config, heads: 'two' })), /heads/);
  assert.throws(() => parseConfig(JSON.stringify({ ...config, heads: 3 })), /3 heads.*width of 32/);
  assert.throws(
    () => parseConfig(JSON.stringify({ ...config, self_decoder: ['mamba'] })),
    /self_decoder: mamba/,
  );
  assert.throws(
    () => prefillGraph({ ...config, width: 16 }, weights, { lowering: 'float32' }),
    /embedding\.weight.*\[64, 32\].*\[64, 16\]/,
  );
  assert.throws(
    () => prefillGraph(config, new ModelWeights(new Map()), { lowering: 'float32' }),
    /no embedding\.weight/,
  );
});

test('the dilated memory has equally many keys per level, and levels grow geometrically', () => {
  const { dilated_span: span } = config;
  assert.equal(dilatedSlots(config, 1), span);
  assert.equal(dilatedSlots(config, span + 1), 2 * span);
  assert.equal(dilatedSlots({ ...config, dilated_span: 256 }, 10_000_000), 9 * 256);
});

async function isMissing(provider: Provider, t: { skip(message: string): void }): Promise<boolean> {
  if (provider === 'cpu') return false;
  const found = await webgpu();
  if (typeof found !== 'string') return false;
  t.skip(found);
  return true;
}

/** Σ_t β_t k_t v_tᵀ of one sequence of the record. */
function linearMemory(sequence: number): Tensor {
  const [k, v, beta] = ['key', 'value', 'beta'].map(name =>
    at(golden(`writes.linear.${name}`), sequence),
  ) as [Tensor, Tensor, Tensor];
  const [heads, T, dk] = k.shape as [number, number, number];
  const dv = v.shape[2]!;
  const memory = zeros([heads, dk, dv]);
  for (let h = 0; h < heads; h++) {
    for (let t = 0; t < T; t++) {
      for (let i = 0; i < dk; i++) {
        for (let j = 0; j < dv; j++) {
          memory.data[(h * dk + i) * dv + j]! +=
            beta.data[h * T + t]! * k.data[(h * T + t) * dk + i]! * v.data[(h * T + t) * dv + j]!;
        }
      }
    }
  }
  return memory;
}

/** x [T, d] Eᵀ for E [V, d]. */
function matmulTransposed(x: Tensor, embedding: Tensor): Tensor {
  const [T, d] = x.shape as [number, number];
  const V = embedding.shape[0]!;
  const y = zeros([T, V]);
  for (let t = 0; t < T; t++) {
    for (let v = 0; v < V; v++) {
      for (let i = 0; i < d; i++) y.data[t * V + v]! += x.data[t * d + i]! * embedding.data[v * d + i]!;
    }
  }
  return y;
}
