/**
 * Compares the references with the PyTorch reference: every block of a tiny random model, from recorded input and
 * weights to recorded output. `python kernels/training/export.py --golden` writes the record.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  evaluateBasis,
  evenPoints,
  gaussianBasis,
  ridgeRegression,
} from '../../kernels/continuous-memory/basis.ts';
import { continuousRead } from '../../kernels/continuous-memory/reference.ts';
import {
  stridedPositions,
  stridedRead,
  stridesByRank,
} from '../../kernels/dilated-attention/strided-read.ts';
import {
  attend,
  finishAttention,
  headsFirst,
  mergePartials,
} from '../../kernels/flash-attention/partials.ts';
import {
  initialWindowAttentionState,
  normalizeRows,
  windowAttention,
} from '../../kernels/flash-attention/reference.ts';
import { applyGatedDelta, gatedDeltaSpan } from '../../kernels/gated-delta/merge.ts';
import { gatedDelta, initialGatedDeltaState } from '../../kernels/gated-delta/reference.ts';
import { h3, initialH3State } from '../../kernels/h3/reference.ts';
import { type HyenaFilter, hyena, initialHyenaState } from '../../kernels/hyena/reference.ts';
import { readMemory } from '../../kernels/infini-attention/memory.ts';
import { squaredMlp } from '../../kernels/mlp/reference.ts';
import { norm } from '../../kernels/norm/reference.ts';
import { initialRotaryState, rotary } from '../../kernels/rotary/reference.ts';
import { initialShortConvolutionState, shortConvolution } from '../../kernels/short-convolution/reference.ts';
import { full, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { readSafetensors, toFloat32 } from '../../kernels/weights/safetensors.ts';

const file = readSafetensors(
  readFileSync(new URL('../golden/pytorch-reference.safetensors', import.meta.url)),
);
const config = JSON.parse(file.metadata['config'] ?? '{}') as Record<string, number>;
const heads = config['heads']!;
const memoryHeads = config['memory_heads']!;
/** Largest difference over the largest value. */
const tolerance = 1e-4;

function golden(name: string): Tensor {
  const stored = file.tensors.get(name);
  assert.ok(stored, `the record has no ${name}`);
  return tensor(stored.shape, toFloat32(stored));
}
const weight = (name: string): Tensor => golden(`weights.${name}`);

function assertClose(actual: Tensor, expected: Tensor): void {
  assert.equal(actual.data.length, expected.data.length);
  let [difference, largest] = [0, 0];
  for (const [i, value] of expected.data.entries()) {
    difference = Math.max(difference, Math.abs(value - actual.data[i]!));
    largest = Math.max(largest, Math.abs(value));
  }
  assert.ok(largest > 1e-3, 'the record is all zeros, which anything would match');
  assert.ok(difference <= tolerance * largest, `${difference} against values up to ${largest}`);
}

test('Hyena with explicit taps, with taps of an implicit filter, and in modal form', () => {
  for (const [layer, filter] of [
    ['self_decoder.0', { kind: 'taps', taps: weight('self_decoder.0.mixer.filter.taps') }],
    ['self_decoder.3', { kind: 'taps', taps: weight('self_decoder.3.mixer.filter.taps') }],
    ['cross_decoder.1', { kind: 'modal', modal: modes('cross_decoder.1.mixer.filter') }],
  ] satisfies [string, HyenaFilter][]) {
    const parameters = { short: weight(`${layer}.mixer.short`), filters: [filter] };
    const { output } = hyena(linear(layer, 'project'), parameters, initialHyenaState(parameters));
    assertClose(linear(layer, 'out', output), golden(`${layer}.mixer.output`));
  }
});

test('H3', () => {
  const layer = 'self_decoder.1';
  const [q, k, v] = columns(linear(layer, 'project'), 3);
  const parameters = { shift: weight(`${layer}.mixer.shift`), ssm: modes(`${layer}.mixer.modes`) };
  const { output } = h3(
    { q: scaled(q!, 1 / Math.sqrt(q!.shape[1]! / heads)), k: k!, v: v! },
    parameters,
    initialH3State(parameters),
  );
  assertClose(linear(layer, 'out', normHeads(output, heads)), golden(`${layer}.mixer.output`));
});

