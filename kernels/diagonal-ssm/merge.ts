/**
 * A span of tokens maps a diagonal recurrence's state by h ↦ A ⊙ h + b, with A = λ^L and b the state reached from zero.
 * Spans compose; composition is associative and not commutative (the monoid behind a parallel scan, arXiv 2208.04933,
 * appendix H).
 *
 * A mode may be more than a number: those of H3 are matrices, whose entries share one decay. H3 depends on earlier
 * tokens through its shift alone, so its spans compose exactly where each sequence starts with an empty shift, as files
 * do.
 */
import { type Tensor, tensor, zeros } from '../tensor.ts';
import type { DiagonalSsmParameters, DiagonalSsmState } from './reference.ts';

export interface DiagonalSsmSpan {
  /** A = λ^L: [d, 2, m]. */
  readonly decay: Tensor;
  /** b: [d, 2, m, …]. */
  readonly modes: Tensor;
}

/** The span of no tokens: h ↦ h. */
export function emptyDiagonalSsmSpan(width: number, modes: number): DiagonalSsmSpan {
  const decay = zeros([width, 2, modes]);
  for (let c = 0; c < width; c++) decay.data.fill(1, 2 * c * modes, (2 * c + 1) * modes);
  return { decay, modes: zeros([width, 2, modes]) };
}

/** The span of `length` tokens whose state, from zero, is `end`. Constant time for any length. */
export function diagonalSsmSpan(
  { poles }: DiagonalSsmParameters,
  length: number,
  end: DiagonalSsmState,
): DiagonalSsmSpan {
  const decay = zeros(poles.shape);
  pairwise(poles.shape, (re, im) => {
    const magnitude = Math.hypot(poles.data[re]!, poles.data[im]!) ** length;
    const angle = Math.atan2(poles.data[im]!, poles.data[re]!) * length;
    decay.data[re] = magnitude * Math.cos(angle);
    decay.data[im] = magnitude * Math.sin(angle);
  });
  return { decay, modes: end.modes };
}

/** `first`, then `second`: (A₂A₁, A₂b₁ + b₂). */
export function composeDiagonalSsm(first: DiagonalSsmSpan, second: DiagonalSsmSpan): DiagonalSsmSpan {
  return {
    decay: multiply(second.decay, first.decay),
    modes: add(multiply(second.decay, first.modes), second.modes),
  };
}

/** The state after the span, started from `state`. */
export function applyDiagonalSsm(span: DiagonalSsmSpan, state: DiagonalSsmState): DiagonalSsmState {
  return { modes: add(multiply(span.decay, state.modes), span.modes) };
}

/** Complex product of powers [d, 2, m] with modes [d, 2, m, …]. */
function multiply(a: Tensor, b: Tensor): Tensor {
  const product = zeros(b.shape);
  const size = b.data.length / a.data.length; // numbers that share a power
  pairwise(a.shape, (re, im) => {
    for (let i = 0; i < size; i++) {
      const [bre, bim] = [b.data[re * size + i]!, b.data[im * size + i]!];
      product.data[re * size + i] = a.data[re]! * bre - a.data[im]! * bim;
      product.data[im * size + i] = a.data[re]! * bim + a.data[im]! * bre;
    }
  });
  return product;
}

function add(a: Tensor, b: Tensor): Tensor {
  return tensor(
    a.shape,
    a.data.map((value, i) => value + b.data[i]!),
  );
}

/** Calls `visit` with the indices of the real and imaginary part of every complex number in [d, 2, m]. */
function pairwise([d = 0, , m = 0]: readonly number[], visit: (re: number, im: number) => void): void {
  for (let c = 0; c < d; c++) {
    for (let n = 0; n < m; n++) visit(2 * c * m + n, (2 * c + 1) * m + n);
  }
}
