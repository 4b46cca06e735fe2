/**
 * A GGUF file as a decoder: its configuration from the metadata, its weights under the names of
 * `kernels/decoder/config.ts`.
 */
import { type DecoderConfig, type WeightSource, weightShapes } from '../../kernels/decoder/config.ts';
import { GgufError } from './error.ts';
import type { GgufFile } from './reader.ts';

/** Architectures that `kernels/decoder` computes. */
const architectures = ['llama', 'qwen2', 'qwen3'] as const;
type Architecture = (typeof architectures)[number];

/** Far above any model of these families, and far below overflow. */
const largest = 1 << 20;

/**
 * The configuration of a file's model, checked against its tensors.
 * @throws GgufError that names what is missing, contradictory or unsupported
 */
export async function decoderConfigOf(file: GgufFile): Promise<DecoderConfig> {
  const { metadata, path } = file;
  const architecture = metadata.string('general.architecture');
  if (!isKnown(architecture))
    throw new GgufError(
      `${path} holds a model of the architecture ${architecture}. Supported are ${architectures.join(', ')}.`,
    );
  const key = (name: string) => `${architecture}.${name}`;
  const count = (name: string, otherwise?: number) => metadata.count(key(name), 1, largest, otherwise);
  if (metadata.count(key('expert_count'), 0, largest, 0) > 0)
    throw new GgufError(`${path} holds a mixture of experts, which is not supported.`);
  const width = count('embedding_length');
  const heads = count('attention.head_count');
  const headWidth = count('attention.key_length', width / heads);
  for (const name of ['attention.value_length', 'rope.dimension_count']) {
    const other = count(name, headWidth);
    if (other !== headWidth)
      throw new GgufError(
        `${path}: ${key(name)} is ${other} and heads have ${headWidth} numbers; it is supported where they are equal.`,
      );
  }
  const embedding = file.tensor('token_embd.weight');
  const rotaryDivisors = await rotaryDivisorsOf(file, architecture, headWidth);
  const config: DecoderConfig = {
    version: 1,
    architecture,
    vocabulary: embedding.shape[0]!,
    width,
    layers: count('block_count'),
    heads,
    keyHeads: count('attention.head_count_kv', heads),
    headWidth,
    mlp: count('feed_forward_length'),
    normEpsilon: metadata.number(key('attention.layer_norm_rms_epsilon')),
    rotaryBase: metadata.number(key('rope.freq_base'), 10_000),
    ...(rotaryDivisors === undefined ? {} : { rotaryDivisors }),
    context: metadata.count(key('context_length'), 1, 2 ** 31),
    attentionBias: file.tensors.has('blk.0.attn_q.bias'),
    queryKeyNorm: file.tensors.has('blk.0.attn_q_norm.weight'),
    tiedHead: !file.tensors.has('output.weight'),
  };
  if (config.heads % config.keyHeads !== 0 || headWidth % 2 !== 0)
    throw new GgufError(
      `${path}: ${heads} heads of ${headWidth} numbers do not go with ${config.keyHeads} key heads.`,
    );
  checkTensors(file, config);
  return config;
}

/**
 * The weights of a file, one at a time, as float32.
 * @param config from `decoderConfigOf` for the same file
 */
export function weightsOf(file: GgufFile, config: DecoderConfig): GgufWeights {
  return new GgufWeights(file, config);
}

