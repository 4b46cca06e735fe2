/**
 * Dilated attention (LongNet, arXiv 2307.02486) for a model that was trained with exact attention: near tokens are all kept, far ones at
 * strides that grow with their distance, each head of keys its own. As keys are chosen by position alone, choosing is forgetting: attention itself
 * is exact, over what is kept. One level is a window that holds everything; with more, a token costs O(w₀ + log N) after any N.
 */
export interface DecoderLevels {
  /** Tokens to a block, which is thinned as a whole; a multiple of every stride, so strides grow no further than this. */
  readonly block: number;
  /** w₀: nearer than this, every token is kept. A multiple of the block. */
  readonly window: number;
  /** a: from w₀·aˡ on, every aˡ⁺¹-th. */
  readonly ratio: number;
}

/** @throws RangeError for blocks that strides do not divide, or windows that are no blocks */
export function expectLevels({ block, window, ratio }: DecoderLevels): void {
  const whole = [block, window, ratio].every(value => Number.isInteger(value) && value > 0);
  if (!whole || ratio < 2 || window % block !== 0)
    throw new RangeError(`A window of ${window} in blocks of ${block} with ratio ${ratio} is no pattern.`);
}

/** The stride of block `index` while tokens of block `present` are run. */
export function strideOfBlock(
  index: number,
  present: number,
  { block, window, ratio }: DecoderLevels,
): number {
  const distance = (present - index) * block;
  let stride = 1;
  for (let reach = window; distance >= reach && block % (stride * ratio) === 0; reach *= ratio)
    stride *= ratio;
  return stride;
}

/** Whether a head of keys still has the token at `key` when the one at `query` is run. */
export function isKept(key: number, query: number, head: number, levels: DecoderLevels): boolean {
  const [index, present] = [key, query].map(position => Math.floor(position / levels.block));
  const stride = strideOfBlock(index!, present!, levels);
  return key % stride === head % stride;
}
