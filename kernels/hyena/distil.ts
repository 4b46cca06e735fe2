/**
 * Fits modes to a filter's taps, ĥ_t = Re Σ_n R_n λ_n^t + D·[t = 0], so that it runs with a state of fixed size (arXiv
 * 2310.18780, section 3.2). Least squares in float64: modes are added one at a time where the residual's spectrum
 * peaks, and all are refined together after each (Levenberg–Marquardt). A pole is exp(−a + iθ) with a > 0, so it lies
 * inside the unit circle by construction.
 *
 * A filter that varies slowly between taps, as an implicit one does, is fitted on every s-th tap, and its residues then
 * on all of them.
 */
import { solvePositive } from '../cholesky.ts';
import { type DiagonalSsmParameters, impulseResponse } from '../diagonal-ssm/reference.ts';
import { fourier } from '../monarch/spectrum.ts';
import { type Tensor, zeros } from '../tensor.ts';

export interface Distilled {
  readonly modal: DiagonalSsmParameters;
  /** ‖h − ĥ‖₁ / ‖h‖₁ of every channel: [d]. */
  readonly error: Tensor;
}

/** Taps used in a fit, at most. */
const mostSamples = 512;

/** Largest log a: faster decays are no longer waves, and would shorten the recurrence's blocks. */
const fastest = 0.75;

interface Mode {
  /** log a. */
  logDecay: number;
  angle: number;
  re: number;
  im: number;
}

/** Distils taps [W, d] into `modes` complex poles per channel. */
export function distil(taps: Tensor, modes: number): Distilled {
  const [length, d] = [taps.shape[0]!, taps.shape[1]!];
  const stride = Math.max(1, Math.floor(length / mostSamples));
  const modal = { poles: zeros([d, 2, modes]), residues: zeros([d, 2, modes]), skip: zeros([d]) };
  for (let c = 0; c < d; c++) {
    const h = Float64Array.from({ length }, (_, t) => taps.data[t * d + c]!);
    const fitted = rescale(fitModes(samplesOf(h, stride), modes), stride);
    solveResidues(fitted, h);
    let atZero = 0;
    for (const [n, { logDecay, angle, re, im }] of fitted.entries()) {
      const magnitude = Math.exp(-Math.exp(logDecay));
      const [real, imaginary] = [2 * c * modes + n, (2 * c + 1) * modes + n];
      modal.poles.data[real] = magnitude * Math.cos(angle);
      modal.poles.data[imaginary] = magnitude * Math.sin(angle);
      modal.residues.data[real] = re;
      modal.residues.data[imaginary] = im;
      atZero += re;
    }
    modal.skip.data[c] = h[0]! - atZero;
  }
  return { modal, error: relativeL1(taps, impulseResponse(modal, length)) };
}

/** Taps 0, s, 2s …; the skip covers the first, which is never fitted. */
function samplesOf(h: Float64Array, stride: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(h.length / stride) }, (_, i) => h[i * stride]!);
}

/** The same modes on a time axis `stride` times as fine. */
function rescale(modes: Mode[], stride: number): Mode[] {
  return modes.map(mode => ({
    ...mode,
    logDecay: mode.logDecay - Math.log(stride),
    angle: mode.angle / stride,
  }));
}

function fitModes(h: Float64Array, count: number): Mode[] {
  let modes: Mode[] = [];
  for (let n = 0; n < count; n++) {
    modes.push(strongestMode(residualOf(h, modes)));
    modes = refine(h, modes, n + 1 < count ? 12 : 150);
  }
  return modes;
}

/** The damped wave that explains most of the residual, searched on a grid of decays and frequencies. */
function strongestMode(residual: Float64Array): Mode {
  const N = 2 ** Math.ceil(Math.log2(4 * residual.length));
  let best: Mode = { logDecay: -Math.log(residual.length), angle: 0.1, re: 0, im: 0 };
  let most = 0;
  for (let step = 0; step < 10; step++) {
    const decay = (0.3 * 2 ** step) / residual.length;
    const [re, im] = [new Float64Array(N), new Float64Array(N)];
    let energy = 0;
    for (let t = 1; t < residual.length; t++) {
      const weight = Math.exp(-decay * t);
      re[t] = residual[t]! * weight;
      energy += weight * weight;
    }
    fourier(re, im);
    for (let k = 0; k <= N / 2; k++) {
      const explained = (re[k]! ** 2 + im[k]! ** 2) / energy;
      if (explained > most) {
        most = explained;
        // Slightly off the real axis: at θ = 0 the gradient by θ vanishes.
        const angle = Math.max((2 * Math.PI * k) / N, 0.1 / residual.length);
        best = { logDecay: Math.log(decay), angle, re: (2 * re[k]!) / energy, im: (2 * im[k]!) / energy };
      }
    }
  }
  return best;
}

