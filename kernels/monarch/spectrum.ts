/** Fourier transforms in float64 on plain arrays: for filters, whose spectrum is computed once, and for tests. */
import { type Tensor, zeros } from '../tensor.ts';
import { type MonarchFactors, transformLength } from './factors.ts';

/**
 * The spectrum of a filter, ready to multiply a signal's in Monarch form: taps [W, d] with W ≤ N → real and imaginary
 * parts, each [(n_1/2 + 1)·n_2 (n_3 > 1) or n_1/2 + 1, n_3 or n_2, d], entry k = k_1 + n_1 (k_2 + n_2 k_3).
 */
export function filterSpectrum(taps: Tensor, factors: MonarchFactors): { real: Tensor; imaginary: Tensor } {
  const [n1, n2, n3] = factors;
  const N = transformLength(factors);
  const [width, d] = [taps.shape[0]!, taps.shape[1]!];
  if (width > N) throw new RangeError(`monarch: a filter of ${width} taps and a transform of ${N}`);
  const shape = n3 > 1 ? [(n1 / 2 + 1) * n2, n3, d] : [n1 / 2 + 1, n2, d];
  const spectrum = { real: zeros(shape), imaginary: zeros(shape) };
  for (let c = 0; c < d; c++) {
    const re = new Float64Array(N);
    const im = new Float64Array(N);
    for (let t = 0; t < width; t++) re[t] = taps.data[t * d + c]!;
    fourier(re, im);
    let at = c;
    for (let k1 = 0; k1 <= n1 / 2; k1++) {
      for (let k2 = 0; k2 < n2; k2++) {
        for (let k3 = 0; k3 < n3; k3++) {
          const k = k1 + n1 * (k2 + n2 * k3);
          spectrum.real.data[at] = re[k]!;
          spectrum.imaginary.data[at] = im[k]!;
          at += d;
        }
      }
    }
  }
  return spectrum;
}

/**
 * The discrete Fourier transform Σ_j x_j exp(−2πi jk/N) in place, N a power of two (Cooley–Tukey, decimation in time).
 */
export function fourier(re: Float64Array, im: Float64Array): void {
  const N = re.length;
  if ((N & (N - 1)) !== 0) throw new RangeError(`fourier: ${N} is not a power of two`);
  for (let i = 1, j = 0; i < N; i++) {
    let bit = N >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= N; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const [wr, wi] = [Math.cos(angle), Math.sin(angle)];
      for (let low = k; low < N; low += size) {
        const high = low + half;
        const [xr, xi] = [wr * re[high]! - wi * im[high]!, wr * im[high]! + wi * re[high]!];
        re[high] = re[low]! - xr;
        im[high] = im[low]! - xi;
        re[low]! += xr;
        im[low]! += xi;
      }
    }
  }
}
