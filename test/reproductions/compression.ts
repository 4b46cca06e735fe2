/** What a fixed-size memory saves over one that keeps every key, by how often bindings repeat. */
import { gatedDelta, initialGatedDeltaState } from '../../kernels/gated-delta/reference.ts';
import { emptyMemory, readMemory, writeMemory } from '../../kernels/infini-attention/memory.ts';
import {
  randomNormal,
  rows as slice,
  type Tensor,
  tensor,
  uniformStream,
  zeros,
} from '../../kernels/tensor.ts';
import { distinct, percent, type Reproduction, type Row, type Verdict } from './reproduction.ts';

/** dk = dv of one head. */
const width = 64;
const φ = { kind: 'signed' } as const;
/** Numbers stored per head: of all k nearest keys (Memorizing Transformers, arXiv 2203.08913), and of a matrix. */
const keptByNearest = (tokens: number): number => tokens * 2 * width;
const keptByMatrix = width * width + width;

async function* run(quick: boolean): AsyncGenerator<Row> {
  for (const bindings of [16, 32, 64, 256]) {
    for (const tokens of quick ? [256, 2048] : [256, 2048, 16_384, 65_536]) {
      if (tokens < bindings) continue;
      yield { bindings, tokens, ...recalled(bindings, tokens) };
    }
  }
}

/**
 * `bindings` keys bound to values, written `tokens` times in random order; the share whose own value is nearest of all.
 */
function recalled(bindings: number, tokens: number): { linear: number; delta: number; nearest: number } {
  const [keys, values] = [randomNormal([bindings, width], 1), randomNormal([bindings, width], 2)];
  const random = uniformStream(3);
  const drawn = Array.from({ length: tokens }, (_, t) =>
    t < bindings ? t : Math.floor(random() * bindings),
  );
  const pick = (from: Tensor, indices: readonly number[]): Tensor => {
    const picked = zeros([indices.length, width]);
    for (const [i, index] of indices.entries())
      picked.data.set(from.data.subarray(index * width, (index + 1) * width), i * width);
    return picked;
  };
  let linear = emptyMemory(φ, 1, width, width);
  let delta = initialGatedDeltaState(1, width, width);
  for (let start = 0; start < tokens; start += 256) {
    const part = drawn.slice(start, start + 256);
    const [k, v] = [pick(keys, part), pick(values, part)];
    const perHead = ({ shape, data }: Tensor): Tensor => tensor([shape[0]!, 1, width], data);
    linear = writeMemory(φ, 'linear', perHead(k), perHead(v), linear);
    const ones = tensor([part.length, 1], new Float64Array(part.length).fill(1));
    const inputs = { q: k, k, v, logDecay: zeros([part.length, 1]), beta: ones };
    delta = gatedDelta(inputs, delta).state;
  }
  const asked = tensor([bindings, 1, width], keys.data);
  const share = (memory: Tensor): number => {
    const answers = readMemory(φ, asked, { memory, normalizer: zeros([1, width]) });
    let right = 0;
    for (let i = 0; i < bindings; i++) if (nearestValue(slice(answers, i, i + 1).data, values) === i) right++;
    return right / bindings;
  };
  // The nearest of all keys is the key itself: exact by construction, but counted.
  let exact = 0;
  for (let i = 0; i < bindings; i++) if (nearestValue(slice(keys, i, i + 1).data, keys) === i) exact++;
  return { linear: share(linear.memory), delta: share(delta.memory), nearest: exact / bindings };
}

/** By cosine, because a sum over repetitions has arbitrary length. */
function nearestValue(answer: Float64Array, values: Tensor): number {
  let [best, most] = [-1, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.shape[0]!; i++) {
    let [product, norm] = [0, 0];
    for (let c = 0; c < width; c++) {
      const value = values.data[i * width + c]!;
      product += answer[c]! * value;
      norm += value * value;
    }
    const cosine = product / Math.sqrt(norm);
    if (cosine > most) [best, most] = [i, cosine];
  }
  return best;
}

export const compression: Reproduction = {
  name: 'compression',
  claim: 'a matrix of fixed size answers as a memory of every key does, at a fraction of its size',
  paper: {
    source: 'Infini-attention, arXiv 2404.07143, table 2',
    setup:
      'language models of 12 layers on PG19 and arXiv-math, against Memorizing Transformers with 65k keys',
    figure: '114 times smaller at a lower perplexity',
  },
  trains: false,
  setup: quick =>
    `one head of 64 by 64, random keys and values, untrained; 16 to 256 different bindings written ${quick ? '256 and 2,048' : '256 to 65,536'} times in all; equal loss is 95 % recalled`,
  run,
  judge(rows): Verdict {
    const longest = Math.max(...distinct<number>(rows, 'tokens'));
    const good = rows.filter(row => (row['delta'] as number) >= 0.95);
    const ratio = (row: Row): number => keptByNearest(row['tokens'] as number) / keptByMatrix;
    const best = good.filter(row => row['tokens'] === longest);
    const most = Math.max(0, ...best.map(row => row['bindings'] as number));
    const crowded = rows.find(row => row['bindings'] === 256 && row['tokens'] === longest)!;
    const fails =
      most < 32
        ? `at ${longest} tokens the matrix holds ${most} bindings`
        : (crowded['delta'] as number) > 0.95
          ? 'a matrix holds four times as many bindings as it has rows, which it cannot'
          : undefined;
    return {
      table: [
        ['bindings, of tokens', 'linear', 'delta', 'all keys kept', 'kept over matrix'],
        ...rows.map(row => [
          `${row['bindings'] as number} of ${(row['tokens'] as number).toLocaleString('en')}`,
          ...(['linear', 'delta', 'nearest'] as const).map(field => percent(row[field] as number)),
          `${ratio(row).toFixed(0)} ×`,
        ]),
      ],
      figure: `${(keptByNearest(longest) / keptByMatrix).toFixed(0)} times smaller at ${longest.toLocaleString('en')} tokens with up to ${most} different bindings; with 256 it recalls ${percent(crowded['delta'] as number)}`,
      difference:
        'The ratio is twice the length over the width wherever a text says the same again and the matrix has room; it is no property of the rule. Where every token binds something new, a matrix of 64 by 64 is full after some 64, ' +
        'and no ratio is worth having. The paper’s models learn which of the two their text is; ours of this size are not trained for it here.',
      ...(fails === undefined ? {} : { fails }),
    };
  },
};
