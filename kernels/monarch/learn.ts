/**
 * Fits a butterfly with random initial entries to a given linear map, from the map's matrix alone. Stage by stage, with
 * the others fixed, the best entries are a linear regression, so every step lowers ‖B − M‖² and needs no learning rate.
 * (The papers use gradient descent, arXiv 1903.05895 and 2302.06646; the loss and the parameters are theirs.)
 */
import { solvePositive } from '../cholesky.ts';
import { type Tensor, zeros } from '../tensor.ts';
import { applyStage, type Butterfly, butterfly, type Complex, frequencyOf, sidesOf } from './reference.ts';

export interface Learned {
  readonly butterfly: Butterfly;
  /** ‖B − M‖ / ‖M‖ (Frobenius) before the first and after every sweep over the stages. */
  readonly errors: readonly number[];
}

/** M: [N, N]. Stops after `sweeps`, or when the error is below `enough`. */
export function learnButterfly(M: Complex, start: Butterfly, sweeps: number, enough = 1e-11): Learned {
  const { radices } = start;
  const N = M.re.shape[0]!;
  const target = inPlaces(M, radices);
  let stages = [...start.stages];
  const errors = [errorOf(stages, radices, M)];
  for (let sweep = 0; sweep < sweeps && errors.at(-1)! > enough; sweep++) {
    // Forwards and backwards, so that no stage is always last.
    const order = [...radices.keys()];
    for (const i of sweep % 2 === 0 ? order : order.reverse()) {
      const earlier = radices
        .slice(0, i)
        .reduce((z, _, l) => applyStage(z, radices, l, stages[l]!), identity(N));
      const later = radices
        .slice(i + 1)
        .reduce((z, _, l) => applyStage(z, radices, i + 1 + l, stages[i + 1 + l]!), identity(N));
      stages = stages.with(i, bestStage(target, earlier, later, radices, i) ?? stages[i]!);
    }
    errors.push(errorOf(stages, radices, M));
  }
  return { butterfly: { radices, stages }, errors };
}

/** W_i with L W_i E closest to the target: the normal equations, whose matrix is (LᴴL)[a, a′]·(E Eᴴ)[b′, b] for entries (a, b). */
function bestStage(
  target: Complex,
  earlier: Complex,
  later: Complex,
  radices: readonly number[],
  i: number,
): Complex | undefined {
  const n = radices[i]!;
  const [before, after] = sidesOf(radices, i);
  const entries = Array.from({ length: before * after * n * n }, (_, w) => {
    const [side, k, j] = [Math.floor(w / (n * n)), Math.floor(w / n) % n, w % n];
    const [b, a] = [Math.floor(side / after), side % after];
    return { row: (b * n + k) * after + a, column: (b * n + j) * after + a };
  });
  const [left, right] = [adjointProduct(later, later), productAdjoint(earlier, earlier)];
  const wanted = adjointProduct(later, productAdjoint(target, earlier));
  const size = entries.length;
  const gram = zeros([2 * size, 2 * size]);
  const sum = zeros([2 * size, 1]);
  const N = target.re.shape[0]!;
  for (const [x, one] of entries.entries()) {
    for (const [y, other] of entries.entries()) {
      const [l, r] = [one.row * N + other.row, other.column * N + one.column];
      const re = left.re.data[l]! * right.re.data[r]! - left.im.data[l]! * right.im.data[r]!;
      const im = left.re.data[l]! * right.im.data[r]! + left.im.data[l]! * right.re.data[r]!;
      gram.data[x * 2 * size + y] = re;
      gram.data[(x + size) * 2 * size + y + size] = re;
      gram.data[x * 2 * size + y + size] = -im;
      gram.data[(x + size) * 2 * size + y] = im;
    }
    // A ridge just large enough that directions without effect do not break the factorisation.
    for (const d of [x, x + size]) gram.data[d * 2 * size + d]! *= 1 + 1e-12;
    sum.data[x] = wanted.re.data[one.row * N + one.column]!;
    sum.data[x + size] = wanted.im.data[one.row * N + one.column]!;
  }
  const solved = solvePositive(gram, sum)?.data;
  if (solved === undefined) return undefined;
  const shape = [before, after, n, n];
  return { re: { shape, data: solved.slice(0, size) }, im: { shape, data: solved.slice(size) } };
}

function errorOf(stages: readonly Complex[], radices: readonly number[], M: Complex): number {
  const N = M.re.shape[0]!;
  const B = butterfly(identity(N), { radices, stages });
  let [difference, all] = [0, 0];
  for (const i of M.re.data.keys()) {
    difference += (B.re.data[i]! - M.re.data[i]!) ** 2 + (B.im.data[i]! - M.im.data[i]!) ** 2;
    all += M.re.data[i]! ** 2 + M.im.data[i]! ** 2;
  }
  return Math.sqrt(difference / all);
}

/** The rows of M in the order of a butterfly before its final permutation. */
function inPlaces(M: Complex, radices: readonly number[]): Complex {
  const N = M.re.shape[0]!;
  const pick = (part: Tensor): Tensor => {
    const placed = zeros([N, N]);
    for (let at = 0; at < N; at++) {
      const k = frequencyOf(at, radices);
      placed.data.set(part.data.subarray(k * N, (k + 1) * N), at * N);
    }
    return placed;
  };
  return { re: pick(M.re), im: pick(M.im) };
}

function identity(N: number): Complex {
  const re = zeros([N, N]);
  for (let i = 0; i < N; i++) re.data[i * N + i] = 1;
  return { re, im: zeros([N, N]) };
}

/** AᴴB */
function adjointProduct(A: Complex, B: Complex): Complex {
  const N = A.re.shape[0]!;
  return combine(N, (i, j, l) => [l * N + i, -1, l * N + j, 1], A, B);
}

/** ABᴴ */
function productAdjoint(A: Complex, B: Complex): Complex {
  const N = A.re.shape[0]!;
  return combine(N, (i, j, l) => [i * N + l, 1, j * N + l, -1], A, B);
}

/** Σ_l A[…]·B[…], with signs for the imaginary parts. */
function combine(
  N: number,
  at: (i: number, j: number, l: number) => readonly [a: number, aSign: number, b: number, bSign: number],
  A: Complex,
  B: Complex,
): Complex {
  const [re, im] = [zeros([N, N]), zeros([N, N])];
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      for (let l = 0; l < N; l++) {
        const [a, aSign, b, bSign] = at(i, j, l);
        const [are, aim] = [A.re.data[a]!, aSign * A.im.data[a]!];
        const [bre, bim] = [B.re.data[b]!, bSign * B.im.data[b]!];
        re.data[i * N + j]! += are * bre - aim * bim;
        im.data[i * N + j]! += are * bim + aim * bre;
      }
    }
  }
  return { re, im };
}
