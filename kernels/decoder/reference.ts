import { attend, finishAttention, headsFirst } from '../flash-attention/partials.ts';
import { gatedMlp } from '../mlp/reference.ts';
import { norm } from '../norm/reference.ts';
import { rotary } from '../rotary/reference.ts';
import { concatenateRows, rows, type Tensor, tensor, zeros } from '../tensor.ts';
import { type DecoderConfig, weightShapes } from './config.ts';
import { type DecoderLevels, isKept } from './levels.ts';

/** Every tensor of a decoder by its name (`config.ts`). */
export type DecoderTensors = ReadonlyMap<string, Tensor>;

/** Keys and values of a span of tokens, by layer: [n, K, dh], keys rotated to the tokens' positions. */
export interface DecoderSpan {
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
}

export interface DecoderReading {
  /** Seen by every token regardless of position: keys of other files. */
  readonly before?: DecoderSpan;
  /** Position of the first token. */
  readonly position?: number;
  /** Without it, all keys are kept. */
  readonly levels?: DecoderLevels;
}

/**
 * Logits [T, V] after each token of a sequence, and its keys and values. A layer is x += attention(norm(x)), x += MLP(norm(x)), with
 * SwiGLU (Llama, arXiv 2302.13971), query heads that share heads of keys, biases of queries, keys and values (Qwen2, arXiv 2407.10671) and
 * norms of queries and keys (Qwen3, arXiv 2505.09388) where the configuration has them.
 */
export function decoder(
  config: DecoderConfig,
  tensors: DecoderTensors,
  ids: readonly number[],
  { before, position = 0, levels }: DecoderReading = {},
): { readonly logits: Tensor; readonly span: DecoderSpan } {
  const { heads, keyHeads, headWidth, normEpsilon: epsilon, vocabulary } = config;
  const find = finder(config, tensors);
  const length = ids.length;
  const embedding = find('embedding.weight');
  let x = concatenateRows(ids.map(id => rows(embedding, id, id + 1))); // [T, d]
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const turn = (h: Tensor): Tensor => {
    const { rotaryBase: base, rotaryDivisors: divisors } = config;
    const parameters = divisors === undefined ? { base } : { base, divisors };
    return rotary(h, parameters, { position: tensor([1], [position]) }).output;
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `layers.${layer}.attention`;
    const h = norm(x, { gain: find(`${name}.norm.gain`), epsilon });
    const project = (which: string, count: number): Tensor => {
      const product = multiply(h, find(`${name}.${which}.weight`));
      const bias = config.attentionBias ? find(`${name}.${which}.bias`).data : undefined;
      const data = product.data.map((value, index) => value + (bias?.[index % (count * headWidth)] ?? 0));
      return tensor([length, count, headWidth], data);
    };
    const normalized = (part: Tensor, which: string): Tensor => {
      if (!config.queryKeyNorm) return part;
      const flat = tensor([part.data.length / headWidth, headWidth], part.data);
      return tensor(part.shape, norm(flat, { gain: find(`${name}.${which}.gain`), epsilon }).data);
    };
    const q = turn(normalized(project('query', heads), 'queryNorm'));
    const k = turn(normalized(project('key', keyHeads), 'keyNorm'));
    const v = project('value', keyHeads);
    keys.push(k);
    values.push(v);
    const far = before?.keys[layer]?.shape[0] ?? 0;
    const allKeys = far === 0 ? k : concatenateRows([before!.keys[layer]!, k]);
    const allValues = far === 0 ? v : concatenateRows([before!.values[layer]!, v]);
    const sees = (head: number) => (t: number, s: number) =>
      s < far || (s - far <= t && (levels === undefined || isKept(s - far, t, head, levels)));
    const read = groupedAttention(q, allKeys, allValues, sees);
    x = plus(x, multiply(tensor([length, heads * headWidth], read.data), find(`${name}.output.weight`)));
    const mlp = `layers.${layer}.mlp`;
    const [gate, up, down] = ['gate', 'up', 'down'].map(part => transposed(find(`${mlp}.${part}.weight`)));
    const middle = norm(x, { gain: find(`${mlp}.norm.gain`), epsilon });
    x = plus(x, gatedMlp(middle, { gate: gate!, up: up!, down: down! }));
  }
  const last = norm(x, { gain: find('norm.gain'), epsilon });
  const logits = multiply(last, find(config.tiedHead ? 'embedding.weight' : 'head.weight'));
  return { logits: tensor([length, vocabulary], logits.data), span: { keys, values } };
}

/** q [T, H, dh] over k, v [S, K, dh]; H / K query heads share a key head, and `sees` masks the keys of each. */
function groupedAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  sees: (keyHead: number) => (query: number, key: number) => boolean,
): Tensor {
  const [length = 0, heads = 0, width = 0] = q.shape;
  const keyHeads = k.shape[1]!;
  const scaled = headsFirst(
    tensor(
      q.shape,
      q.data.map(value => value / Math.sqrt(width)),
    ),
  ); // [H, T, dh]
  const [keysFirst, valuesFirst] = [headsFirst(k), headsFirst(v)];
  const output = zeros([length, heads, width]);
  for (let head = 0; head < heads; head++) {
    const keyHead = Math.floor((head * keyHeads) / heads);
    const read = finishAttention(
      attend(
        rows(scaled, head, head + 1),
        rows(keysFirst, keyHead, keyHead + 1),
        rows(valuesFirst, keyHead, keyHead + 1),
        sees(keyHead),
      ),
    ); // [T, 1, dh]
    for (let t = 0; t < length; t++)
      output.data.set(read.data.subarray(t * width, (t + 1) * width), (t * heads + head) * width);
  }
  return output;
}

function finder(config: DecoderConfig, tensors: DecoderTensors): (name: string) => Tensor {
  const shapes = weightShapes(config);
  return name => {
    const found = tensors.get(name);
    const shape = shapes.get(name)!;
    if (found?.shape.join() !== shape.join())
      throw new RangeError(
        `decoder: ${name} is [${found?.shape.join(', ') ?? ''}] and should be [${shape.join(', ')}]`,
      );
    return found;
  };
}

/** x [T, K] times the transpose of W [N, K]: [T, N]. */
function multiply(x: Tensor, w: Tensor): Tensor {
  const [length = 0, inner = 0] = x.shape;
  const outputs = w.shape[0]!;
  const result = zeros([length, outputs]);
  for (let t = 0; t < length; t++) {
    for (let n = 0; n < outputs; n++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += x.data[t * inner + i]! * w.data[n * inner + i]!;
      result.data[t * outputs + n] = sum;
    }
  }
  return result;
}

function transposed({ shape, data }: Tensor): Tensor {
  const [rowCount = 0, columns = 0] = shape;
  const result = zeros([columns, rowCount]);
  for (let row = 0; row < rowCount; row++)
    for (let column = 0; column < columns; column++)
      result.data[column * rowCount + row] = data[row * columns + column]!;
  return result;
}

function plus(a: Tensor, b: Tensor): Tensor {
  return tensor(
    a.shape,
    a.data.map((value, index) => value + b.data[index]!),
  );
}
