/** From logits to tokens: greedy or sampled, with drafts checked several per run. */
import type { Logits } from './model.ts';
import type { DecoderSession } from './session.ts';

/** Chooses the next token from its logits, [V]. */
export type Choose = (logits: Float32Array) => number;

/** Guesses the next tokens, for example from what followed the same words elsewhere. */
export interface DraftSource {
  /** At most `count` tokens to follow the session's tokens and then `tokens`. */
  draft(tokens: readonly number[], count: number): ArrayLike<number>;
}

export interface DecodeOptions {
  readonly maxTokens: number;
  readonly choose: Choose;
  /** Stops decoding after such a token. */
  readonly isEnd: (token: number) => boolean;
  readonly drafts?: DraftSource;
  readonly signal?: AbortSignal;
  /** Awaited before each run, as in `DecoderSession.read`. */
  readonly between?: () => Promise<void>;
}

export interface Decoded {
  readonly tokens: readonly number[];
  /** Natural log-probability of each token given those before it. */
  readonly logProbabilities: readonly number[];
  /** Model runs, and accepted draft tokens. */
  readonly runs: number;
  readonly accepted: number;
}

/** Draft tokens per run: eight tokens cost two to three times as much as one. */
const longestDraft = 7;
/** After wrong guesses, runs without drafts: 1, 2, 4 … */
const longestPause = 8;

/**
 * Continues a sequence after the logits of its last token. Drafts do not change the result: a draft is accepted where
 * the model would have chosen it. Afterwards the session has all tokens except the last.
 */
export async function decode(
  session: DecoderSession,
  last: Logits,
  vocabulary: number,
  { maxTokens, choose, isEnd, drafts, signal, between }: DecodeOptions,
): Promise<Decoded> {
  const tokens: number[] = [];
  const logProbabilities: number[] = [];
  let [runs, accepted, wrong, pause] = [0, 0, 0, 0];
  const take = ({ logits, normalizers }: Logits, row: number): number => {
    const rowLogits = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    const token = choose(rowLogits);
    tokens.push(token);
    logProbabilities.push(rowLogits[token]! - normalizers[row]!);
    return token;
  };
  const isDone = (): boolean => tokens.length >= maxTokens || (tokens.length > 0 && isEnd(tokens.at(-1)!));
  if (maxTokens > 0) take(last, last.normalizers.length - 1);
  while (!isDone()) {
    const room = Math.min(longestDraft, maxTokens - tokens.length - 1);
    const guesses =
      pause > 0 || drafts === undefined ? [] : Array.from(drafts.draft(tokens, room)).slice(0, room);
    pause = Math.max(0, pause - 1);
    const length = session.ids.length;
    const ids = [tokens.at(-1)!, ...guesses];
    const logits = await session.read(ids, {
      positions: ids.length,
      tentative: true,
      ...(signal !== undefined && { signal }),
      ...(between !== undefined && { between }),
    });
    runs++;
    let taken = 0;
    while (taken < ids.length && !isDone()) {
      const guess = guesses[taken];
      if (take(logits, taken++) !== guess) break;
      accepted++;
    }
    // The last token is not in the session yet, even if a draft guessed it.
    session.truncate(length + taken);
    if (guesses.length > 0 && taken === 1) pause = Math.min(2 ** wrong++, longestPause);
    else if (taken > 1) wrong = 0;
  }
  return { tokens, logProbabilities, runs, accepted };
}
