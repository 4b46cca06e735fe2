/** One choice: the features of each option, and which was right (-1: none). */
export interface Choice {
  readonly options: readonly Float64Array[];
  readonly right: number;
}

/**
 * Maximum likelihood of the right option, or of none, by Newton's method with a small ridge (conditional logit,
 * McFadden 1974).
 */
export function fitConditionalLogit(choices: readonly Choice[], size: number): Float64Array {
  const weights = new Float64Array(size);
  for (let iteration = 0; iteration < 15; iteration++) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, (_, i) => {
      const row = new Float64Array(size);
      row[i] = 1;
      return row;
    });
    for (const { options, right } of choices) {
      const odds = options.map(features => Math.exp(Math.min(30, dot(features, weights))));
      const total = odds.reduce((sum, one) => sum + one, 1);
      const mean = new Float64Array(size);
      for (const [i, features] of options.entries()) {
        const p = odds[i]! / total;
        for (let a = 0; a < size; a++) {
          const scaled = p * features[a]!;
          mean[a]! += scaled;
          gradient[a]! += (i === right ? features[a]! : 0) - scaled;
          if (scaled !== 0) for (let b = 0; b < size; b++) hessian[a]![b]! += scaled * features[b]!;
        }
      }
      for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) hessian[a]![b]! -= mean[a]! * mean[b]!;
    }
    for (let a = 0; a < size; a++) gradient[a]! -= weights[a]!;
    const step = solve(hessian, gradient);
    const longest = Math.max(...step.map(Math.abs));
    for (let a = 0; a < size; a++) weights[a]! += step[a]! * Math.min(1, 2 / longest);
  }
  return weights;
}

/** Gaussian elimination with pivoting; overwrites the matrix. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [x[column], x[pivot]] = [x[pivot]!, x[column]!];
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      for (let k = column; k < size; k++) matrix[row]![k]! -= factor * matrix[column]![k]!;
      x[row]! -= factor * x[column]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= matrix[row]![k]! * x[k]!;
    x[row]! /= matrix[row]![row]!;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
