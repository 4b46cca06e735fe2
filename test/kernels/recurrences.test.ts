/** The systems that the papers mention in passing, each against a form that shares no arithmetic with it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { product } from '../../kernels/continuous-memory/plan.ts';
import { diagonalSsm, impulseResponse } from '../../kernels/diagonal-ssm/reference.ts';
import {
  type Complex,
  complex,
  exponential,
  minus,
  multiply,
  one,
  over,
  plus,
  times,
} from '../../kernels/recurrences/complex.ts';
import { dssExp, dssSoftmax } from '../../kernels/recurrences/dss.ts';
import { bigs, gelu, gss } from '../../kernels/recurrences/gated.ts';
import { liquidS4, liquidS4Truncated } from '../../kernels/recurrences/liquid.ts';
import { movingAverage, movingAverageKernel } from '../../kernels/recurrences/mega.ts';
import { wkv } from '../../kernels/recurrences/rwkv.ts';
import { hippoLegS, s4Kernel, s4Recurrence, stepped } from '../../kernels/recurrences/s4.ts';
import { s5, s5Scan } from '../../kernels/recurrences/s5.ts';
import { discretise, initialS4dParameters } from '../../kernels/s4d/reference.ts';
import { randomNormal, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { assertClose, float64Tolerance } from './harness.ts';

const list = (count: number, seed: number, scale = 1): number[] => [
  ...randomNormal([count], seed, scale).data,
];
const complexes = (count: number, seed: number): Complex[] =>
  list(count, seed).map((re, i) => complex(re, list(count, seed + 1)[i]!));
/** Stable: Re λ < 0. */
const polesOf = (count: number, seed: number): Complex[] =>
  complexes(count, seed).map(({ re, im }) => complex(-0.1 - Math.abs(re), 3 * im));

function assertSame(
  actual: readonly number[],
  expected: readonly number[],
  tolerance = float64Tolerance,
): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  assert.ok(largest > 1e-6, 'there is nothing to compare');
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(actual[i]! - value) <= tolerance * largest, `${i}: ${actual[i]} and ${value}`);
}

/** Σ_j K_j u_{t−j} */
const convolved = (K: readonly number[], u: readonly number[]): number[] =>
  u.map((_, t) => K.slice(0, t + 1).reduce((sum, tap, j) => sum + tap * u[t - j]!, 0));
const realParts = (values: readonly Complex[]): number[] => values.map(({ re }) => re);

describe('HiPPO-LegS', () => {
  test('is normal up to rank one', () => {
    const { A, P } = hippoLegS(12);
    for (let n = 0; n < 12; n++) {
      for (let k = 0; k < 12; k++) {
        const entry = (i: number, j: number): number => A[i]![j]! + P[i]! * P[j]! + (i === j ? 0.5 : 0);
        assert.ok(Math.abs(entry(n, k) + entry(k, n)) < 1e-12);
      }
    }
  });

  test('keeps the Legendre coefficients of the past: t c′ = A c + B f, for every power of t', () => {
    const N = 8;
    const { A, B } = hippoLegS(N);
    for (let m = 0; m < N; m++) {
      // c_n of f(s) = sᵐ on [0, 1]: √(2n + 1) (m!)²/((m − n)!(m + n + 1)!), times tᵐ, so that t c′ = m c.
      const factorial = (x: number): number => (x < 2 ? 1 : x * factorial(x - 1));
      const c = Array.from({ length: N }, (_, n) =>
        n > m ? 0 : (Math.sqrt(2 * n + 1) * factorial(m) ** 2) / (factorial(m - n) * factorial(m + n + 1)),
      );
      for (let n = 0; n < N; n++) {
        const right = A[n]!.reduce((sum, value, k) => sum + value * c[k]!, B[n]!);
        assert.ok(Math.abs(right - m * c[n]!) < 1e-9, `power ${m}, coefficient ${n}`);
      }
    }
  });

  test('has frequencies that S4D-Inv follows', () => {
    // The largest eigenvalue of the skew-symmetric part S: ω² is the largest of SᵀS, by power iteration.
    const N = 64;
    const { A, P } = hippoLegS(N);
    const S = tensor(
      [N, N],
      A.flatMap((row, n) => row.map((value, k) => value + P[n]! * P[k]! + (n === k ? 0.5 : 0))),
    );
    let v = randomNormal([N, 1], 1);
    let ω = 0;
    for (let i = 0; i < 400; i++) {
      const w = product(S, v);
      ω = Math.hypot(...w.data) / Math.hypot(...v.data);
      v = tensor(
        [N, 1],
        w.data.map(value => value / Math.hypot(...w.data)),
      );
    }
    const highest = initialS4dParameters(1, N, 1, 'inv').frequency.data[0]!;
    assert.ok(Math.abs(highest / ω - 1) < 0.03, `${highest} and ${ω}`);
  });
});

