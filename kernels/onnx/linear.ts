/** A linear layer, y = x W, in its three useful lowerings: for CPUs, for GPUs, and as the reference. */
import { formatShape } from './dimension.ts';
import type { Value } from './graph-builder.ts';
import { matmul } from './matmul.ts';
import { type BlockWeight, blockSize, type Uint8Weight, uint8ZeroPoint } from './quantize.ts';

/** W [K, N] as a float32 value of the graph, or quantised. */
export type LinearWeight = Value | Uint8Weight | BlockWeight;

/**
 * x [..., K] times W, giving [..., N].
 * - A value: MatMul in float32.
 * - `Uint8Weight`: DynamicQuantizeMatMul, which quantises x to eight bits with one scale per call; the product is
 *   exact.
 * - `BlockWeight`: MatMulNBits at accuracy level 4, which quantises x to eight bits in blocks of 32.
 */
export function linear(x: Value, weight: LinearWeight): Value {
  if (!('kind' in weight)) return matmul(x, weight);
  const { inputs, outputs, kind } = weight;
  if (x.shape.at(-1) !== inputs) {
    throw new RangeError(`linear (${kind}): ${formatShape(x.shape)} × [${inputs}, ${outputs}] do not fit`);
  }
  return kind === 'uint8' ? uint8Linear(x, weight) : blockLinear(x, weight);
}

function uint8Linear(x: Value, { inputs, outputs, weight, scales }: Uint8Weight): Value {
  const { graph } = x;
  const zeroPoints = Array.from({ length: outputs }, () => uint8ZeroPoint);
  return graph.node({
    type: 'DynamicQuantizeMatMul',
    domain: 'com.microsoft',
    inputs: [
      x,
      graph.weight(weight, [inputs, outputs]),
      graph.weight(scales, [outputs]),
      graph.constant('uint8', zeroPoints),
    ],
    outputs: [{ type: 'float32', shape: x.shape.with(-1, outputs) }],
  })[0]!;
}

function blockLinear(x: Value, { inputs, outputs, bits, weight, scales }: BlockWeight): Value {
  const { graph } = x;
  const blocks = Math.ceil(inputs / blockSize);
  return placedBlockLinear(
    x,
    graph.weight(weight, [outputs, blocks, (blockSize * bits) / 8]),
    graph.weight(scales, [outputs * blocks]),
  );
}

/** Same for a `BlockWeight` already in the graph: weight [N, ⌈K / 32⌉, 4·bits], scales [N·⌈K / 32⌉]. */
export function placedBlockLinear(x: Value, weight: Value, scales: Value): Value {
  const [outputs, , bytes] = weight.shape;
  const inputs = x.shape.at(-1);
  if (typeof inputs !== 'number' || typeof outputs !== 'number' || typeof bytes !== 'number')
    throw new RangeError(`MatMulNBits: ${formatShape(x.shape)} by ${formatShape(weight.shape)}`);
  return x.graph.node({
    type: 'MatMulNBits',
    domain: 'com.microsoft',
    inputs: [x, weight, scales],
    attributes: {
      K: inputs,
      N: outputs,
      bits: (bytes * 8) / blockSize,
      block_size: blockSize,
      accuracy_level: 4,
    },
    outputs: [{ type: 'float32', shape: x.shape.with(-1, outputs) }],
  })[0]!;
}
