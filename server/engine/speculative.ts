/**
 * Speculative decoding (Leviathan et al., arXiv 2211.17192) with drafts that somebody else gives, such as what followed the same
 * context elsewhere. A draft is a guess without a distribution, so it stands where the model would have chosen the same token: every
 * token is chosen from the model's logits after the tokens before it, with drafts as without. Only the number of runs differs.
 */
import type { Choose } from './sampling.ts';

/** Follows what is decoded, and guesses how it goes on. */
export interface Drafter {
  push(token: number): void;
  /** At most `count` tokens; none where it does not know. */
  draft(count: number): ArrayLike<number>;
}

export interface SpeculationOptions {
  /** Logits after each of the last `positions` tokens: [positions, V]. */
  readonly decode: (ids: Int32Array, positions: number) => Promise<Float32Array>;
  readonly choose: Choose;
  readonly drafter?: Drafter;
  /** Nothing after such a token is wanted; it is the last one. */
  readonly isEnd: (token: number) => boolean;
  readonly maxTokens: number;
}

export interface Speculated {
  readonly tokens: readonly number[];
  /** How often the model ran after the prompt, and how many tokens of drafts stood. */
  readonly runs: number;
  readonly accepted: number;
}

/** Each run costs as much as a few tokens more; drafts that long are seldom right to the end. */
const longestDraft = 12;

/** Continues a prompt. The prompt itself is run as without drafts, so that both start from the same state. */
export async function speculate(prompt: ArrayLike<number>, options: SpeculationOptions): Promise<Speculated> {
  const { decode, choose, drafter, isEnd, maxTokens } = options;
  const ids = Array.from(prompt);
  const tokens: number[] = [];
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
    const drafts = Array.from(drafter?.draft(room) ?? []).slice(0, room);
    const logits = await decode(Int32Array.from([...ids, ...drafts]), drafts.length + 1);
    const vocabulary = logits.length / (drafts.length + 1);
    runs++;
    for (let at = 0; at <= drafts.length && !isDone(); at++) {
      const token = choose(logits.subarray(at * vocabulary, (at + 1) * vocabulary));
      push(token);
      if (token !== drafts[at]) break;
      accepted++;
    }
  }
  return { tokens, runs, accepted };
}
