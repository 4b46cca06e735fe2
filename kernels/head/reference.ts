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