test('the gated delta rule', () => {
  for (const layer of ['self_decoder.2', 'self_decoder.5']) {
    const [q, k, v] = columns(convolved(linear(layer, 'project'), weight(`${layer}.mixer.short`), silu), 3);
    const [decay, beta] = columns(linear(layer, 'gates'), 2);
    const rate = weight(`${layer}.mixer.rate`);
    const logDecay = map(decay!, (x, i) => -Math.exp(rate.data[i % heads]!) * Math.log1p(Math.exp(x)));
    const width = q!.shape[1]! / heads;
    const { output } = gatedDelta(
      { q: q!, k: k!, v: v!, logDecay, beta: map(beta!, sigmoid) },
      initialGatedDeltaState(heads, width, width),
    );
    assertClose(linear(layer, 'out', normHeads(output, heads)), golden(`${layer}.mixer.output`));
  }
});

test('window attention with rotary positions', () => {
  const layer = 'self_decoder.4';
  assertClose(local(layer, config['window']!), golden(`${layer}.mixer.output`));
});

test('a layer is its mixer and its MLP, each after a norm', () => {
  const layer = 'self_decoder.0';
  const input = golden(`${layer}.input`);
  const width = input.shape[1]!;
  const parameters = { gain: full([width], 1), epsilon: 1e-6 };
  assertClose(norm(input, parameters), golden(`${layer}.mixer.input`));
  const middle = add(input, golden(`${layer}.mixer.output`));
  const mlp = {
    up: transposed(weight(`${layer}.mlp.up.weight`)),
    down: transposed(weight(`${layer}.mlp.down.weight`)),
  };
  assertClose(add(middle, squaredMlp(norm(middle, parameters), mlp)), golden(`${layer}.output`));
});

test('the memory of the other files: linear, delta, strided, continuous', () => {
  const [files, , length, width] = golden('writes.linear.key').shape as [number, number, number, number];
  for (const kind of ['linear', 'delta'] as const) {
    const [key, value, beta] = [
      golden(`writes.${kind}.key`),
      golden(`writes.${kind}.value`),
      golden(`writes.${kind}.beta`),
    ];
    let memory = zeros([memoryHeads, width, value.shape[3]!]);
    for (let other = 1; other < files; other++) {
      const inputs = {
        k: headsLast(key, other),
        v: headsLast(value, other),
        beta: headsLast(tensor([...beta.shape, 1], beta.data), other),
        logDecay: zeros([length, memoryHeads]),
      };
      if (kind === 'delta') memory = applyGatedDelta(gatedDeltaSpan(inputs, memoryHeads), { memory }).memory;
      else memory = add(memory, bindings(inputs.k, inputs.v, inputs.beta));
    }
    assertClose(memory, golden(`memory.${kind}`));
  }
  const places = golden('memory.dilated.places'); // [H, K], oldest file first
  const pattern = { window: config['dilated_span']!, ratio: config['dilated_ratio']! };
  const strides = stridesByRank(
    Array.from({ length: files - 1 }, () => length),
    pattern,
  ).reverse();
  for (let head = 0; head < heads; head++) {
    const kept = strides.flatMap((stride, i) =>
      stridedPositions(length, stride, head).map(p => i * length + p),
    );
    assert.deepEqual([...places.data.subarray(head * kept.length, (head + 1) * kept.length)], kept);
  }
  const points = evenPoints((files - 1) * length);
  assertClose(
    ridgeRegression(evaluateBasis(basis(), points), config['continuous_ridge']!),
    golden('memory.continuous.fit'),
  );
  const signal = golden('writes.continuous'); // [B, T, c]
  const others = signal.data.subarray(signal.data.length / files);
  assertClose(
    apply(
      golden('memory.continuous.fit'),
      transposed(tensor([(files - 1) * length, signal.shape[2]!], others)),
    ),
    golden('memory.continuous'),
  );
});

