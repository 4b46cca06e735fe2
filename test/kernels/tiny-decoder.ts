/** Decoders with random weights, small enough for the reference. */
import { type DecoderConfig, type WeightSource, weightShapes } from '../../kernels/decoder/config.ts';
import type { DecoderTensors } from '../../kernels/decoder/reference.ts';
import { randomNormal, sizeOf, type Tensor, tensor } from '../../kernels/tensor.ts';

export const llama: DecoderConfig = {
  version: 1,
  architecture: 'llama',
  vocabulary: 50,
  width: 64,
  layers: 2,
  heads: 4,
  keyHeads: 2,
  headWidth: 16,
  mlp: 96,
  normEpsilon: 1e-6,
  rotaryBase: 10_000,
  context: 128,
  attentionBias: false,
  queryKeyNorm: false,
  tiedHead: true,
};
export const families: readonly DecoderConfig[] = [
  { ...llama, rotaryDivisors: [1, 1, 1, 1, 2, 4, 8, 8] },
  { ...llama, architecture: 'qwen2', attentionBias: true, tiedHead: false },
  // Heads wider than the width divided by their number, as in Qwen3.
  { ...llama, architecture: 'qwen3', queryKeyNorm: true, headWidth: 32, keyHeads: 1 },
];

/** Gains near 1, and products that preserve scale. */
export function randomTensors(config: DecoderConfig): DecoderTensors {
  let seed = 0;
  const made = [...weightShapes(config)].map(([name, shape]): [string, Tensor] => {
    seed++;
    if (name.endsWith('gain'))
      return [
        name,
        tensor(
          shape,
          Float64Array.from({ length: sizeOf(shape) }, (_, i) => 1 + 0.1 * Math.sin(i + seed)),
        ),
      ];
    const scale = name === 'embedding.weight' ? 1 : 1 / Math.sqrt(shape.at(-1)!);
    return [name, randomNormal(shape, seed, scale)];
  });
  return new Map(made);
}

export function sourceOf(tensors: DecoderTensors): WeightSource {
  return {
    names: () => [...tensors.keys()],
    read: async name => Float32Array.from(tensors.get(name)!.data),
  };
}

/** Token ids, reproducible from the seed. */
export function sequence(length: number, seed: number): number[] {
  return Array.from(
    randomNormal([length], seed).data,
    value => Math.floor(Math.abs(value) * 1e6) % llama.vocabulary,
  );
}
