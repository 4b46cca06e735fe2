/**
 * A code model's prompt at a cursor, with fill-in-the-middle (Bavarian et al., arXiv 2207.14255) if the model supports
 * it.
 */
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';

export interface CursorText {
  readonly before: string;
  readonly after: string;
}

export interface CoderPrompt {
  readonly ids: readonly number[];
  /**
   * The end of the text before the cursor that is not in `ids`, and that the output must start with: the model has
   * never seen a partial word as a token there.
   */
  readonly held: string;
}

/**
 * Minimum lines above the cursor, and how many more before the window moves: moving it with every line would cost a new
 * prefill each time.
 */
const linesBefore = 48;
const linesPerMove = 24;
const mostBefore = 8000;
const linesAfter = 12;
const mostAfter = 400;

export function promptOf(tokenizer: DecoderTokenizer, { before, after }: CursorText): CoderPrompt {
  const { text, held } = withoutHeld(windowBefore(before));
  const begin = tokenizer.begin === undefined ? [] : [tokenizer.begin];
  const middle = tokenizer.fillInMiddle;
  if (middle === undefined) return { ids: [...begin, ...tokenizer.encode(text)], held };
  return {
    ids: [
      ...begin,
      middle.prefix,
      ...tokenizer.encode(text),
      middle.suffix,
      ...tokenizer.encode(windowAfter(after)),
      middle.middle,
    ],
    held,
  };
}

/** Whole lines, unless one alone is too long. */
function windowBefore(before: string): string {
  const lines = before.split('\n');
  const first = Math.max(0, Math.floor((lines.length - linesBefore) / linesPerMove) * linesPerMove);
  const text = lines.slice(first).join('\n');
  if (text.length <= mostBefore) return text;
  const cut = text.slice(text.length - mostBefore);
  return cut.slice(cut.indexOf('\n') + 1);
}

function windowAfter(after: string): string {
  const lines = after
    .split('\n', linesAfter + 1)
    .slice(0, linesAfter)
    .join('\n');
  return lines.slice(0, mostAfter);
}

const longestHeld = 40;

/** The word before the cursor with its leading blank, as tokens combine them. */
function withoutHeld(text: string): { text: string; held: string } {
  const held = /[ \t]?[\p{L}_$][\p{L}\p{N}_$]*$|[ \t]$/u.exec(text.slice(-longestHeld))?.[0] ?? '';
  return { text: text.slice(0, text.length - held.length), held };
}
