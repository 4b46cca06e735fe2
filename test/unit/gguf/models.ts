/** Small random models as GGUF files. */
import { type DecoderConfig, weightShapes } from '../../../kernels/decoder/config.ts';
import { float32Tensor, type Tensor, type Value } from './writer.ts';

export const smallConfig: DecoderConfig = {
  version: 1,
  architecture: 'qwen2',
  vocabulary: 11,
  width: 12,
  layers: 2,
  heads: 4,
  keyHeads: 2,
  headWidth: 6,
  mlp: 10,
  normEpsilon: 0.5 ** 20,
  rotaryBase: 10_000,
  context: 64,
  attentionBias: false,
  queryKeyNorm: false,
  tiedHead: true,
};

/** llama.cpp's names; `#` stands for the layer. */
const names: Readonly<Record<string, string>> = {
  'embedding.weight': 'token_embd.weight',
  'norm.gain': 'output_norm.weight',
  'head.weight': 'output.weight',
  'attention.norm.gain': 'blk.#.attn_norm.weight',
  'attention.query.weight': 'blk.#.attn_q.weight',
  'attention.query.bias': 'blk.#.attn_q.bias',
  'attention.key.weight': 'blk.#.attn_k.weight',
  'attention.key.bias': 'blk.#.attn_k.bias',
  'attention.value.weight': 'blk.#.attn_v.weight',
  'attention.value.bias': 'blk.#.attn_v.bias',
  'attention.queryNorm.gain': 'blk.#.attn_q_norm.weight',
  'attention.keyNorm.gain': 'blk.#.attn_k_norm.weight',
  'attention.output.weight': 'blk.#.attn_output.weight',
  'mlp.norm.gain': 'blk.#.ffn_norm.weight',
  'mlp.gate.weight': 'blk.#.ffn_gate.weight',
  'mlp.up.weight': 'blk.#.ffn_up.weight',
  'mlp.down.weight': 'blk.#.ffn_down.weight',
};

export function metadataOf(config: DecoderConfig): Record<string, Value> {
  const { architecture: name } = config;
  return {
    'general.architecture': { string: name },
    [`${name}.block_count`]: { uint32: config.layers },
    [`${name}.context_length`]: { uint32: config.context },
    [`${name}.embedding_length`]: { uint32: config.width },
    [`${name}.feed_forward_length`]: { uint32: config.mlp },
    [`${name}.attention.head_count`]: { uint32: config.heads },
    [`${name}.attention.head_count_kv`]: { uint32: config.keyHeads },
    [`${name}.attention.key_length`]: { uint32: config.headWidth },
    [`${name}.attention.value_length`]: { uint32: config.headWidth },
    [`${name}.attention.layer_norm_rms_epsilon`]: { float32: config.normEpsilon },
    [`${name}.rope.freq_base`]: { float32: config.rotaryBase },
  };
}

/** Distinct numbers for every weight. */
export function weightsFor(config: DecoderConfig): Map<string, Float32Array> {
  let next = 0;
  return new Map(
    [...weightShapes(config)].map(([name, shape]) => [
      name,
      Float32Array.from({ length: shape.reduce((product, one) => product * one, 1) }, () => next++ / 16),
    ]),
  );
}

/** Weights as converted to GGUF: for llama models, each head's row halves are interleaved. */
export function tensorsOf(config: DecoderConfig, weights: ReadonlyMap<string, Float32Array>): Tensor[] {
  return [...weightShapes(config)].map(([weight, shape]) => {
    const [, layer, part] = /^(?:layers\.(\d+)\.)?(.*)$/.exec(weight)!;
    const name = names[part!]!.replace('#', layer ?? '');
    const numbers = weights.get(weight)!;
    const turned = config.architecture === 'llama' && /\.(query|key)\./.test(weight);
    return float32Tensor(
      name,
      shape,
      turned ? interleaved(numbers, config.headWidth, shape[1] ?? 1) : numbers,
    );
  });
}

/** The script's `reshape(heads, 2, headWidth / 2, width).swapaxes(1, 2)`. */
function interleaved(numbers: Float32Array, headWidth: number, width: number): Float32Array {
  const result = new Float32Array(numbers.length);
  let out = 0;
  for (let head = 0; head < numbers.length / width / headWidth; head++)
    for (let pair = 0; pair < headWidth / 2; pair++)
      for (let half = 0; half < 2; half++) {
        const row = head * headWidth + half * (headWidth / 2) + pair;
        for (let i = 0; i < width; i++) result[out++] = numbers[row * width + i]!;
      }
  return result;
}