describe('S4', () => {
  const N = 5;
  const parameters = {
    diagonal: polesOf(N, 1),
    P: complexes(N, 3),
    Q: complexes(N, 5),
    B: complexes(N, 7),
    C: complexes(N, 9),
    step: 0.1,
  };

  test('the generating function gives C Āᵏ B̄', () => {
    const L = 21;
    const { A, B } = stepped(parameters);
    let column = B;
    const expected = Array.from({ length: L }, () => {
      const value = multiply([parameters.C], column)[0]![0]!;
      column = multiply(A, column);
      return value;
    });
    const kernel = s4Kernel(parameters, L);
    assertSame(realParts(kernel), realParts(expected));
    assertSame(
      kernel.map(({ im }) => im),
      expected.map(({ im }) => im),
    );
    assert.throws(() => s4Kernel(parameters, 20), /the length 20 is even/);
  });

  test('the recurrence is the convolution with its kernel', () => {
    const u = list(21, 11);
    assertSame(realParts(s4Recurrence(u, parameters)), convolved(realParts(s4Kernel(parameters, 21)), u));
  });

  test('without the low rank it is S4D by the bilinear rule', () => {
    const none = complexes(N, 3).map(() => complex(0));
    const given = { ...parameters, P: none, Q: none, B: none.map(() => one) };
    const s4d = discretise(
      {
        logStep: tensor([1], [Math.log(0.1)]),
        logDecay: tensor(
          [1, N],
          given.diagonal.map(({ re }) => Math.log(-re)),
        ),
        frequency: tensor(
          [1, N],
          given.diagonal.map(({ im }) => im),
        ),
        output: tensor([1, 2, N], [...given.C.map(({ re }) => re), ...given.C.map(({ im }) => im)]),
        skip: zeros([1]),
      },
      'bilinear',
    );
    const doubled = realParts(s4Kernel(given, 21)).map(value => 2 * value);
    assertSame(doubled, [...impulseResponse(s4d, 21).data]);
  });
});

describe('DSS', () => {
  const parameters = { λ: polesOf(6, 21), w: complexes(6, 23), step: 0.07 };

  test('exp is the diagonal recurrence under a zero-order hold', () => {
    const residues = parameters.λ.map((pole, i) =>
      times(parameters.w[i]!, over(minus(exponential(times(complex(0.07), pole)), one), pole)),
    );
    const steps = parameters.λ.map(pole => exponential(times(complex(0.07), pole)));
    const both = (values: readonly Complex[]): Tensor =>
      tensor([1, 2, 6], [...values.map(({ re }) => re), ...values.map(({ im }) => im)]);
    const u = list(30, 25);
    const ssm = { poles: both(steps), residues: both(residues), skip: zeros([1]) };
    const { output } = diagonalSsm(tensor([30, 1], u), ssm, { modes: zeros([1, 2, 6]) });
    assertSame([...output.data], convolved(realParts(dssExp(parameters, 30)), u));
  });

  test('softmax is exp with other weights, and is finite where a pole grows', () => {
    const L = 24;
    const w = parameters.w.map((value, i) =>
      over(value, minus(exponential(times(complex(0.07 * L), parameters.λ[i]!)), one)),
    );
    assertSame(realParts(dssSoftmax(parameters, L)), realParts(dssExp({ ...parameters, w }, L)));
    const growing = dssSoftmax({ λ: [complex(500, 1)], w: [one], step: 1 }, 64);
    for (const { re, im } of growing) assert.ok(Number.isFinite(re) && Number.isFinite(im));
  });
});

