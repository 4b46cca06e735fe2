/** States at chunk borders of edited files, so that a change prefills only what follows it. */
import type { FloatTensor } from '../tensor.ts';
import type { DecoderState } from './state-cache.ts';

/** A prefilled chunk: its output, and the state after it. */
export interface PrefilledChunk {
  readonly ids: Int32Array;
  /** Keys and values [T, H, dh], signal [T, cw]. */
  readonly written: Readonly<Record<'keys' | 'values' | 'signal', FloatTensor>>;
  readonly state: DecoderState;
}

export class PrefixStates {
  readonly #most: number;
  /** Each file's chunks in order, the most recent file last. */
  #files: (readonly PrefilledChunk[])[] = [];

  /** @param most chunks of all files together, each about 1.4 MB for nano */
  constructor(most: number) {
    this.#most = most;
  }

  /** The longest run of cached chunks that the tokens start with. */
  find(ids: ArrayLike<number>): readonly PrefilledChunk[] {
    return this.#files
      .map(chunks => chunks.slice(0, sharedChunks(chunks, ids)))
      .reduce((best, chunks) => (chunks.length > best.length ? chunks : best), []);
  }

  /** Replaces an earlier prefill with the same start. */
  keep(chunks: readonly PrefilledChunk[]): void {
    const [first] = chunks;
    if (first === undefined) return;
    const others = this.#files.filter(file => sharedChunks(file, first.ids) === 0);
    this.#files = [...others, chunks.slice(0, this.#most)];
    let held = this.#files.reduce((sum, { length }) => sum + length, 0);
    while (held > this.#most) held -= this.#files.shift()!.length;
  }
}

function sharedChunks(chunks: readonly PrefilledChunk[], ids: ArrayLike<number>): number {
  let at = 0;
  const differs = chunks.findIndex(chunk => {
    const same = at + chunk.ids.length <= ids.length && chunk.ids.every((id, i) => id === ids[at + i]);
    at += chunk.ids.length;
    return !same;
  });
  return differs < 0 ? chunks.length : differs;
}
