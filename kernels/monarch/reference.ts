/**
 * The transform behind Monarch convolutions, as plain loops over complex numbers in float64, and its learned form.
 *
 * A butterfly of radices n_1, …, n_p (N is their product) transforms one digit of the index after another. With x
 * indexed by the digits (j_1, …, j_p), the first slowest,
 *
 *   z_0 = x,   z_i[k_1 … k_i, j_{i+1} … j_p] = Σ_{j_i} W_i[k_1 … k_{i−1}; j_{i+1} … j_p]_{k_i j_i} z_{i−1}[k_1 …
 *   k_{i−1}, j_i … j_p],
 *
 * and X_k = z_p at k = k_1 + n_1 (k_2 + n_2 (k_3 + …)). With W_i[·]_{kj} = exp(−2πi j (low + before·k)/(before·n_i)),
 * low the frequency of the earlier digits and before = n_1 ⋯ n_{i−1}, X is the Fourier transform: two or three radices
 * are its Monarch form (FlashFFTConv, arXiv 2311.05908), radices of 2 the FFT. With W learned, it is the butterfly
 * layer of FlashButterfly (arXiv 2302.06646, section 3.3).
 */
import { expectShape, randomNormal, sizeOf, type Tensor, zeros } from '../tensor.ts';
import type { MonarchFactors } from './factors.ts';

/** Complex numbers as two tensors of one shape. */
export interface Complex {
  readonly re: Tensor;
  readonly im: Tensor;
}

export interface Butterfly {
  readonly radices: readonly number[];
  /** W_i: [before, after, n_i, n_i], rows k_i, columns j_i; `before` and `after` count the digits on either side, the first slowest. */
  readonly stages: readonly Complex[];
}

/** The butterfly that is the Fourier transform of length n_1 ⋯ n_p. */
export function fourierButterfly(radices: readonly number[]): Butterfly {
  const stages = radices.map((n, i) => {
    const [before, after] = sidesOf(radices, i);
    const stage = { re: zeros([before, after, n, n]), im: zeros([before, after, n, n]) };
    for (let b = 0; b < before; b++) {
      const low = frequencyOf(b, radices.slice(0, i));
      for (let rest = 0; rest < after * n * n; rest++) {
        const [k, j] = [Math.floor(rest / n) % n, rest % n];
        const angle = (-2 * Math.PI * ((j * (low + before * k)) % (before * n))) / (before * n);
        stage.re.data[b * after * n * n + rest] = Math.cos(angle);
        stage.im.data[b * after * n * n + rest] = Math.sin(angle);
      }
    }
    return stage;
  });
  return { radices, stages };
}

/** A random butterfly: independent entries of variance 1/n_i, which preserves a signal's length on average. */
export function randomButterfly(radices: readonly number[], seed: number): Butterfly {
  const stages = radices.map((n, i) => {
    const shape = [...sidesOf(radices, i), n, n];
    const scale = Math.SQRT1_2 / Math.sqrt(n);
    return { re: randomNormal(shape, seed + 2 * i, scale), im: randomNormal(shape, seed + 2 * i + 1, scale) };
  });
  return { radices, stages };
}

/** x [N, columns] → X [N, columns]. */
export function butterfly(x: Complex, { radices, stages }: Butterfly): Complex {
  const N = radices.reduce((product, n) => product * n, 1);
  const [, columns = 0] = expectShape('butterfly', 'x', x.re, [N, undefined]);
  let z = x;
  for (const i of radices.keys()) z = applyStage(z, radices, i, stages[i]!);
  const X = { re: zeros([N, columns]), im: zeros([N, columns]) };
  for (let at = 0; at < N; at++) {
    const k = frequencyOf(at, radices);
    X.re.data.set(z.re.data.subarray(at * columns, (at + 1) * columns), k * columns);
    X.im.data.set(z.im.data.subarray(at * columns, (at + 1) * columns), k * columns);
  }
  return X;
}

/** z_{i−1} [N, columns] → z_i, with digits in place order. */
export function applyStage(z: Complex, radices: readonly number[], i: number, stage: Complex): Complex {
  const n = radices[i]!;
  const [before, after] = sidesOf(radices, i);
  const columns = z.re.shape[1]!;
  const next = { re: zeros(z.re.shape), im: zeros(z.re.shape) };
  for (let b = 0; b < before; b++) {
    for (let a = 0; a < after; a++) {
      for (let k = 0; k < n; k++) {
        for (let j = 0; j < n; j++) {
          const w = ((b * after + a) * n + k) * n + j;
          const [re, im] = [stage.re.data[w]!, stage.im.data[w]!];
          const to = ((b * n + k) * after + a) * columns;
          const from = ((b * n + j) * after + a) * columns;
          for (let c = 0; c < columns; c++) {
            next.re.data[to + c]! += re * z.re.data[from + c]! - im * z.im.data[from + c]!;
            next.im.data[to + c]! += re * z.im.data[from + c]! + im * z.re.data[from + c]!;
          }
        }
      }
    }
  }
  return next;
}

/**
 * y_t = Σ_j h_j x_{t−j} of x [T, d] and taps [W, d], both at most N/2 long, by the Monarch transform of length N and its inverse,
 * X ↦ conj(F conj(X))/N: [T, d].
 */
export function monarchConvolution(x: Tensor, taps: Tensor, factors: MonarchFactors): Tensor {
  const transform = fourierButterfly(factors);
  const N = sizeOf(factors);
  const [length = 0, d = 0] = expectShape('monarch', 'x', x, [undefined, undefined]);
  expectShape('monarch', 'the taps', taps, [undefined, d]);
  if (length > N / 2 || taps.shape[0]! > N / 2)
    throw new RangeError(`monarch: ${length} tokens and ${taps.shape[0]} taps are more than ${N / 2}`);
  const padded = (signal: Tensor): Complex => {
    const re = zeros([N, d]);
    re.data.set(signal.data);
    return { re, im: zeros([N, d]) };
  };
  const [X, H] = [butterfly(padded(x), transform), butterfly(padded(taps), transform)];
  const product = { re: zeros([N, d]), im: zeros([N, d]) };
  for (const i of product.re.data.keys()) {
    product.re.data[i] = X.re.data[i]! * H.re.data[i]! - X.im.data[i]! * H.im.data[i]!;
    product.im.data[i] = -(X.re.data[i]! * H.im.data[i]! + X.im.data[i]! * H.re.data[i]!);
  }
  const y = butterfly(product, transform).re;
  return { shape: [length, d], data: y.data.slice(0, length * d).map(value => value / N) };
}

/** Products of the radices before and after the i-th. */
export function sidesOf(radices: readonly number[], i: number): [before: number, after: number] {
  return [sizeOf(radices.slice(0, i)), sizeOf(radices.slice(i + 1))];
}

/** k_1 + n_1 (k_2 + n_2 (…)) for the digits of `place`, the first slowest. */
export function frequencyOf(place: number, radices: readonly number[]): number {
  let frequency = 0;
  let rest = place;
  for (const [i, n] of [...radices.entries()].reverse()) {
    frequency += (rest % n) * sizeOf(radices.slice(0, i));
    rest = Math.floor(rest / n);
  }
  return frequency;
}
