import { norm } from '../norm/reference.ts';
import { expectShape, rows, type Tensor, zeros } from '../tensor.ts';

/** From the last hidden vector to scores over the vocabulary. */
export interface HeadParameters {
  /** [d], gain of the preceding norm. */
  readonly gain: Tensor;
  readonly epsilon: number;
  /** [V, d]: the token embedding (tied). */
  readonly embedding: Tensor;
  /** c in c·tanh(logit / c), which bounds the logits (arXiv 2408.00118); 0 for no bound. */
  readonly softCap: number;
}

/** Logits [V] after the last row of x [T, d]; other rows are not multiplied. */
export function head(x: Tensor, { gain, epsilon, embedding, softCap }: HeadParameters): Tensor {
  const [vocabulary = 0, width = 0] = expectShape('head', 'the embedding', embedding, [undefined, undefined]);
  const [length = 0] = expectShape('head', 'x', x, [undefined, width]);
  const last = norm(rows(x, length - 1, length), { gain, epsilon }); // [1, d]
  const logits = zeros([vocabulary]);
  for (let token = 0; token < vocabulary; token++) {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += last.data[c]! * embedding.data[token * width + c]!;
    logits.data[token] = softCap > 0 ? softCap * Math.tanh(sum / softCap) : sum;
  }
  return logits;
}

/** The k largest logits in descending order, with their tokens; ties by lower token id. */
export function topTokens(logits: Tensor, k: number): { logits: Tensor; tokens: Tensor } {
  const order = Array.from(logits.data.keys()).sort((a, b) => logits.data[b]! - logits.data[a]! || a - b);
  const tokens = Float64Array.from(order.slice(0, k));
  return {
    logits: { shape: [k], data: tokens.map(token => logits.data[token]!) },
    tokens: { shape: [k], data: tokens },
  };
}

/**
 * How surprising tokens are after each row of logits [T, V], in nats: −log softmax(logits)[token] for k tokens a row
 * [T, k], and the entropy of the row [T], which is what surprises on average (Shannon 1948, section 6).
 */
export function surprisal(logits: Tensor, tokens: Tensor): { surprisal: Tensor; entropy: Tensor } {
  const [length = 0, vocabulary = 0] = expectShape('surprisal', 'logits', logits, [undefined, undefined]);
  const [, k = 0] = expectShape('surprisal', 'tokens', tokens, [length, undefined]);
  const result = { surprisal: zeros([length, k]), entropy: zeros([length]) };
  for (let row = 0; row < length; row++) {
    const scores = logits.data.subarray(row * vocabulary, (row + 1) * vocabulary);
    const largest = scores.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
    const total = Math.log(scores.reduce((sum, one) => sum + Math.exp(one - largest), 0)) + largest;
    for (const score of scores) result.entropy.data[row]! += Math.exp(score - total) * (total - score);
    for (let i = 0; i < k; i++)
      result.surprisal.data[row * k + i] = total - scores[tokens.data[row * k + i]!]!;
  }
  return result;
}
