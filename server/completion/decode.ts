import type { AsyncHypothesis, TokenPlace } from '../copy-memory/predictor.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { TimeSlice } from './time-slice.ts';

/** A rest of a line, decoded token by token. */
export interface Decoded {
  /** Text after the typed start. */
  readonly rest: string;
  /** Product of the tokens' probabilities, given the typed text. */
  readonly probability: number;
  readonly places: readonly TokenPlace[];
}

export interface DecodeOptions {
  /** Typed part of the next token; the result starts after it. */
  readonly typed: string;
  /** Hypotheses kept at each step. */
  readonly beam: number;
  readonly maxTokens: number;
  /** After its deadline, returns only what has ended by then. */
  readonly turn?: TimeSlice;
}

interface Beam {
  readonly hypothesis: AsyncHypothesis;
  readonly bytes: readonly number[];
  readonly score: number;
  readonly isEnded: boolean;
}

/**
 * Decodes to the end of the line by beam search: for predictors without sources to copy from, and for lines combined
 * from several sources. Best first; drops what did not end within the token budget.
 */
export async function decodeLine(
  start: AsyncHypothesis,
  tokenizer: Tokenizer,
  options: DecodeOptions,
): Promise<Decoded[]> {
  const typed = new TextEncoder().encode(options.typed);
  let beams: Beam[] = [{ hypothesis: start, bytes: [], score: 0, isEnded: false }];
  for (let step = 0; step < options.maxTokens && beams.some(beam => !beam.isEnded); step++) {
    await options.turn?.next();
    if (options.turn?.isLate()) break;
    const next: Beam[] = [];
    for (const beam of beams)
      next.push(...(beam.isEnded ? [beam] : await extend(beam, typed, tokenizer, options.beam)));
    beams = next.sort((a, b) => b.score - a.score).slice(0, options.beam);
    // The best has ended, and nothing else can overtake it.
    if (beams[0]?.isEnded) break;
  }
  return beams
    .filter(beam => beam.isEnded)
    .map(beam => ({
      rest: restOf(beam.bytes, typed.length),
      probability: Math.exp(beam.score),
      places: beam.hypothesis.provenance(mostPlaces),
    }));
}

const mostPlaces = 3;
/** Less probable tokens are not followed. */
const leastProbability = 0.02;

async function extend(beam: Beam, typed: Uint8Array, tokenizer: Tokenizer, count: number): Promise<Beam[]> {
  const left = typed.subarray(Math.min(typed.length, beam.bytes.length));
  const { predictions } = await beam.hypothesis.next(left.length > 0 ? left : undefined);
  const beams: Beam[] = [];
  for (const { token, probability } of predictions.slice(0, count)) {
    if (probability < leastProbability) break;
    const score = beam.score + Math.log(probability);
    if (tokenizer.isSpecial(token)) {
      beams.push({ ...beam, score, isEnded: true });
      continue;
    }
    const bytes = [...beam.bytes, ...tokenizer.bytesOf(token)];
    const hypothesis = beam.hypothesis.fork();
    hypothesis.push(token);
    beams.push({ hypothesis, bytes, score, isEnded: bytes.indexOf(lineFeed, typed.length) >= 0 });
  }
  return beams;
}

const lineFeed = 0x0a;

function restOf(bytes: readonly number[], start: number): string {
  const end = bytes.indexOf(lineFeed, start);
  return new TextDecoder().decode(Uint8Array.from(bytes.slice(start, end < 0 ? undefined : end)));
}
