/** Only the matrix products of the prefill graph: its time if everything else were free. */
import type { ModelConfig } from '../../kernels/model/config.ts';
import type { ModelWeights } from '../../kernels/model/weights.ts';
import { GraphBuilder } from '../../kernels/onnx/graph-builder.ts';
import { matmul } from '../../kernels/onnx/matmul.ts';
import { randomNormal } from '../../kernels/tensor.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';

const chunk = 256;

/** Tokens per processor second, in float32 on one thread: the linear layers of the self-decoder and the writers. */
export async function productsAlone(config: ModelConfig, weights: ModelWeights): Promise<number> {
  const { width: d, mlp, memory_heads: Hm, memory_key: dk, memory_value: dv, continuous_width: cw } = config;
  const matrices: (readonly [name: string, inputs: number, outputs: number])[] = config.self_decoder.flatMap(
    (_, at) => [
      [`self_decoder.${at}.mixer.project.weight`, d, 3 * d] as const,
      [`self_decoder.${at}.mixer.out.weight`, d, d] as const,
      [`self_decoder.${at}.mlp.up.weight`, d, mlp] as const,
      [`self_decoder.${at}.mlp.down.weight`, mlp, d] as const,
    ],
  );
  matrices.push(['writer.project.weight', d, 2 * Hm * (dk + dv) + 2 * d + cw]);
  const g = new GraphBuilder();
  const feeds: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  const inputs = new Map(
    [...new Set(matrices.map(([, width]) => width))].map(width => {
      feeds[`x${width}`] = {
        shape: [chunk, width],
        data: Float32Array.from(randomNormal([chunk, width], width).data),
      };
      return [width, g.input(`x${width}`, 'float32', [chunk, width])] as const;
    }),
  );
  for (const [at, [name, width, outputs]] of matrices.entries())
    g.output(
      `y${at}`,
      matmul(inputs.get(width)!, g.weight(weights.matrix(name, width, outputs), [width, outputs])),
    );
  const session = await (await loadRuntime()).open(g.build(), 'cpu', { threads: 1 });
  // The mean, as in the prefill measurement: the best of several would be that of a quieter machine.
  const runs = 100;
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) await session.run(feeds);
  const { user, system } = process.cpuUsage(before);
  await session.release();
  return (runs * chunk * 1e6) / (user + system);
}
