import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  evaluateBasis,
  evenPoints,
  gaussianBasis,
  normalDensity,
  ridgeRegression,
} from '../../kernels/continuous-memory/basis.ts';
import { continuousMemoryGraph } from '../../kernels/continuous-memory/graph.ts';
import {
  type ContinuousSpan,
  fitContinuous,
  mergeContinuous,
  planContinuousMerge,
  valueAt,
} from '../../kernels/continuous-memory/merge.ts';
import { planContinuousMemory, product } from '../../kernels/continuous-memory/plan.ts';
import {
  continuousMemory,
  continuousRead,
  expectations,
  initialContinuousMemoryState,
  stickySamples,
} from '../../kernels/continuous-memory/reference.ts';
import { maskSignal, widthPenalty, writeSegment } from '../../kernels/continuous-memory/segment.ts';
import { concatenateRows, randomNormal, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, checkForms, float64Tolerance, relativeError } from './harness.ts';

const [heads, dk, dv, d, N] = [2, 4, 3, 5, 12];
const parameters = {
  key: randomNormal([d, heads * dk], 1),
  value: randomNormal([d, heads * dv], 2),
  location: randomNormal([N, 2], 3, 0.3),
  locationBias: randomNormal([2], 4),
};
const read = { form: 'density', heads, varianceFloor: 1e-4 } as const;
const settings = { segment: 40, samples: 30, kept: 0.75, ridge: 0.1 };

const variants = [
  ['uniform', 'uniform', read, [0.04, 0.15]],
  ['sticky', { bins: 16 }, read, [0.08]],
  ['uniform, read as a mean', 'uniform', { ...read, form: 'mean' }, [0.08]],
  ['sticky, read as a mean of two widths', { bins: 16 }, { ...read, form: 'mean' }, [0.04, 0.15]],
] as const;
for (const [name, sampling, read, widths] of variants) {
  const plan = planContinuousMemory({ ...settings, basis: gaussianBasis(N, widths), sampling });
  // From the middle of the first or second segment, so that long runs cross a border.
  const past = name === 'uniform' ? 25 : 65;
  const history = { q: randomNormal([past, heads * dk], 5), x: randomNormal([past, d], 6) };
  const { state: earlier } = continuousMemory(
    history,
    parameters,
    read,
    plan,
    initialContinuousMemoryState(plan, d),
  );
  checkForms({
    name: `continuous memory, ${name}`,
    inputs: { q: [heads * dk], x: [d] },
    parameters,
    initialState: () => earlier,
    reference: ({ q, x }, given, state) => continuousMemory({ q: q!, x: x! }, given, read, plan, state),
    graph: (g, { q, x }, given, state) =>
      continuousMemoryGraph(g, { q: q!, x: x! }, given, read, plan, state),
  });
}

