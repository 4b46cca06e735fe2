import type { Tensor } from './tensor.ts';

/**
 * X with A X = Y by Cholesky's method: A [n, n] symmetric, Y [n, columns]. Undefined when A is not numerically positive
 * definite.
 */
export function solvePositive(A: Tensor, Y: Tensor): Tensor | undefined {
  const [n, columns] = [A.shape[0]!, Y.shape[1]!];
  const L = Float64Array.from(A.data); // the factor, in the lower triangle
  for (let a = 0; a < n; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = L[a * n + b]!;
      for (let l = 0; l < b; l++) sum -= L[a * n + l]! * L[b * n + l]!;
      if (a > b) {
        L[a * n + b] = sum / L[b * n + b]!;
      } else {
        if (!(sum > 0)) return undefined;
        L[a * n + a] = Math.sqrt(sum);
      }
    }
  }
  const X = { shape: Y.shape, data: Float64Array.from(Y.data) };
  const subtract = (target: number, source: number, factor: number): void => {
    for (let j = 0; j < columns; j++) X.data[target * columns + j]! -= factor * X.data[source * columns + j]!;
  };
  const divide = (target: number, by: number): void => {
    for (let j = 0; j < columns; j++) X.data[target * columns + j]! /= by;
  };
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) subtract(a, b, L[a * n + b]!);
    divide(a, L[a * n + a]!);
  }
  for (let a = n - 1; a >= 0; a--) {
    for (let b = a + 1; b < n; b++) subtract(a, b, L[b * n + a]!);
    divide(a, L[a * n + a]!);
  }
  return X;
}
