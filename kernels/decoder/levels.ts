/**
 * Dilated attention (LongNet, arXiv 2307.02486) for a model trained with exact attention: near tokens are all kept, far
 * ones at strides that grow with distance, differently for each key head. As position alone selects the keys, the rest
 * can be dropped: attention is exact over the kept keys. One level is a window that keeps everything; with more, a
 * token costs O(w₀ + log N) after any N.
 */
export interface DecoderLevels {
  /** Tokens in a block, which is thinned as a whole; every stride divides it, which bounds the strides. */
  readonly block: number;
  /** w₀: within this distance every token is kept. A multiple of the block. */
  readonly window: number;
  /** a: from w₀·aˡ on, every aˡ⁺¹-th token is kept. */
  readonly ratio: number;
}

/** @throws RangeError when a stride does not divide the block, or the window is not a multiple of it */
export function expectLevels({ block, window, ratio }: DecoderLevels): void {
  const whole = [block, window, ratio].every(value => Number.isInteger(value) && value > 0);
  if (!whole || ratio < 2 || window % block !== 0)
    throw new RangeError(`A window of ${window} in blocks of ${block} with ratio ${ratio} is no pattern.`);
}

/** The stride of block `index` while tokens of block `present` run. */
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

/** Whether a key head still has the token at `key` when the token at `query` runs. */
export function isKept(key: number, query: number, head: number, levels: DecoderLevels): boolean {
  const [index, present] = [key, query].map(position => Math.floor(position / levels.block));
  const stride = strideOfBlock(index!, present!, levels);
  return key % stride === head % stride;
}