test('the Infini read: linear and delta heads beside local attention', () => {
  const layer = 'cross_decoder.0';
  const q = linear(layer, 'query');
  const [length, width] = [q.shape[0]!, q.shape[1]! / (2 * memoryHeads)];
  const [linearMemory, deltaMemory] = [golden('memory.linear'), golden('memory.delta')];
  const memory = tensor(
    [2 * memoryHeads, width, linearMemory.shape[2]!],
    [...linearMemory.data, ...deltaMemory.data],
  );
  const answer = readMemory({ kind: 'signed' }, tensor([length, 2 * memoryHeads, width], q.data), {
    memory,
    normalizer: zeros([2 * memoryHeads, width]),
  });
  const flat = normHeads(tensor([length, answer.data.length / length], answer.data), 2 * memoryHeads);
  const gate = weight(`${layer}.mixer.gate`);
  const perHead = flat.shape[1]! / (2 * memoryHeads);
  const gated = map(flat, (x, i) => x * sigmoid(gate.data[Math.floor((i % flat.shape[1]!) / perHead)]!));
  assertClose(
    add(local(layer, config['reader_window']!), linear(layer, 'read_out', gated)),
    golden(`${layer}.mixer.output`),
  );
});

test('the dilated read: one softmax over the window and the kept keys', () => {
  const layer = 'cross_decoder.2';
  const [q, k, v] = columns(linear(layer, 'project'), 3).map(z => split(z, heads));
  const length = q!.shape[0]!;
  const scale = weight(`${layer}.mixer.scale`);
  const [query, key] = [normalizeRows(q!), normalizeRows(k!)];
  const [rotated] = [query].map(z => headsFirst(rotary(z, { base: 10_000 }, initialRotaryState()).output));
  const perHead = length * q!.shape[2]!;
  const near = attend(
    map(rotated!, (x, i) => x * scale.data[Math.floor(i / perHead)]!),
    headsFirst(rotary(key, { base: 10_000 }, initialRotaryState()).output),
    headsFirst(v!),
    (t, s) => s <= t && s > t - config['reader_window']!,
  );
  const keys = golden('memory.dilated.key');
  const far = stridedRead(
    query,
    { scale },
    {
      keys,
      values: golden('memory.dilated.value'),
      valid: full(keys.shape.slice(0, 2), 1),
    },
  );
  const mixed = finishAttention(mergePartials(near, far.partials));
  assertClose(
    linear(layer, 'out', tensor([length, mixed.data.length / length], mixed.data)),
    golden(`${layer}.mixer.output`),
  );
});

test('the continuous read', () => {
  const layer = 'cross_decoder.3';
  const count = config['continuous_heads']!;
  const coefficients = golden('memory.continuous'); // [N, c]
  const [keys, values] = columns(apply(coefficients, weight(`${layer}.mixer.key_value.weight`)), 2);
  const { output } = continuousRead(
    { q: normHeads(linear(layer, 'query'), count), keys: normHeads(keys!, count), values: values! },
    {
      location: transposed(weight(`${layer}.mixer.location.weight`)),
      locationBias: weight(`${layer}.mixer.location.bias`),
    },
    { form: 'mean', heads: count, varianceFloor: 1e-4 },
    basis(),
    1,
  );
  assertClose(
    add(local(layer, config['reader_window']!), linear(layer, 'read_out', output)),
    golden(`${layer}.mixer.output`),
  );
});

/** The mixer's linear layer `name` (with its bias, if any) applied to `x`, or to the mixer's recorded input. */
function linear(layer: string, name: string, x = golden(`${layer}.mixer.input`)): Tensor {
  const y = apply(x, weight(`${layer}.mixer.${name}.weight`));
  const bias = file.tensors.get(`weights.${layer}.mixer.${name}.bias`);
  if (bias === undefined) return y;
  const values = toFloat32(bias);
  return map(y, (value, i) => value + values[i % values.length]!);
}

/** Local attention of a block, through its output projection. */
function local(layer: string, window: number): Tensor {
  const [q, k, v] = columns(linear(layer, 'project'), 3).map(z => split(z, heads));
  const [length, , width] = q!.shape as [number, number, number];
  const turn = (z: Tensor): Tensor =>
    rotary(z, { base: config['rotary_base']! }, initialRotaryState()).output;
  const { output } = windowAttention(
    turn(q!),
    turn(k!),
    v!,
    { window, scale: weight(`${layer}.mixer.scale`), normalize: true },
    initialWindowAttentionState(window, heads, width),
  );
  return linear(layer, 'out', tensor([length, heads * width], output.data));
}

