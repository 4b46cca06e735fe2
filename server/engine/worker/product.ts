/** Times one matrix product: the yardstick for devices, and for anything made of products. */
import { GraphBuilder, type OnnxModel } from '../../../kernels/onnx/graph-builder.ts';
import { matmul } from '../../../kernels/onnx/matmul.ts';
import { randomNormal } from '../../../kernels/tensor.ts';
import type { ParametersOf, ResultOf } from '../messages.ts';
import type { GraphSession } from './session.ts';

export function productGraph(width: number): OnnxModel {
  const graph = new GraphBuilder();
  const { data, shape } = randomNormal([width, width], 1, width ** -0.5);
  const weight = graph.weight(Float32Array.from(data), shape); // [d, d]
  graph.output('y', matmul(graph.input('x', 'float32', ['T', width]), weight)); // [T, d]
  return graph.build();
}

/**
 * Median of the repeats, after a warm-up run.
 * @param between called between runs; may throw to stop
 */
export async function timeProduct(
  session: GraphSession,
  { rows, width, repeats }: ParametersOf<'product'>,
  between: () => Promise<void>,
): Promise<ResultOf<'product'>> {
  const x = { shape: [rows, width], data: Float32Array.from(randomNormal([rows, width], 2).data) };
  await session.run({ x });
  const times: number[] = [];
  while (times.length < Math.max(1, repeats)) {
    await between();
    const started = performance.now();
    await session.run({ x });
    times.push(performance.now() - started);
  }
  const milliseconds = times.sort((a, b) => a - b)[times.length >> 1]!;
  return { milliseconds, gigaflops: (2 * rows * width * width) / (milliseconds * 1e6) };
}
