/** States at the borders of chunks of files that are being edited, so that after a change only what follows it is read. */
import type { FloatTensor } from '../tensor.ts';
import type { DecoderState } from './state-cache.ts';

/** A chunk that was read: what its tokens wrote, and the state after it. */
export interface ReadChunk {
  readonly ids: Int32Array;
  /** Keys and values [T, H, dh], signal [T, cw]. */
  readonly written: Readonly<Record<'keys' | 'values' | 'signal', FloatTensor>>;
  readonly state: DecoderState;
}

export class PrefixStates {
  readonly #most: number;
  /** Of each file its chunks in order, the file that was read last at the end. */
  #files: (readonly ReadChunk[])[] = [];

  /** @param most chunks of all files together, each about 1.4 MB for nano */
  constructor(most: number) {
    this.#most = most;
  }

  /** The chunks that the tokens begin with: as many as are kept of any one file. */
  find(ids: ArrayLike<number>): readonly ReadChunk[] {
    return this.#files
      .map(chunks => chunks.slice(0, sharedChunks(chunks, ids)))
      .reduce((best, chunks) => (chunks.length > best.length ? chunks : best), []);
  }

  /** Takes the place of an earlier reading that begins alike. */
  keep(chunks: readonly ReadChunk[]): void {
    const [first] = chunks;
    if (first === undefined) return;
    const others = this.#files.filter(file => sharedChunks(file, first.ids) === 0);
    this.#files = [...others, chunks.slice(0, this.#most)];
    let held = this.#files.reduce((sum, { length }) => sum + length, 0);
    while (held > this.#most) held -= this.#files.shift()!.length;
  }
}

function sharedChunks(chunks: readonly ReadChunk[], ids: ArrayLike<number>): number {
  let at = 0;
  const differs = chunks.findIndex(chunk => {
    const same = at + chunk.ids.length <= ids.length && chunk.ids.every((id, i) => id === ids[at + i]);
    at += chunk.ids.length;
    return !same;
  });
  return differs < 0 ? chunks.length : differs;
}
