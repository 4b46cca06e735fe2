import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dilatedAttentionGraph } from '../../kernels/dilated-attention/graph.ts';
import {
  type DilatedAttentionState,
  dilatedAttention,
  geometricLevels,
  initialDilatedAttentionState,
  offsetOf,
} from '../../kernels/dilated-attention/reference.ts';
import {
  type StridedMemory,
  stridedPositions,
  stridedRead,
  stridedReadBesideWindow,
  stridesByRank,
} from '../../kernels/dilated-attention/strided-read.ts';
import {
  stridedReadBesideWindowGraph,
  stridedReadGraph,
} from '../../kernels/dilated-attention/strided-read-graph.ts';
import { noScore } from '../../kernels/flash-attention/partials.ts';
import { initialWindowAttentionState } from '../../kernels/flash-attention/reference.ts';
import { placeParameters } from '../../kernels/onnx/parameters.ts';
import { full, randomNormal, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, checkForms } from './harness.ts';
import { runGraph } from './providers.ts';

const heads = 3;
const width = 8;
const scale = full([heads], 1 / Math.sqrt(width));

for (const levels of [
  [{ segment: 8, rate: 1 }],
  [
    { segment: 4, rate: 1 },
    { segment: 8, rate: 2 },
    { segment: 16, rate: 4 },
  ],
  // Without a level of rate 1, some heads see nothing at some tokens.
  [
    { segment: 12, rate: 4 },
    { segment: 24, rate: 3 },
  ],
  geometricLevels(16, 4, 1024),
]) {
  checkForms({
    name: `dilated attention at ${levels.map(({ segment, rate }) => `(${segment}, ${rate})`).join(' ')}`,
    inputs: { q: [heads, width], k: [heads, width], v: [heads, width] },
    parameters: { levels, scale },
    initialState: () => initialDilatedAttentionState(levels, heads, width),
    reference: ({ q, k, v }, parameters, state) => dilatedAttention(q!, k!, v!, parameters, state),
    graph: (g, { q, k, v }, parameters, state) => dilatedAttentionGraph(g, q!, k!, v!, parameters, state, 4),
    longest: 70,
  });
}

for (const [many, rates] of [
  [6, [1, 2, 4]],
  [3, [1, 4, 8]],
  [5, [2, 3]],
] as const) {
  const levels = rates.map(rate => ({ segment: 8 * rate, rate }));
  const parameters = { levels, scale: full([many], 0.4), offsets: 'blocked' } as const;
  checkForms({
    name: `dilated attention of ${many} heads in blocks, rates ${rates.join(', ')}`,
    inputs: { q: [many, width], k: [many, width], v: [many, width] },
    parameters,
    initialState: () => initialDilatedAttentionState(levels, many, width),
    reference: ({ q, k, v }, given, state) => dilatedAttention(q!, k!, v!, given, state),
    graph: (g, { q, k, v }, given, state) => dilatedAttentionGraph(g, q!, k!, v!, given, state, 4),
    longest: 50,
  });
}