describe('reading by Gaussians of different widths', () => {
  const basis = gaussianBasis(N, [0.01, 0.05]);

  test('the weight of a basis equals the integral of its expectation', () => {
    for (const [mean, variance] of [
      [0.31, 1e-4],
      [0.5, 0.02],
      [0.02, 0.3],
    ] as const) {
      const weights = expectations(mean, variance, basis);
      for (let n = 0; n < N; n++) {
        // Trapezoidal rule over the whole line: exact to rounding for functions that decay like these.
        const width = Math.sqrt(Math.min(variance, basis.widths[n]! ** 2)) / 8;
        let integral = 0;
        for (let t = -7; t < 8; t += width) {
          const psi = normalDensity(t, basis.centres[n]!, basis.widths[n]! ** 2);
          integral += width * normalDensity(t, mean, variance) * psi;
        }
        assert.ok(
          Math.abs(weights[n]! - integral) < 1e-9 * Math.max(1, integral),
          `${weights[n]} ${integral}`,
        );
      }
    }
  });

  test('a read is the mean of the value signal, and the variant divides by the weights', () => {
    // One head whose queries look where the bias points.
    const [mean, spread] = [0.4, 1];
    const at = { location: zeros([N, 2]), locationBias: tensor([2], [Math.log(mean / (1 - mean)), spread]) };
    const variance = Math.log1p(Math.exp(spread)) + 1e-4;
    const values = randomNormal([N, dv], 21);
    const inputs = { q: zeros([1, dk]), keys: zeros([N, dk]), values };
    const whole = continuousRead(inputs, at, { ...read, heads: 1 }, basis, 1).output;
    const step = 1 / 512;
    const expected = new Float64Array(dv);
    let weight = 0;
    for (let t = -8; t < 9; t += step) {
      const signal = product(evaluateBasis(basis, [t]), values);
      const density = step * normalDensity(t, mean, variance);
      for (let j = 0; j < dv; j++) expected[j]! += density * signal.data[j]!;
      weight += density * evaluateBasis(basis, [t]).data.reduce((sum, value) => sum + value, 0);
    }
    assertClose(whole, tensor([1, dv], expected), float64Tolerance, 'o');
    const shares = continuousRead(inputs, at, { ...read, form: 'mean', heads: 1 }, basis, 1).output;
    assertClose(
      shares,
      tensor(
        [1, dv],
        expected.map(value => value / weight),
      ),
      1e-5,
      'o of the mean',
    );
  });
});

describe('a segment as the paper trains on it', () => {
  const plan = planContinuousMemory({
    ...settings,
    basis: gaussianBasis(N, [0.03, 0.1]),
    sampling: 'uniform',
  });
  const [first, second] = [randomNormal([40, d], 31), randomNormal([40, d], 32)];

  test('fits the first segment over the whole range and the next beside the past, like the streaming form', () => {
    const none = { q: zeros([40, heads * dk]) };
    const one = continuousMemory(
      { ...none, x: first },
      parameters,
      read,
      plan,
      initialContinuousMemoryState(plan, d),
    );
    const B = writeSegment(plan, undefined, first);
    assertClose(one.state.coefficients, B, float64Tolerance, 'B');
    assertClose(
      B,
      fitContinuous(first, plan.config.basis, settings.ridge).coefficients,
      float64Tolerance,
      'B',
    );
    const two = continuousMemory({ ...none, x: second }, parameters, read, plan, one.state);
    assertClose(two.state.coefficients, writeSegment(plan, B, second), float64Tolerance, 'B of both');
    // The normal equations of both, at the paper's points.
    const points = [...evenPoints(30).map(t => 0.75 * t), ...evenPoints(40).map(t => 0.75 + 0.25 * t)];
    const old = product(evaluateBasis(plan.config.basis, evenPoints(30)), B);
    const fit = ridgeRegression(evaluateBasis(plan.config.basis, points), settings.ridge);
    const expected = product(fit, concatenateRows([old, second]));
    assertClose(two.state.coefficients, expected, float64Tolerance, 'B of both, refitted');
  });

  test('the mask is a convolution over the segment, one token behind and one ahead', () => {
    const mask = { kernel: randomNormal([3, d, d], 33), bias: randomNormal([d], 34) };
    const padded = concatenateRows([zeros([1, d]), first, zeros([1, d])]);
    const gate = zeros([40, d]);
    for (let j = 0; j < 3; j++) {
      const tap = tensor([d, d], rows(mask.kernel, j, j + 1).data);
      for (const [i, value] of product(rows(padded, j, j + 40), tap).data.entries()) gate.data[i]! += value;
    }
    const expected = first.data.map(
      (value, i) => value * (0.5 + 0.5 * Math.tanh((gate.data[i]! + mask.bias.data[i % d]!) / 2)),
    );
    assertClose(maskSignal(first, mask), tensor([40, d], expected), float64Tolerance, 'x̃');
    assertClose(
      writeSegment(plan, undefined, first, mask),
      writeSegment(plan, undefined, tensor([40, d], expected)),
      float64Tolerance,
      'B',
    );
  });

  test('the penalty is the divergence of two normal distributions', () => {
    for (const [query, towards] of [
      [
        { mean: 0.3, variance: 0.02 },
        { mean: 0.5, variance: 0.05 },
      ],
      [{ mean: 0.7, variance: 0.1 }, { variance: 0.03 }],
    ] as const) {
      const target = { mean: query.mean, ...towards };
      let integral = 0;
      for (let t = -6; t < 7; t += 1e-3) {
        const p = normalDensity(t, query.mean, query.variance);
        const q = -0.5 * ((t - target.mean) ** 2 / target.variance + Math.log(2 * Math.PI * target.variance));
        if (p > 0) integral += 1e-3 * p * (Math.log(p) - q);
      }
      assert.ok(Math.abs(widthPenalty(query, towards) - integral) < 1e-9, `${integral}`);
    }
    assert.equal(widthPenalty({ mean: 0.3, variance: 0.2 }, { variance: 0.2 }), 0);
  });
});