/** Weights dequantised on demand; large matrices can be read by rows. */
export class GgufWeights implements WeightSource {
  readonly #file: GgufFile;
  readonly #config: DecoderConfig;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  constructor(file: GgufFile, config: DecoderConfig) {
    this.#file = file;
    this.#config = config;
    this.#shapes = weightShapes(config);
  }

  names(): readonly string[] {
    return [...this.#shapes.keys()];
  }

  /** @throws GgufError if the file has shrunk, RangeError for an unknown name */
  async read(name: string): Promise<Float32Array> {
    return this.readRows(name, 0, this.#shapeOf(name)[0]!);
  }

  /**
   * Rows of a matrix, or numbers of a vector; query and key weights in whole heads only, because their rows are
   * permuted.
   * @throws RangeError for rows out of range
   */
  async readRows(name: string, first: number, rows: number): Promise<Float32Array> {
    const shape = this.#shapeOf(name);
    const width = shape[1] ?? 1;
    const tensor = tensorNameOf(name);
    const numbers =
      shape.length === 1
        ? (await this.#file.read(tensor)).subarray(first, first + rows)
        : await this.#file.read(tensor, first, rows);
    const { architecture, headWidth } = this.#config;
    if (architecture !== 'llama' || !/\.(query|key)\.(weight|bias)$/.test(name)) return numbers;
    if (first % headWidth !== 0 || rows % headWidth !== 0)
      throw new RangeError(
        `${name} is read by whole heads of ${headWidth} rows, not ${first} to ${first + rows}.`,
      );
    return halvesFromPairs(numbers, headWidth, width);
  }

  #shapeOf(name: string): readonly number[] {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw new RangeError(`The model has no weight ${name}.`);
    return shape;
  }
}

/**
 * llama-architecture files pair rows 2i and 2i + 1 of a head for the rotation; the decoder pairs i and i + dh/2.
 * @param numbers whole heads of `headWidth` rows of `width` numbers
 */
function halvesFromPairs(numbers: Float32Array, headWidth: number, width: number): Float32Array {
  const result = new Float32Array(numbers.length);
  const half = headWidth / 2;
  for (let row = 0; row < numbers.length / width; row++) {
    const within = row % headWidth;
    const target = row - within + (within & 1) * half + (within >> 1);
    result.set(numbers.subarray(row * width, (row + 1) * width), target * width);
  }
  return result;
}

const tensorParts: Readonly<Record<string, string>> = {
  'embedding.weight': 'token_embd.weight',
  'norm.gain': 'output_norm.weight',
  'head.weight': 'output.weight',
  'attention.norm.gain': 'attn_norm.weight',
  'attention.query.weight': 'attn_q.weight',
  'attention.query.bias': 'attn_q.bias',
  'attention.key.weight': 'attn_k.weight',
  'attention.key.bias': 'attn_k.bias',
  'attention.value.weight': 'attn_v.weight',
  'attention.value.bias': 'attn_v.bias',
  'attention.queryNorm.gain': 'attn_q_norm.weight',
  'attention.keyNorm.gain': 'attn_k_norm.weight',
  'attention.output.weight': 'attn_output.weight',
  'mlp.norm.gain': 'ffn_norm.weight',
  'mlp.gate.weight': 'ffn_gate.weight',
  'mlp.up.weight': 'ffn_up.weight',
  'mlp.down.weight': 'ffn_down.weight',
};

/** The file's name for a decoder weight. */
function tensorNameOf(weight: string): string {
  const [, layer, part] = /^(?:layers\.(\d+)\.)?(.*)$/.exec(weight)!;
  const name = tensorParts[part!];
  if (name === undefined) throw new RangeError(`No tensor is known for the weight ${weight}.`);
  return layer === undefined ? name : `blk.${layer}.${name}`;
}

/** Checks that all tensors of the configuration exist with their shapes, and that there are no others. */
function checkTensors(file: GgufFile, config: DecoderConfig): void {
  // A damaged number of layers would need gigabytes below.
  if (config.layers > file.tensors.size)
    throw new GgufError(
      `${file.path} is damaged: its metadata says ${config.layers} layers, and it has ${file.tensors.size} tensors.`,
    );
  const needed = new Set(['rope_freqs.weight']);
  for (const [weight, shape] of weightShapes(config)) {
    const name = tensorNameOf(weight);
    needed.add(name);
    const found = file.tensor(name).shape;
    if (found.length !== shape.length || found.some((length, axis) => length !== shape[axis]))
      throw new GgufError(
        `${file.path} is damaged or not supported: ${name} is ${found.join(' × ')}, where its metadata says ${shape.join(' × ')}.`,
      );
  }
  for (const name of file.tensors.keys()) {
    if (!needed.has(name) && !/\.(attn_rot_embd|rope_freqs)(\.|$)/.test(name))
      throw new GgufError(
        `${file.path}: the tensor ${name} is not supported; leaving it out would change the model.`,
      );
  }
}

/** Slower rotation for longer contexts: Llama 3's factors, stored as a tensor, or one factor for all. */
async function rotaryDivisorsOf(
  file: GgufFile,
  architecture: Architecture,
  headWidth: number,
): Promise<readonly number[] | undefined> {
  const { metadata, path } = file;
  const scaling = metadata.string(`${architecture}.rope.scaling.type`, 'none');
  if (scaling !== 'none' && scaling !== 'linear')
    throw new GgufError(`${path} scales its rotary positions by ${scaling}, which is not supported.`);
  const old = metadata.number(`${architecture}.rope.scale_linear`, 1);
  const factor = scaling === 'linear' ? metadata.number(`${architecture}.rope.scaling.factor`, old) : old;
  const tensor = file.tensors.get('rope_freqs.weight');
  if (tensor !== undefined && tensor.elements !== headWidth / 2)
    throw new GgufError(
      `${path} is damaged: rope_freqs.weight has ${tensor.elements} numbers for heads of ${headWidth}.`,
    );
  if (tensor === undefined && factor === 1) return undefined;
  const factors =
    tensor === undefined ? new Float32Array(headWidth / 2).fill(1) : await file.read(tensor.name);
  const divisors = Array.from(factors, one => one * factor);
  if (!divisors.every(one => one > 0 && Number.isFinite(one)))
    throw new GgufError(`${path} is damaged: a rotary factor is not a number above 0.`);
  return divisors;
}

function isKnown(name: string): name is Architecture {
  return architectures.some(one => one === name);
}
