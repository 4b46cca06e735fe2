/** Matrix products, and convolution along time. */
import { formatShape, sameDimension, subtractDimensions } from './dimension.ts';
import { broadcast } from './elementwise.ts';
import type { Value } from './graph-builder.ts';

/** x [..., M, K] times y [..., K, N], batched over the leading axes, which broadcast. */
export function matmul(x: Value, y: Value): Value {
  const shapes = `${formatShape(x.shape)} × ${formatShape(y.shape)}`;
  if (x.shape.length < 2 || y.shape.length < 2) throw new RangeError(`MatMul: ${shapes} are no matrices`);
  const inner = x.shape.at(-1)!;
  if (!sameDimension(inner, y.shape.at(-2)!)) throw new RangeError(`MatMul: ${shapes} do not fit`);
  const batch = broadcast(`MatMul of ${shapes}`, x.shape.slice(0, -2), y.shape.slice(0, -2));
  const [result] = x.graph.node({
    type: 'MatMul',
    inputs: [x, y],
    outputs: [{ type: x.type, shape: [...batch, x.shape.at(-2)!, y.shape.at(-1)!] }],
  });
  return result!;
}

/**
 * Convolution along the last axis without padding: x [B, Cin, L], kernel [Cout, Cin / groups, W], result [B, Cout, L −
 * W + 1]. As in ONNX the kernel is not flipped: result[t] = Σ_j kernel[j]·x[t + j].
 */
export function conv1d(x: Value, kernel: Value, groups = 1): Value {
  const [batch, channels, length] = x.shape;
  const [outputs, inputs, width] = kernel.shape;
  const fits =
    x.shape.length === 3 &&
    kernel.shape.length === 3 &&
    typeof channels === 'number' &&
    typeof inputs === 'number' &&
    typeof width === 'number' &&
    channels === inputs * groups;
  if (!fits) {
    const shapes = `${formatShape(x.shape)} by ${formatShape(kernel.shape)} in ${groups} groups`;
    throw new RangeError(`Conv: ${shapes} do not fit`);
  }
  const [result] = x.graph.node({
    type: 'Conv',
    inputs: [x, kernel],
    attributes: { group: groups, kernel_shape: [width] },
    outputs: [{ type: x.type, shape: [batch!, outputs!, subtractDimensions(length!, width - 1)] }],
  });
  return result!;
}

/** x [M, K] times the transpose of y [N, K], for a weight stored by output: no transposed copy. */
export function matmulTransposed(x: Value, y: Value): Value {
  const fits = x.shape.length === 2 && y.shape.length === 2 && sameDimension(x.shape[1]!, y.shape[1]!);
  if (!fits) throw new RangeError(`Gemm: ${formatShape(x.shape)} × ${formatShape(y.shape)}ᵀ do not fit`);
  const [result] = x.graph.node({
    type: 'Gemm',
    inputs: [x, y],
    attributes: { transB: 1 },
    outputs: [{ type: x.type, shape: [x.shape[0]!, y.shape[0]!] }],
  });
  return result!;
}