/** A smooth random signal: a few slow waves per channel. [length, d] */
function waves(length: number, seed: number): Tensor {
  const phases = randomNormal([d, 3], seed, 3);
  const x = zeros([length, d]);
  for (let t = 0; t < length; t++) {
    for (let c = 0; c < d; c++) {
      for (let wave = 0; wave < 3; wave++) {
        x.data[t * d + c]! += Math.sin((0.02 + 0.01 * wave) * t + phases.data[c * 3 + wave]!);
      }
    }
  }
  return x;
}

describe('the regression onto Gaussians', () => {
  test('solves its normal equations', () => {
    const psi = evaluateBasis(gaussianBasis(8, [0.05, 0.2]), evenPoints(30));
    const x = randomNormal([30, 2], 1);
    const B = product(ridgeRegression(psi, 0.3), x);
    const residual = product(psi, B).data.map((value, i) => value - x.data[i]!);
    for (let n = 0; n < 8; n++) {
      for (let c = 0; c < 2; c++) {
        let sum = 0.3 * B.data[n * 2 + c]!;
        for (let i = 0; i < 30; i++) sum += psi.data[i * 8 + n]! * residual[i * 2 + c]!;
        assert.ok(Math.abs(sum) < 1e-9, `${sum}`);
      }
    }
  });

  test('follows a smooth signal closely, except at its ends', () => {
    const x = waves(256, 2);
    const basis = gaussianBasis(32, [0.03]);
    const fitted = valueAt(fitContinuous(x, basis, 1e-6), basis, evenPoints(256));
    const error = relativeError(rows(fitted, 16, 240), rows(x, 16, 240));
    assert.ok(error < 0.03, `${error}`);
  });

  test('rejects a basis whose widths do not divide the functions', () => {
    assert.throws(() => gaussianBasis(7, [0.1, 0.2]), /2 widths do not share 7 functions/);
  });
});

describe('sticky samples', () => {
  test('are evenly spaced without attention, and follow it otherwise', () => {
    const even = stickySamples(new Float64Array(10), 5);
    assertClose(tensor([5], even), tensor([5], evenPoints(5)), float64Tolerance, 'samples');
    const attention = new Float64Array(10);
    attention[3] = 1000;
    const inside = [...stickySamples(attention, 100)].filter(t => t >= 0.3 && t <= 0.4).length;
    assert.ok(inside >= 98, `${inside} of 100`);
  });

  test('rise and stay in [0, 1] for any attention', () => {
    const mass = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(mass, fc.integer({ min: 1, max: 50 }), (attention, samples) => {
        const points = stickySamples(Float64Array.from(attention), samples);
        for (const [m, t] of points.entries()) assert.ok(t >= (points[m - 1] ?? 0) && t <= 1 + 1e-12);
      }),
    );
  });
});