/** Levenberg–Marquardt over decays, angles and residues. */
function refine(h: Float64Array, start: Mode[], iterations: number): Mode[] {
  let modes = start.map(mode => ({ ...mode }));
  solveResidues(modes, h);
  let loss = squared(residualOf(h, modes));
  let damping = 1e-3;
  for (let i = 0; i < iterations && damping < 1e8; i++) {
    const { gram, gradient } = normalEquations(h, modes);
    const size = 4 * modes.length;
    for (let a = 0; a < size; a++) gram.data[a * size + a]! += damping * gram.data[a * size + a]! + 1e-12;
    const step = solvePositive(gram, gradient)?.data;
    const candidate = step === undefined ? modes : modes.map((mode, n) => moved(mode, step, n));
    if (step !== undefined) solveResidues(candidate, h);
    const next = step === undefined ? Number.POSITIVE_INFINITY : squared(residualOf(h, candidate));
    if (next < loss) {
      const gained = 1 - next / loss;
      [modes, loss] = [candidate, next];
      damping = Math.max(damping / 4, 1e-12);
      if (gained < 1e-6) break;
    } else {
      damping *= 6;
    }
  }
  return modes;
}

function moved(mode: Mode, step: Float64Array, n: number): Mode {
  // Steps are bounded, so that a decay neither vanishes nor becomes a single tap.
  const bounded = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
  return {
    logDecay: Math.max(-16, Math.min(fastest, mode.logDecay + bounded(step[4 * n]!, 0.7))),
    angle: mode.angle + bounded(step[4 * n + 1]!, 0.3),
    re: mode.re + step[4 * n + 2]!,
    im: mode.im + step[4 * n + 3]!,
  };
}

/** JᵀJ and Jᵀr of the residual with respect to (log a, θ, Re R, Im R) of every mode. */
function normalEquations(h: Float64Array, modes: readonly Mode[]): { gram: Tensor; gradient: Tensor } {
  const size = 4 * modes.length;
  const gram = zeros([size, size]);
  const gradient = zeros([size, 1]);
  const residual = residualOf(h, modes);
  const waves = modes.map(mode => waveOf(mode, h.length));
  const row = new Float64Array(size);
  for (let t = 1; t < h.length; t++) {
    for (const [n, mode] of modes.entries()) {
      const [c, s] = [waves[n]!.cosine[t]!, waves[n]!.sine[t]!];
      row[4 * n] = -Math.exp(mode.logDecay) * t * (mode.re * c - mode.im * s);
      row[4 * n + 1] = -t * (mode.re * s + mode.im * c);
      row[4 * n + 2] = c;
      row[4 * n + 3] = -s;
    }
    for (let a = 0; a < size; a++) {
      const left = row[a]!;
      gradient.data[a]! += left * residual[t]!;
      for (let b = 0; b <= a; b++) gram.data[a * size + b]! += left * row[b]!;
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) gram.data[b * size + a] = gram.data[a * size + b]!;
  }
  return { gram, gradient };
}

/** Solves for the best residues at fixed poles, in place. */
function solveResidues(modes: Mode[], h: Float64Array): void {
  const size = 2 * modes.length;
  const waves = modes.map(mode => waveOf(mode, h.length));
  const columns = waves.flatMap(({ cosine, sine }) => [cosine, sine.map(value => -value)]);
  const gram = zeros([size, size]);
  const right = zeros([size, 1]);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      const value = dot(columns[a]!, columns[b]!);
      gram.data[a * size + b] = value;
      gram.data[b * size + a] = value;
    }
    right.data[a] = dot(columns[a]!, h);
  }
  // Coinciding poles make the system singular; a tiny ridge bounds their residues.
  for (let a = 0; a < size; a++) gram.data[a * size + a]! += 1e-10 * gram.data[a * size + a]! + 1e-14;
  const residues = solvePositive(gram, right)?.data;
  if (residues === undefined) return;
  for (const [n, mode] of modes.entries()) [mode.re, mode.im] = [residues[2 * n]!, residues[2 * n + 1]!];
}

/** e^{−at} cos θt and e^{−at} sin θt for every t. */
function waveOf({ logDecay, angle }: Mode, length: number): { cosine: Float64Array; sine: Float64Array } {
  const magnitude = Math.exp(-Math.exp(logDecay));
  const [re, im] = [magnitude * Math.cos(angle), magnitude * Math.sin(angle)];
  const [cosine, sine] = [new Float64Array(length), new Float64Array(length)];
  cosine[0] = 1;
  for (let t = 1; t < length; t++) {
    cosine[t] = re * cosine[t - 1]! - im * sine[t - 1]!;
    sine[t] = re * sine[t - 1]! + im * cosine[t - 1]!;
  }
  return { cosine, sine };
}

/** h − Σ Re R λ^t; tap 0 is left to the skip. */
function residualOf(h: Float64Array, modes: readonly Mode[]): Float64Array {
  const residual = Float64Array.from(h);
  for (const mode of modes) {
    const { cosine, sine } = waveOf(mode, h.length);
    for (let t = 0; t < h.length; t++) residual[t]! -= mode.re * cosine[t]! - mode.im * sine[t]!;
  }
  residual[0] = 0;
  return residual;
}

/** Without tap 0. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 1; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

function squared(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value * value, 0);
}

function relativeL1(taps: Tensor, approximation: Tensor): Tensor {
  const d = taps.shape[1]!;
  const error = zeros([d]);
  const size = zeros([d]);
  for (const [i, value] of taps.data.entries()) {
    error.data[i % d]! += Math.abs(value - approximation.data[i]!);
    size.data[i % d]! += Math.abs(value);
  }
  for (let c = 0; c < d; c++) error.data[c]! /= Math.max(size.data[c]!, Number.MIN_VALUE);
  return error;
}
