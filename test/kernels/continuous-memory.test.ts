import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  evaluateBasis,
  evenPoints,
  gaussianBasis,
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
  initialContinuousMemoryState,
  stickySamples,
} from '../../kernels/continuous-memory/reference.ts';
import { concatenateRows, randomNormal, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, checkForms, float64Tolerance, relativeError } from './harness.ts';

const [heads, dk, dv, d, N] = [2, 4, 3, 5, 12];
const parameters = {
  key: randomNormal([d, heads * dk], 1),
  value: randomNormal([d, heads * dv], 2),
  location: randomNormal([N, 2], 3, 0.3),
  locationBias: randomNormal([2], 4),
};
const read = { heads, varianceFloor: 1e-4 };
const settings = { segment: 40, samples: 30, kept: 0.75, ridge: 0.1 };

for (const sampling of ['uniform', { bins: 16 }] as const) {
  const plan = planContinuousMemory({ ...settings, basis: gaussianBasis(N, [0.08]), sampling });
  // From the middle of a segment, after one that is not empty, so that every run crosses a border.
  const history = { q: randomNormal([65, heads * dk], 5), x: randomNormal([65, d], 6) };
  const { state: earlier } = continuousMemory(
    history,
    parameters,
    read,
    plan,
    initialContinuousMemoryState(plan, d),
  );
  checkForms({
    name: `continuous memory, ${sampling === 'uniform' ? 'uniform' : 'sticky'}`,
    inputs: { q: [heads * dk], x: [d] },
    parameters,
    initialState: () => earlier,
    reference: ({ q, x }, given, state) => continuousMemory({ q: q!, x: x! }, given, read, plan, state),
    graph: (g, { q, x }, given, state) =>
      continuousMemoryGraph(g, { q: q!, x: x! }, given, read, plan, state),
  });
}

/** A smooth random signal: a few slow waves a channel. [length, d] */
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

  test('follows a smooth signal closely, but for its ends', () => {
    const x = waves(256, 2);
    const basis = gaussianBasis(32, [0.03]);
    const fitted = valueAt(fitContinuous(x, basis, 1e-6), basis, evenPoints(256));
    const error = relativeError(rows(fitted, 16, 240), rows(x, 16, 240));
    assert.ok(error < 0.03, `${error}`);
  });

  test('a basis whose widths do not share the functions is refused', () => {
    assert.throws(() => gaussianBasis(7, [0.1, 0.2]), /2 widths do not share 7 functions/);
  });
});

describe('sticky samples', () => {
  test('are even without attention, and lie where it went with it', () => {
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
        // The waves jump where two files meet; away from there both orders agree.
        const [l, r] = [signal(left, 64), signal(right, 64)];
        let squared = 0;
        for (const [i, value] of l.data.entries()) squared += (value - r.data[i]!) ** 2;
        const rms = Math.sqrt(squared / l.data.length);
        assert.ok(rms < 0.15, `rms ${rms} of a signal of rms 1.2`);
      }),
      { numRuns: 15 },
    );
  });

  test('gives about what one fit of both texts gives', () => {
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

  test('a tree keeps what a sequential update has forgotten', () => {
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
    // Mean square of the oldest quarter that each still explains, at the resolution that 48 functions have for 2,048 tokens.
    const gist = signal(fitContinuous(whole, basis, 1e-4), 48);
    const oldest = rows(gist, 0, 12);
    const fromTree = rows(signal(level[0]!, 48), 0, 12);
    // Under τ = 0.75 the first of 32 segments lies within the first 0.75³¹ of the axis, far below any width.
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
