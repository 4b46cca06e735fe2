/**
 * A llama with random weights in q8_0 as GGUF bytes (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): its
 * output is nonsense, but its cost is that of a trained one of this shape.
 */
import { randomFrom } from './repositories.ts';

export interface LlamaShape {
  readonly vocabulary: number;
  readonly width: number;
  readonly heads: number;
  readonly mlp: number;
  readonly layers: number;
  /** Its declared context length, in tokens. */
  readonly context: number;
}

/** The embedding is also the output matrix. */
export function llamaParameters({ vocabulary, width, mlp, layers }: LlamaShape): number {
  return vocabulary * width + width + layers * (4 * width * width + 3 * width * mlp + 2 * width);
}

/** Types of metadata values, and of tensors. */
const valueTypes = { uint32: 4, int32: 5, float32: 6, string: 8, array: 9 } as const;
const tensorTypes = { float32: 0, q8_0: 8 } as const;
const alignment = 32;
/** q8_0: a float16 scale and this many signed bytes. */
const blockLength = 32;
/** Token types: how they are tokenized does not matter here, but each needs one. */
const [normalToken, unknownToken, controlToken, byteToken] = [1, 2, 3, 6];

export function randomLlama(shape: LlamaShape): Uint8Array {
  const { vocabulary, width, heads, mlp, layers, context } = shape;
  const names = Array.from({ length: vocabulary }, (_, id) => tokenName(id));
  const metadata: (readonly [string, Uint8Array])[] = [
    ['general.architecture', text('llama')],
    ['general.name', text('random')],
    ['llama.vocab_size', number(vocabulary)],
    ['llama.context_length', number(context)],
    ['llama.embedding_length', number(width)],
    ['llama.block_count', number(layers)],
    ['llama.feed_forward_length', number(mlp)],
    ['llama.rope.dimension_count', number(width / heads)],
    ['llama.attention.head_count', number(heads)],
    ['llama.attention.head_count_kv', number(heads)],
    ['llama.attention.layer_norm_rms_epsilon', joined([uint32(valueTypes.float32), float32(1e-6)])],
    ['tokenizer.ggml.model', text('llama')],
    ['tokenizer.ggml.tokens', array(valueTypes.string, names.map(bareText))],
    [
      'tokenizer.ggml.scores',
      array(
        valueTypes.float32,
        names.map(() => float32(0)),
      ),
    ],
    [
      'tokenizer.ggml.token_type',
      array(
        valueTypes.int32,
        names.map((_, id) => uint32(tokenType(id))),
      ),
    ],
    ['tokenizer.ggml.bos_token_id', number(1)],
    ['tokenizer.ggml.eos_token_id', number(2)],
    ['tokenizer.ggml.unknown_token_id', number(0)],
  ];
  const random = randomFrom(1);
  const tensors: (readonly [name: string, rows: number | undefined, columns: number])[] = [
    ['token_embd.weight', vocabulary, width],
    ['output_norm.weight', undefined, width],
    ...Array.from({ length: layers }, (_, at) =>
      (
        [
          ['attn_norm', undefined, width],
          ['attn_q', width, width],
          ['attn_k', width, width],
          ['attn_v', width, width],
          ['attn_output', width, width],
          ['ffn_norm', undefined, width],
          ['ffn_gate', mlp, width],
          ['ffn_up', mlp, width],
          ['ffn_down', width, mlp],
        ] as const
      ).map(([name, rows, columns]) => [`blk.${at}.${name}.weight`, rows, columns] as const),
    ).flat(),
  ];
  const directory: Uint8Array[] = [];
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const [name, rows, columns] of tensors) {
    const bytes = rows === undefined ? ones(columns) : quantized(rows, columns, random);
    // Axis lengths, innermost first.
    const lengths = rows === undefined ? [columns] : [columns, rows];
    const type = rows === undefined ? tensorTypes.float32 : tensorTypes.q8_0;
    directory.push(
      joined([bareText(name), uint32(lengths.length), ...lengths.map(uint64), uint32(type), uint64(offset)]),
    );
    const padding = new Uint8Array(-bytes.length & (alignment - 1));
    data.push(bytes, padding);
    offset += bytes.length + padding.length;
  }
  const head = joined([
    new TextEncoder().encode('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(metadata.length),
    ...metadata.flatMap(([key, value]) => [bareText(key), value]),
    ...directory,
  ]);
  return joined([head, new Uint8Array(-head.length & (alignment - 1)), ...data]);
}

function tokenName(id: number): string {
  if (id < 3) return ['<unk>', '<s>', '</s>'][id]!;
  if (id < 259) return `<0x${(id - 3).toString(16).toUpperCase().padStart(2, '0')}>`;
  return `token${id}`;
}

function tokenType(id: number): number {
  if (id === 0) return unknownToken!;
  return id < 3 ? controlToken! : id < 259 ? byteToken! : normalToken!;
}

/** Numbers between ±1/√columns, so that activations keep their size from layer to layer. */
function quantized(rows: number, columns: number, random: () => number): Uint8Array {
  const blocks = (rows * columns) / blockLength;
  const bytes = new Uint8Array(blocks * (2 + blockLength));
  const view = new DataView(bytes.buffer);
  const scale = float16Bits(1 / Math.sqrt(columns) / 127);
  for (let block = 0; block < blocks; block++) {
    const at = block * (2 + blockLength);
    view.setUint16(at, scale, true);
    for (let i = 0; i < blockLength; i++) view.setInt8(at + 2 + i, Math.floor(random() * 255) - 127);
  }
  return bytes;
}

/** Of a positive number between 2⁻¹⁴ and 2¹⁵, truncated. */
function float16Bits(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | Math.floor((value / 2 ** exponent - 1) * 1024);
}

function ones(count: number): Uint8Array {
  return new Uint8Array(new Float32Array(count).fill(1).buffer);
}

function number(value: number): Uint8Array {
  return joined([uint32(valueTypes.uint32), uint32(value)]);
}

function text(value: string): Uint8Array {
  return joined([uint32(valueTypes.string), bareText(value)]);
}

function array(type: number, values: readonly Uint8Array[]): Uint8Array {
  return joined([uint32(valueTypes.array), uint32(type), uint64(values.length), ...values]);
}

function bareText(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return joined([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function float32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