function modes(name: string): { poles: Tensor; residues: Tensor; skip: Tensor } {
  return {
    poles: weight(`${name}.poles`),
    residues: weight(`${name}.residues`),
    skip: weight(`${name}.skip`),
  };
}

const basis = () => gaussianBasis(config['continuous_bases']!, [config['continuous_sigma']!]);

/** Σ_t β_t k_t v_tᵀ a head: k [T, H·dk], v [T, H·dv], β [T, H] → [H, dk, dv]. */
function bindings(k: Tensor, v: Tensor, beta: Tensor): Tensor {
  const [dk, dv] = [k.shape[1]! / memoryHeads, v.shape[1]! / memoryHeads];
  const memory = zeros([memoryHeads, dk, dv]);
  for (let t = 0; t < k.shape[0]!; t++) {
    for (let i = 0; i < memory.data.length; i++) {
      const [head, row, column] = [Math.floor(i / (dk * dv)), Math.floor(i / dv) % dk, i % dv];
      const at = t * memoryHeads + head;
      memory.data[i]! += beta.data[at]! * k.data[at * dk + row]! * v.data[at * dv + column]!;
    }
  }
  return memory;
}

/** One file of x [B, H, T, d] as [T, H·d]. */
function headsLast({ shape, data }: Tensor, index: number): Tensor {
  const [, count, length, width] = shape as [number, number, number, number];
  const y = zeros([length, count * width]);
  for (let i = 0; i < y.data.length; i++) {
    const [t, head, c] = [Math.floor(i / (count * width)), Math.floor(i / width) % count, i % width];
    y.data[i] = data[((index * count + head) * length + t) * width + c]!;
  }
  return y;
}

function convolved(x: Tensor, kernel: Tensor, activation: (x: number) => number): Tensor {
  const past = initialShortConvolutionState(kernel.shape[0]!, kernel.shape[1]!);
  return map(shortConvolution(x, { kernel }, past).output, activation);
}

/** Root-mean-square norm of every head of x [T, heads·d]. */
function normHeads(x: Tensor, count: number): Tensor {
  const width = x.shape[1]! / count;
  const rows = tensor([x.shape[0]! * count, width], x.data);
  return tensor(x.shape, norm(rows, { gain: full([width], 1), epsilon: 1e-6 }).data);
}

/** x [T, a] Wᵀ for W [b, a]. */
function apply(x: Tensor, W: Tensor): Tensor {
  const [length, inner] = x.shape as [number, number];
  const outputs = W.shape[0]!;
  const y = zeros([length, outputs]);
  for (let t = 0; t < length; t++) {
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inner; i++)
        y.data[t * outputs + o]! += x.data[t * inner + i]! * W.data[o * inner + i]!;
    }
  }
  return y;
}

function transposed({ shape, data }: Tensor): Tensor {
  const [rows, count] = shape as [number, number];
  return map(zeros([count, rows]), (_, i) => data[(i % rows) * count + Math.floor(i / rows)]!);
}

/** x [T, n·d] as n tensors [T, d]. */
function columns(x: Tensor, count: number): Tensor[] {
  const width = x.shape[1]! / count;
  return Array.from({ length: count }, (_, part) =>
    map(
      zeros([x.shape[0]!, width]),
      (_, i) => x.data[Math.floor(i / width) * width * count + part * width + (i % width)]!,
    ),
  );
}

const split = (x: Tensor, count: number): Tensor => tensor([x.shape[0]!, count, x.shape[1]! / count], x.data);
const map = ({ shape, data }: Tensor, f: (x: number, index: number) => number): Tensor => ({
  shape,
  data: data.map(f),
});
const add = (a: Tensor, b: Tensor): Tensor => map(a, (x, i) => x + b.data[i]!);
const scaled = (a: Tensor, factor: number): Tensor => map(a, x => x * factor);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const silu = (x: number): number => x * sigmoid(x);