describe('merging continuous memories', () => {
  const basis = gaussianBasis(48, [0.02]);
  const plan = planContinuousMerge(basis, 192, 1e-4);
  const span = (length: number, seed: number): ContinuousSpan =>
    fitContinuous(waves(length, seed), basis, 1e-4);
  const merge = (a: ContinuousSpan, b: ContinuousSpan): ContinuousSpan => mergeContinuous(a, b, plan);
  const signal = (memory: ContinuousSpan, points: number): Tensor =>
    valueAt(memory, basis, evenPoints(points));
  const lengths = fc.integer({ min: 100, max: 200 });

  test('a span without tokens changes nothing', () => {
    const [some, none] = [span(100, 1), fitContinuous(zeros([0, d]), basis, 1e-4)];
    assert.equal(merge(some, none), some);
    assert.equal(merge(none, some), some);
  });

  test('is associative up to the resolution of the basis', () => {
    fc.assert(
      fc.property(lengths, lengths, lengths, fc.integer({ min: 1, max: 1e6 }), (a, b, c, seed) => {
        const [x, y, z] = [span(a, seed), span(b, seed + 1), span(c, seed + 2)];
        const [left, right] = [merge(merge(x, y), z), merge(x, merge(y, z))];
        assert.equal(left.length, right.length);
        // The waves jump where two files meet; elsewhere both orders agree.
        const [l, r] = [signal(left, 64), signal(right, 64)];
        let squared = 0;
        for (const [i, value] of l.data.entries()) squared += (value - r.data[i]!) ** 2;
        const rms = Math.sqrt(squared / l.data.length);
        assert.ok(rms < 0.15, `rms ${rms} of a signal of rms 1.2`);
      }),
      { numRuns: 15 },
    );
  });

  test('approximates one fit of both sequences', () => {
    const all = waves(400, 7);
    const whole = signal(fitContinuous(all, basis, 1e-4), 100);
    const halves = merge(
      fitContinuous(rows(all, 0, 150), basis, 1e-4),
      fitContinuous(rows(all, 150, 400), basis, 1e-4),
    );
    assert.ok(relativeError(signal(halves, 100), whole) < 0.05);
  });

  test('does not commute', () => {
    const [a, b] = [span(100, 1), span(100, 2)];
    assert.notDeepEqual(merge(a, b).coefficients.data, merge(b, a).coefficients.data);
  });

  test('a tree retains what a sequential update forgets', () => {
    const segments = Array.from({ length: 32 }, (_, i) => waves(64, i + 1));
    const whole = concatenateRows(segments);
    let level = segments.map(x => fitContinuous(x, basis, 1e-4));
    while (level.length > 1) {
      level = level.filter((_, i) => i % 2 === 0).map((first, i) => merge(first, level[2 * i + 1]!));
    }
    const updates = planContinuousMemory({
      ...settings,
      basis,
      segment: 64,
      samples: 96,
      sampling: 'uniform',
    });
    let sequential = zeros([48, d]);
    for (const x of segments) {
      const carried = product(updates.carry, sequential);
      const written = product(updates.fitNew, x);
      sequential = tensor(
        carried.shape,
        carried.data.map((value, i) => value + written.data[i]!),
      );
    }
    // Mean square of the oldest quarter that each still explains, at the resolution of 48 functions for 2,048 tokens.
    const gist = signal(fitContinuous(whole, basis, 1e-4), 48);
    const oldest = rows(gist, 0, 12);
    const fromTree = rows(signal(level[0]!, 48), 0, 12);
    // With τ = 0.75 the first of 32 segments is within the first 0.75³¹ of the axis, far below any width.
    const fromSequence = valueAt(
      { length: 2048, coefficients: sequential },
      basis,
      evenPoints(12).map(t => t * 0.75 ** 24),
    );
    const missing = (x: Tensor): number =>
      x.data.reduce((sum, value, i) => sum + (value - oldest.data[i]!) ** 2, 0);
    assert.ok(
      missing(fromTree) < 0.5 * missing(fromSequence),
      `${missing(fromTree)} ${missing(fromSequence)}`,
    );
  });
});
