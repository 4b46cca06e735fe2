/**
 * Speculative decoding (Leviathan et al., arXiv 2211.17192) with external drafts, such as what followed the same
 * context elsewhere. A draft is a guess without a distribution, so it is accepted where the model would have chosen the
 * same token: every token is chosen from the model's logits after the tokens before it, with or without drafts. Only
 * the number of runs differs.
 */
import type { Choose } from './sampling.ts';

/** Follows the decoded tokens and guesses the next ones. */
export interface Drafter {
  push(token: number): void;
  /** At most `count` tokens; empty without a guess. */
  draft(count: number): ArrayLike<number>;
}

export interface SpeculationOptions {
  /** Logits after each of the last `positions` tokens: [positions, V]. */
  readonly decode: (ids: Int32Array, positions: number) => Promise<Float32Array>;
  readonly choose: Choose;
  readonly drafter?: Drafter;
  /** Stops decoding after such a token. */
  readonly isEnd: (token: number) => boolean;
  readonly maxTokens: number;
}

export interface Speculated {
  readonly tokens: readonly number[];
  /** Model runs after the prompt, and accepted draft tokens. */
  readonly runs: number;
  readonly accepted: number;
}

/** Longer drafts are seldom right to the end. */
const longestDraft = 12;
/**
 * Checking a draft costs as much as four single tokens (nano, one thread): drafts are checked after this many right
 * guesses in a row.
 */
const trusted = 2;
/** After wrong guesses, drafting pauses for 1, 2, 4 … tokens, because looking for drafts takes time too. */
const longestPause = 8;

/** Continues a prompt. The prompt itself runs as without drafts, so that both start from the same state. */
export async function speculate(prompt: ArrayLike<number>, options: SpeculationOptions): Promise<Speculated> {
  const { decode, choose, drafter, isEnd, maxTokens } = options;
  const ids = Array.from(prompt);
  const tokens: number[] = [];
  const guesses = new Guesses(drafter);
  let [runs, accepted] = [0, 0];
  const isDone = (): boolean => tokens.length >= maxTokens || (tokens.length > 0 && isEnd(tokens.at(-1)!));
  const push = (token: number): void => {
    ids.push(token);
    tokens.push(token);
    drafter?.push(token);
  };
  if (maxTokens > 0) push(choose(await decode(Int32Array.from(ids), 1)));
  while (!isDone()) {
    const room = Math.min(longestDraft, maxTokens - tokens.length - 1);
    const drafts = guesses.next(room);
    const logits = await decode(Int32Array.from([...ids, ...drafts]), drafts.length + 1);
    const vocabulary = logits.length / (drafts.length + 1);
    runs++;
    for (let at = 0; at <= drafts.length && !isDone(); at++) {
      const token = choose(logits.subarray(at * vocabulary, (at + 1) * vocabulary));
      push(token);
      guesses.compare(token);
      if (token !== drafts[at]) break;
      accepted++;
    }
  }
  return { tokens, runs, accepted };
}

/** The drafter's guesses, and how far to trust them. */
class Guesses {
  readonly #drafter: Drafter | undefined;
  #left: number[] = [];
  #rightInRow = 0;
  #wrongInRow = 0;
  /** Tokens until the drafter is called again. */
  #pause = 0;

  constructor(drafter: Drafter | undefined) {
    this.#drafter = drafter;
  }

  /** A draft worth checking in one run: at most `room` tokens. */
  next(room: number): number[] {
    if (this.#left.length === 0 && this.#pause === 0) {
      this.#left = Array.from(this.#drafter?.draft(longestDraft) ?? []);
      if (this.#left.length === 0) this.#rest();
    }
    return this.#rightInRow >= trusted ? this.#left.slice(0, room) : [];
  }

  compare(token: number): void {
    const guess = this.#left.shift();
    if (guess === undefined) {
      this.#pause = Math.max(0, this.#pause - 1);
    } else if (guess === token) {
      this.#rightInRow++;
      this.#wrongInRow = 0;
    } else {
      this.#rest();
    }
  }

  #rest(): void {
    this.#left = [];
    this.#rightInRow = 0;
    this.#pause = Math.min(2 ** this.#wrongInRow++, longestPause);
  }
}
