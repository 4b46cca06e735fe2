/** One matrix product, timed: the yardstick for devices, and for the speed of everything that is made of products. */
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
 * The median over the repeats, after one run that does not count.
 * @param between is called between runs, and may throw to end it.
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
