/** Caches decoder states by their tokens, so that a prompt that extends an earlier one only runs the new tokens. */
import type { FloatTensor } from '../tensor.ts';

export type DecoderState = Readonly<Record<string, FloatTensor>>;

/**
 * Decoding leaves a state at every token; states in and at the end of prompts are worth more, and must not be evicted
 * by those.
 */
export type StateKind = 'prompt' | 'token';

export interface CachedState {
  readonly kind: StateKind;
  /** The memory used, and the tokens. */
  readonly memory: string;
  readonly ids: ArrayLike<number>;
  readonly state: DecoderState;
  /** After the last token; absent if not requested. */
  readonly logits?: Float32Array;
}

/** Keeps the most recently used of each kind, about a megabyte each. */
export class StateCache {
  readonly #most: Readonly<Record<StateKind, number>>;
  /** Most recently used last. */
  #entries: CachedState[] = [];

  constructor(most: Readonly<Record<StateKind, number>>) {
    this.#most = most;
  }

  /** The longest state whose tokens are a prefix of `ids`, at most `longest` long. */
  find(memory: string, ids: ArrayLike<number>, longest: number): CachedState | undefined {
    let best: CachedState | undefined;
    for (const entry of this.#entries) {
      const { length } = entry.ids;
      if (entry.memory !== memory || length > longest || length <= (best?.ids.length ?? -1)) continue;
      if (isPrefix(entry.ids, ids)) best = entry;
    }
    if (best !== undefined) this.#entries = [...this.#entries.filter(entry => entry !== best), best];
    return best;
  }

  keep(entry: CachedState): void {
    const others = this.#entries.filter(
      other =>
        other.memory !== entry.memory ||
        other.ids.length !== entry.ids.length ||
        !isPrefix(other.ids, entry.ids),
    );
    let room = this.#most[entry.kind];
    this.#entries = [...others, entry]
      .reverse()
      .filter(({ kind }) => kind !== entry.kind || room-- > 0)
      .reverse();
  }

  /** Drops states of a memory that is no longer held. */
  forget(memory: string): void {
    this.#entries = this.#entries.filter(entry => entry.memory !== memory);
  }
}

function isPrefix(start: ArrayLike<number>, ids: ArrayLike<number>): boolean {
  if (start.length > ids.length) return false;
  // Prompts differ near their end.
  for (let at = start.length - 1; at >= 0; at--) if (start[at] !== ids[at]) return false;
  return true;
}
