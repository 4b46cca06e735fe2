/** Solves unit lower triangular systems by matrix products, in single precision. */
import { add, neg, sub } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, lowerTriangle, pad, reshape, slice } from '../onnx/layout.ts';
import { matmul } from '../onnx/matmul.ts';

/**
 * X with (I + L) X = B: L [..., n, n] strictly lower triangular (other entries are ignored), B [..., n, m], n a
 * multiple of 16.
 *
 * Rows are solved sixteen at a time, each block from those above it. Only diagonal blocks are inverted: two halves of
 * eight by (I − L)⁻¹ = (I + L)(I + L²)(I + L⁴), exact as L⁸ = 0. The same doubling over all 64 rows would be exact too,
 * but for nearly parallel keys its powers grow to 1e10 before they cancel.
 */
export function solveUnitLower(g: GraphBuilder, L: Value, B: Value): Value {
  const n = L.shape.at(-1) as number;
  const block = 16;
  const solved: Value[] = [];
  for (let start = 0; start < n; start += block) {
    const strip = slice(L, -2, start, start + block); // [..., 16, n]
    const corner = lowerTriangle(slice(strip, -1, start, start + block), -1); // [..., 16, 16]
    const inverse = invertUnitLower(g, corner, block);
    let right = slice(B, -2, start, start + block); // [..., 16, m]
    if (start > 0) {
      const above = start === block ? solved[0]! : concat(solved, -2); // [..., start, m]
      right = sub(right, matmul(slice(strip, -1, 0, start), above));
    }
    solved.push(matmul(inverse, right));
  }
  return solved.length === 1 ? solved[0]! : concat(solved, -2);
}

/** (I + L)⁻¹ of a strictly lower triangular L [..., n, n], n = 8 or 16. */
function invertUnitLower(g: GraphBuilder, L: Value, n: number): Value {
  if (n === 8) {
    const one = neg(L);
    const two = matmul(one, one);
    const four = matmul(two, two);
    const identity = g.constant(
      'float32',
      Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0)),
      [8, 8],
    );
    return matmul(matmul(add(identity, one), add(identity, two)), add(identity, four));
  }
  // [[A, 0], [L₂₁, D]]⁻¹ = [[A⁻¹, 0], [−D⁻¹ L₂₁ A⁻¹, D⁻¹]], both halves inverted in one batch.
  const top = slice(L, -2, 0, 8);
  const bottom = slice(L, -2, 8);
  const batch = L.shape.slice(0, -2);
  const halves = concat(
    [reshape(slice(top, -1, 0, 8), [...batch, 1, 8, 8]), reshape(slice(bottom, -1, 8), [...batch, 1, 8, 8])],
    -3,
  );
  const inverses = invertUnitLower(g, halves, 8); // [..., 2, 8, 8]
  const A = reshape(slice(inverses, -3, 0, 1), [...batch, 8, 8]);
  const D = reshape(slice(inverses, -3, 1), [...batch, 8, 8]);
  const corner = neg(matmul(matmul(D, slice(bottom, -1, 0, 8)), A));
  return concat([pad(A, -1, 0, 8), concat([corner, D], -1)], -2);
}