test('S5: token by token, by a scan, and as a convolution of every channel with every other', () => {
  const [N, d, T] = [4, 3, 19];
  const parameters = {
    poles: polesOf(N, 31).map(pole => exponential(times(complex(0.2), pole))),
    input: Array.from({ length: N }, (_, n) => complexes(d, 33 + 2 * n)),
    output: Array.from({ length: d }, (_, c) => complexes(N, 51 + 2 * c)),
    skip: list(d, 61),
  };
  const u = Array.from({ length: T }, (_, t) => list(d, 70 + t));
  const y = s5(u, parameters);
  assertSame(s5Scan(u, parameters).flat(), y.flat());
  const expected = u.map((tokens, t) =>
    tokens.map((value, c) => {
      let sum = parameters.skip[c]! * value;
      for (let s = 0; s <= t; s++)
        for (let from = 0; from < d; from++)
          for (let n = 0; n < N; n++) {
            const { re, im } = parameters.poles[n]!;
            const [size, turn] = [Math.hypot(re, im) ** (t - s), Math.atan2(im, re) * (t - s)];
            const power = complex(size * Math.cos(turn), size * Math.sin(turn));
            sum += times(parameters.output[c]![n]!, power, parameters.input[n]![from]!).re * u[s]![from]!;
          }
      return sum;
    }),
  );
  assertSame(y.flat(), expected.flat());
});

test('Mega: the damped average is a convolution, and a diagonal state space with real poles', () => {
  const share = (seed: number): number[] => list(5, seed).map(x => 1 / (1 + Math.exp(-x)));
  const parameters = { α: share(81), δ: share(82), β: list(5, 83), η: list(5, 84) };
  const u = list(40, 85);
  const y = movingAverage(u, parameters);
  assertSame(y, convolved(movingAverageKernel(parameters, 40), u));
  const ssm = {
    poles: tensor([1, 2, 5], [...parameters.α.map((α, j) => 1 - α * parameters.δ[j]!), 0, 0, 0, 0, 0]),
    residues: tensor(
      [1, 2, 5],
      [...parameters.α.map((α, j) => α * parameters.β[j]! * parameters.η[j]!), 0, 0, 0, 0, 0],
    ),
    skip: zeros([1]),
  };
  assertSame(y, [...diagonalSsm(tensor([40, 1], u), ssm, { modes: zeros([1, 2, 5]) }).output.data]);
});

test('RWKV: one pass equals the explicit sums, and does not overflow', () => {
  const [k, v] = [list(25, 91), list(25, 92)];
  const [decay, bonus] = [0.3, 0.7];
  const expected = k.map((_, t) => {
    let [above, below] = [0, 0];
    for (let i = 0; i <= t; i++) {
      const weight = Math.exp(i === t ? bonus + k[t]! : -(t - 1 - i) * decay + k[i]!);
      above += weight * v[i]!;
      below += weight;
    }
    return above / below;
  });
  assertSame(wkv(k, v, { decay, bonus }), expected);
  const far = wkv([2000, -2000, 1999.5], [1, 5, 3], { decay: 0.5, bonus: 0 });
  // At the last token the first has weight e^(2000 − 0.5), the last e^1999.5, the middle none.
  assertSame(far, [1, 1, 2]);
});

describe('Liquid-S4', () => {
  const parameters = {
    poles: polesOf(3, 101).map(pole => exponential(times(complex(0.1), pole))),
    input: complexes(3, 103).map(b => times(complex(0.2), b)),
    output: complexes(3, 105),
  };
  const u = list(12, 107);

  test('is the sum of all inputs after every later transition', () => {
    const expected = u.map((_, t) => {
      let y = 0;
      for (let i = 0; i <= t; i++) {
        for (let n = 0; n < 3; n++) {
          let term = times(complex(u[i]!), parameters.input[n]!);
          for (let j = i + 1; j <= t; j++)
            term = times(term, plus(parameters.poles[n]!, times(complex(u[j]!), parameters.input[n]!)));
          y += times(parameters.output[n]!, term).re;
        }
      }
      return y;
    });
    assertSame(liquidS4(u, parameters), expected);
  });

  test('all orders together are the recurrence, and the first is S4’s convolution', () => {
    assertSame(liquidS4Truncated(u, parameters, u.length), liquidS4(u, parameters));
    const K = u.map((_, k) =>
      parameters.poles.reduce((sum, pole, n) => {
        const power = Array.from({ length: k }, () => pole).reduce((a, b) => times(a, b), one);
        return sum + times(parameters.output[n]!, power, parameters.input[n]!).re;
      }, 0),
    );
    assertSame(liquidS4Truncated(u, parameters, 1), convolved(K, u));
    const error = (order: number): number =>
      Math.max(
        ...liquidS4Truncated(u, parameters, order).map((y, t) => Math.abs(y - liquidS4(u, parameters)[t]!)),
      );
    assert.ok(error(9) < 0.1 * error(1), `${error(9)} and ${error(1)}`);
  });
});