for (const offsets of ['paper', 'blocked'] as const) {
  test(`offsets ${offsets}: equals sparsify, attend densely, scatter and mix by the denominators, as torchscale does it`, () => {
    const [many, length] = [6, 48];
    const levels = [
      { segment: 12, rate: 1 },
      { segment: 24, rate: 2 },
      { segment: 48, rate: 4 },
    ];
    const parameters = { levels, scale: full([many], 0.3), offsets };
    const [q, k, v] = [1, 2, 3].map(seed => randomNormal([length, many, 4], seed)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const { output } = dilatedAttention(q, k, v, parameters, initialDilatedAttentionState(levels, many, 4));
    // Heads as rows (r, ⌈H/r⌉), padded; the diagonal of (token in group, row) is kept. The paper's order is (⌈H/r⌉, r).
    const kept = (head: number, rate: number): number => {
      const across = Math.ceil(many / rate);
      const rowsOf = Array.from({ length: rate * across }, (_, j) =>
        offsets === 'blocked' ? Math.floor(j / across) : j % rate,
      );
      return rowsOf[head]!;
    };
    const [sum, weight] = [new Float64Array(output.data.length), new Float64Array(length * many)];
    for (const { segment, rate } of levels) {
      for (let start = 0; start < length; start += segment) {
        for (let head = 0; head < many; head++) {
          const own = Array.from({ length: segment / rate }, (_, i) => start + i * rate + kept(head, rate));
          for (const [i, t] of own.entries()) {
            const scores = own
              .slice(0, i + 1)
              .map(s => Math.exp(0.3 * dot(q.data, (t * many + head) * 4, k.data, (s * many + head) * 4)));
            const total = scores.reduce((a, b) => a + b, 0);
            weight[t * many + head]! += total;
            for (let c = 0; c < 4; c++) {
              const o = scores.reduce(
                (all, e, j) => all + (e / total) * v.data[(own[j]! * many + head) * 4 + c]!,
                0,
              );
              sum[(t * many + head) * 4 + c]! += total * o;
            }
          }
        }
      }
    }
    const expected = sum.map((value, i) => value / weight[Math.floor(i / 4)]!);
    assertClose(output, tensor(output.shape, expected), 1e-12, 'O');
  });
}

test('at the start of a segment most heads see only themselves, at rate 1 as at the others', () => {
  // LongNet's levels do not overlap: where segments of several levels start together, no level has a past.
  const levels = geometricLevels(64, 4, 1024);
  const many = 4;
  let [alone, all] = [0, 0];
  for (let start = 0; start < 1024; start += 64) {
    for (let head = 0; head < many; head++) {
      const t = start;
      const seen = new Set<number>();
      for (const { segment, rate } of levels) {
        if (t % rate !== offsetOf(head, many, rate)) continue;
        for (let s = t - (t % segment) + (head % rate); s <= t; s += rate) seen.add(s);
      }
      all++;
      if (seen.size === 1) alone++;
    }
  }
  assert.ok(alone / all > 0.7 && alone / all < 0.85, `${alone} of ${all}`);
});

const late = [
  { segment: 4, rate: 1 },
  { segment: 16, rate: 4 },
];
checkForms({
  name: 'dilated attention in the middle of a segment, after ten million tokens',
  inputs: { q: [heads, width], k: [heads, width], v: [heads, width] },
  parameters: { levels: late, scale },
  initialState: (): DilatedAttentionState => {
    const { levels } = initialDilatedAttentionState(late, heads, width);
    const kept = levels.map(({ keys, values }, level) => ({
      keys: randomNormal(keys.shape, level),
      values: randomNormal(values.shape, level + 10),
    }));
    return { levels: kept, position: tensor([1], [10_000_003]) };
  },
  reference: ({ q, k, v }, parameters, state) => dilatedAttention(q!, k!, v!, parameters, state),
  graph: (g, { q, k, v }, parameters, state) => dilatedAttentionGraph(g, q!, k!, v!, parameters, state, 4),
});

test('levels grow geometrically until one segment covers everything', () => {
  assert.deepEqual(geometricLevels(256, 4, 4096), [
    { segment: 256, rate: 1 },
    { segment: 1024, rate: 4 },
    { segment: 4096, rate: 16 },
  ]);
});

test('with one head and one level, dilated attention is attention among every r-th token', () => {
  const [segment, rate, length] = [12, 3, 24];
  const parameters = { levels: [{ segment, rate }], scale: full([1], 0.5) };
  const [q, k, v] = [1, 2, 3].map(seed => randomNormal([length, 1, 4], seed));
  const initial = initialDilatedAttentionState(parameters.levels, 1, 4);
  const { output } = dilatedAttention(q!, k!, v!, parameters, initial);
  for (let t = 0; t < length; t++) {
    const seen = Array.from({ length: t + 1 }, (_, s) => s).filter(
      s => s % rate === 0 && t % rate === 0 && Math.floor(s / segment) === Math.floor(t / segment),
    );
    const weights = seen.map(s => Math.exp(0.5 * dot(q!.data, t * 4, k!.data, s * 4)));
    const sum = weights.reduce((a, b) => a + b, 0);
    const expected = [0, 1, 2, 3].map(c =>
      seen.reduce((total, s, index) => total + (weights[index]! / sum) * v!.data[s * 4 + c]!, 0),
    );
    assertClose(rows(output, t, t + 1), tensor([1, 1, 4], expected), 1e-12, `token ${t}`);
  }
});

const memory = (valid: Tensor): StridedMemory => ({
  keys: randomNormal([heads, 7, width], 1),
  values: randomNormal([heads, 7, width], 2),
  valid,
});
const everyThird = tensor(
  [heads, 7],
  Array.from({ length: heads * 7 }, (_, index) => ((index * 5) % 3 === 0 ? 1 : 0)),
);

for (const [which, valid] of [
  ['every key', full([heads, 7], 1)],
  ['some keys', everyThird],
] as const) {
  checkForms({
    name: `strided read of ${which}`,
    inputs: { q: [heads, width] },
    parameters: { scale },
    initialState: () => memory(valid),
    reference: ({ q }, parameters, state) => ({ output: stridedRead(q!, parameters, state).output, state }),
    graph: (g, { q }, parameters, state) => ({
      output: stridedReadGraph(g, q!, parameters, state).output,
      state,
    }),
  });
}

for (const normalize of [false, true]) {
  const kept = memory(everyThird);
  const parameters = { window: 6, scale, normalize };
  const hidden = tensor(
    [heads, 7],
    kept.valid.data.map(there => (there > 0 ? 0 : noScore)),
  );
  checkForms({
    name: `strided read beside a window${normalize ? ', normalised' : ''}`,
    inputs: { q: [heads, width], plain: [heads, width], k: [heads, width], v: [heads, width] },
    parameters: { scale },
    initialState: () => initialWindowAttentionState(6, heads, width),
    reference: ({ q, plain, k, v }, _, state) =>
      stridedReadBesideWindow({ q: q!, plain: plain!, k: k!, v: v! }, parameters, state, kept),
    graph: (g, { q, plain, k, v }, _, state) =>
      stridedReadBesideWindowGraph(
        g,
        { q: q!, plain: plain!, k: k!, v: v! },
        placeParameters(g, parameters),
        state,
        placeParameters(g, { keys: kept.keys, values: kept.values, hidden }),
      ),
    step: (g, { q, plain, k, v }, _, state) =>
      stridedReadBesideWindowGraph(
        g,
        { q: q!, plain: plain!, k: k!, v: v! },
        placeParameters(g, parameters),
        state,
        placeParameters(g, { keys: kept.keys, values: kept.values, hidden }),
        true,
      ),
  });
}

test('a strided read beside a window is one softmax over both kinds of keys', () => {
  const [T, window] = [10, 4];
  const kept = memory(everyThird);
  const [q, plain, k, v] = [1, 2, 3, 4].map(seed => randomNormal([T, heads, width], seed)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const { output } = stridedReadBesideWindow(
    { q, plain, k, v },
    { window, scale, normalize: false },
    initialWindowAttentionState(window, heads, width),
    kept,
  );
  const expected = zeros(output.shape);
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < heads; h++) {
      const at = (t * heads + h) * width;
      const near = Array.from(
        { length: Math.min(window, t + 1) },
        (_, back) => ((t - back) * heads + h) * width,
      );
      const far = Array.from({ length: 7 }, (_, s) => s).filter(s => kept.valid.data[h * 7 + s]! > 0);
      const pairs = [
        ...near.map(from => [dot(q.data, at, k.data, from, width), v.data, from] as const),
        ...far.map(
          s =>
            [
              dot(plain.data, at, kept.keys.data, (h * 7 + s) * width, width),
              kept.values.data,
              (h * 7 + s) * width,
            ] as const,
        ),
      ].map(([score, values, from]) => [Math.exp(score / Math.sqrt(width)), values, from] as const);
      const sum = pairs.reduce((all, [weight]) => all + weight, 0);
      for (const [weight, values, from] of pairs)
        for (let c = 0; c < width; c++) expected.data[at + c]! += (weight / sum) * values[from + c]!;
    }
  }
  assertClose(output, expected, 1e-9, 'o');
});

