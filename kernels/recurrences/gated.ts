/**
 * Two blocks with a diagonal state space between gates, with GELU for φ and row vectors from the left:
 *
 *   GSS (arXiv 2206.13947)    o = ((SSM(φ(x W_u)) W_c) ⊙ φ(x W_v)) W_o
 *   BiGS (arXiv 2212.10544)   o = (φ((SSM→(φ(x W_f)) W_1 ⊙ SSM←(φ(x W_b)) W_2) W_u) ⊙ φ(x W_v)) W_o, SSM← over the
 *   reversed sequence
 *
 * The stack's Hyena gates a long convolution the same way, on both sides. BiGS is bidirectional and so cannot decode
 * token by token.
 */
import { type DiagonalSsmParameters, diagonalSsm } from '../diagonal-ssm/reference.ts';
import { expectShape, type Tensor, tensor, zeros } from '../tensor.ts';

export interface GssParameters {
  /** W_u [d, e], W_c [e, f], W_v [d, f], W_o [f, d]; the state space has e channels. */
  readonly into: Tensor;
  readonly context: Tensor;
  readonly gate: Tensor;
  readonly out: Tensor;
  readonly ssm: DiagonalSsmParameters;
}

/** x [T, d] → [T, d], from an empty state. */
export function gss(x: Tensor, { into, context, gate, out, ssm }: GssParameters): Tensor {
  const seen = times(forward(map(times(x, into), gelu), ssm), context);
  return times(hadamard(seen, map(times(x, gate), gelu)), out);
}

export interface BigsParameters {
  /** W_f and W_b [d, e], W_1 and W_2 [e, f], W_u [f, h], W_v [d, h], W_o [h, d]. */
  readonly forward: Tensor;
  readonly backward: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
  readonly mix: Tensor;
  readonly gate: Tensor;
  readonly out: Tensor;
  readonly ssmForward: DiagonalSsmParameters;
  readonly ssmBackward: DiagonalSsmParameters;
}

/** x [T, d] → [T, d]. */
export function bigs(x: Tensor, given: BigsParameters): Tensor {
  const ahead = forward(map(times(x, given.forward), gelu), given.ssmForward);
  const behind = flipped(forward(flipped(map(times(x, given.backward), gelu)), given.ssmBackward));
  const both = hadamard(times(ahead, given.first), times(behind, given.second));
  return times(hadamard(map(times(both, given.mix), gelu), map(times(x, given.gate), gelu)), given.out);
}

/** x·Φ(x), by the error function (Abramowitz and Stegun 7.1.26 is not accurate enough). */
export function gelu(x: number): number {
  return 0.5 * x * (1 + errorFunction(x / Math.SQRT2));
}

/** erf by its series, and beyond 3 by the continued fraction of its complement. */
function errorFunction(x: number): number {
  if (Math.abs(x) < 3) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-18; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  const positive = Math.abs(x);
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (positive + fraction);
  const rest = Math.exp(-positive * positive) / Math.sqrt(Math.PI) / (positive + fraction);
  return Math.sign(x) * (1 - rest);
}

function forward(u: Tensor, ssm: DiagonalSsmParameters): Tensor {
  return diagonalSsm(u, ssm, { modes: zeros(ssm.poles.shape) }).output;
}

function flipped({ shape, data }: Tensor): Tensor {
  const [length, d] = [shape[0]!, shape[1]!];
  const turned = zeros(shape);
  for (let t = 0; t < length; t++) turned.data.set(data.subarray(t * d, (t + 1) * d), (length - 1 - t) * d);
  return turned;
}

function times(x: Tensor, W: Tensor): Tensor {
  const [length = 0, inner = 0] = expectShape('gated block', 'x', x, [undefined, undefined]);
  const [, outputs = 0] = expectShape('gated block', 'a matrix', W, [inner, undefined]);
  const y = zeros([length, outputs]);
  for (let t = 0; t < length; t++)
    for (let i = 0; i < inner; i++)
      for (let j = 0; j < outputs; j++)
        y.data[t * outputs + j]! += x.data[t * inner + i]! * W.data[i * outputs + j]!;
  return y;
}

function map({ shape, data }: Tensor, f: (x: number) => number): Tensor {
  return tensor(shape, data.map(f));
}

function hadamard(a: Tensor, b: Tensor): Tensor {
  return tensor(
    a.shape,
    a.data.map((value, i) => value * b.data[i]!),
  );
}