describe('gated state spaces', () => {
  const [T, d, e, f, h] = [14, 3, 4, 5, 6];
  const ssm = (seed: number) => discretise(initialS4dParameters(e, 8, seed));
  /** [T, T] of one channel: f_{t−s}, for s after t if it runs backwards. */
  const toeplitz = (parameters: ReturnType<typeof ssm>, channel: number, backward: boolean): Tensor => {
    const taps = impulseResponse(parameters, T);
    return tensor(
      [T, T],
      Array.from({ length: T * T }, (_, i) => {
        const lag = (backward ? -1 : 1) * (Math.floor(i / T) - (i % T));
        return lag < 0 ? 0 : taps.data[lag * e + channel]!;
      }),
    );
  };
  const mixed = (u: Tensor, parameters: ReturnType<typeof ssm>, backward = false): Tensor => {
    const y = zeros([T, e]);
    for (let c = 0; c < e; c++) {
      const column = tensor(
        [T, 1],
        Array.from({ length: T }, (_, t) => u.data[t * e + c]!),
      );
      for (const [t, value] of product(toeplitz(parameters, c, backward), column).data.entries())
        y.data[t * e + c] = value;
    }
    return y;
  };
  const apply = ({ shape, data }: Tensor, f: (x: number, i: number) => number): Tensor =>
    tensor(shape, data.map(f));
  const x = randomNormal([T, d], 111);

  test('GELU is x Φ(x), by the integral', () => {
    for (const at of [-6, -3.01, -1, -0.2, 0.4, 2.9, 3.1, 5]) {
      let integral = 0.5;
      const step = at / 20_000;
      for (let i = 0; i < 20_000; i++)
        integral += (step * Math.exp(-0.5 * ((i + 0.5) * step) ** 2)) / Math.sqrt(2 * Math.PI);
      assert.ok(Math.abs(gelu(at) - at * integral) < 1e-8, `${at}`);
    }
  });

  test('GSS by Toeplitz matrices', () => {
    const given = {
      into: randomNormal([d, e], 112),
      context: randomNormal([e, f], 113),
      gate: randomNormal([d, f], 114),
      out: randomNormal([f, d], 115),
      ssm: ssm(116),
    };
    const context = product(mixed(apply(product(x, given.into), gelu), given.ssm), given.context);
    const gate = apply(product(x, given.gate), gelu);
    const expected = product(
      apply(context, (value, i) => value * gate.data[i]!),
      given.out,
    );
    assertClose(gss(x, given), expected, float64Tolerance, 'o');
  });

  test('BiGS by Toeplitz matrices of both directions', () => {
    const given = {
      forward: randomNormal([d, e], 121),
      backward: randomNormal([d, e], 122),
      first: randomNormal([e, f], 123),
      second: randomNormal([e, f], 124),
      mix: randomNormal([f, h], 125),
      gate: randomNormal([d, h], 126),
      out: randomNormal([h, d], 127),
      ssmForward: ssm(128),
      ssmBackward: ssm(129),
    };
    const ahead = product(mixed(apply(product(x, given.forward), gelu), given.ssmForward), given.first);
    const behind = product(
      mixed(apply(product(x, given.backward), gelu), given.ssmBackward, true),
      given.second,
    );
    const both = apply(
      product(
        apply(ahead, (value, i) => value * behind.data[i]!),
        given.mix,
      ),
      gelu,
    );
    const gate = apply(product(x, given.gate), gelu);
    const expected = product(
      apply(both, (value, i) => value * gate.data[i]!),
      given.out,
    );
    assertClose(bigs(x, given), expected, float64Tolerance, 'o');
  });
});