test('a strided read without keys is zero', async () => {
  const empty = memory(zeros([heads, 7]));
  const q = randomNormal([5, heads, width], 3);
  const { output } = await runGraph(
    g => ({
      output: stridedReadGraph(
        g,
        g.input('q', 'float32', ['T', heads, width]),
        placeParameters(g, { scale }),
        placeParameters(g, empty),
      ).output,
    }),
    { q },
  );
  assertClose(output!, zeros([5, heads, width]), 0, 'output');
  assertClose(stridedRead(q, { scale }, empty).output, zeros([5, heads, width]), 0, 'reference');
});

test('strides grow with rank, and the number of kept keys is bounded', () => {
  const pattern = { window: 256, ratio: 4 };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 200 }), lengths => {
      const strides = stridesByRank(lengths, pattern);
      assert.deepEqual(
        strides,
        strides.toSorted((a, b) => a - b),
      );
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const kept = lengths.reduce(
        (sum, length, file) => sum + stridedPositions(length, strides[file]!, 0).length,
        0,
      );
      const levels = Math.max(0, Math.ceil(Math.log(Math.max(total, 1) / 256) / Math.log(4)));
      // A file's stride is that of its start, so the last file of a stride may reach into the next.
      const overhang = 3000 * (levels + 1);
      assert.ok(kept <= 256 * (1 + 3 * levels) + lengths.length + overhang, `${kept} kept`);
    }),
  );
});

test('positions kept at a stride are kept at its divisors', () => {
  for (const head of [0, 1, 3]) {
    const dense = new Set(stridedPositions(100, 4, head));
    assert.ok(stridedPositions(100, 16, head).every(position => dense.has(position)));
  }
});

function dot(a: Float64Array, atA: number, b: Float64Array, atB: number, width = 4): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += a[atA + c]! * b[atB + c]!;
  return sum;
}
