/**
 * A code model's prompt at a cursor, with fill-in-the-middle (Bavarian et al., arXiv 2207.14255) if the model supports
 * it.
 */
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';
import type { RelatedText } from '../engine/messages.ts';

export interface CursorText {
  readonly before: string;
  readonly after: string;
}

/** What stands before the document's own text: first, so that it is prefilled once for a document. */
export interface OtherFiles {
  /** Of the document. */
  readonly path: string;
  readonly related: readonly RelatedText[];
}

/** Where a prompt's middle starts: the next keystroke's prompt starts there too, so nothing is prefilled twice. */
export interface Anchor {
  /** All text before it; ends with a line break. */
  readonly before: string;
  /** Start of the window in it, in UTF-16 units. */
  readonly start: number;
  /** The text after the cursor that the model gets. */
  readonly after: string;
}

export interface CoderPrompt {
  readonly ids: readonly number[];
  /** How many of them stand before the text after the cursor: what the next session will most probably read as well. */
  readonly prefix: number;
  /**
   * The end of the text before the cursor that is not in `ids`, and that the output must start with: the model has
   * never seen a partial word as a token there.
   */
  readonly held: string;
  /** For later prompts at this place; undefined without fill-in-the-middle, where prompts only grow. */
  readonly anchor: Anchor | undefined;
}

/**
 * Minimum lines above the cursor, and how many more before the window moves: moving it with every line would cost a new
 * prefill each time.
 */
const linesBefore = 32;
const linesPerMove = 16;
/** A window that starts where the last one did may vary in length. */
const mostKept = 72;
const leastKept = 16;
const mostBefore = 6000;
const linesAfter = 8;
const mostAfter = 300;
/** Lines typed before the middle moves down. */
const linesInMiddle = 16;
const mostInMiddle = 2000;

/**
 * The prompt is prefix, suffix, middle. Text typed at one place goes into the middle, after the suffix: if the prefix
 * grew, each key would cost a prefill of the suffix.
 * @param previous the anchor of the last prompt in this document
 */
export function promptOf(
  tokenizer: DecoderTokenizer,
  { before, after }: CursorText,
  previous?: Anchor,
  others?: OtherFiles,
): CoderPrompt {
  const begin = tokenizer.begin === undefined ? [] : [tokenizer.begin];
  const middle = tokenizer.fillInMiddle;
  if (middle === undefined) {
    const { text, held } = withoutHeld(windowBefore(before));
    const ids = [...begin, ...tokenizer.encode(text)];
    return { ids, prefix: ids.length, held, anchor: undefined };
  }
  const follows = windowAfter(after);
  const isSame = previous !== undefined && previous.after === follows && isAbove(previous, before);
  const anchor = isSame ? previous : anchorAt(before.slice(0, anchorIn(before)), follows, previous);
  const { text, held } = withoutHeld(before.slice(anchor.before.length));
  const told = others === undefined ? [] : idsOf(tokenizer, middle.file, others);
  const prefix = [...begin, ...told, middle.prefix, ...tokenizer.encode(anchor.before.slice(anchor.start))];
  return {
    ids: [...prefix, middle.suffix, ...tokenizer.encode(follows), middle.middle, ...tokenizer.encode(text)],
    prefix: prefix.length,
    held,
    anchor,
  };
}

/** Other files, and the document's path, each after the separator that the model was trained with; nothing without one. */
function idsOf(
  tokenizer: DecoderTokenizer,
  separator: number | undefined,
  { path, related }: OtherFiles,
): number[] {
  if (separator === undefined || related.length === 0) return [];
  const files = related.map(other => `${other.path}\n${other.text}\n`);
  return [...files, `${path}\n`].flatMap(file => [separator, ...tokenizer.encode(file)]);
}

/** The start of the cursor's line; in a very long line, a later place. */
function anchorIn(before: string): number {
  return Math.max(before.lastIndexOf('\n') + 1, before.length - mostInMiddle);
}

function anchorAt(before: string, after: string, previous: Anchor | undefined): Anchor {
  const start = previous !== undefined && isNear(before, previous) ? previous.start : startOf(before);
  return { before, start, after };
}

/** Whether the last window can be kept, so that it need not be prefilled again. */
function isNear(before: string, { before: last, start }: Anchor): boolean {
  if (before.length < start || !last.startsWith(before.slice(0, start))) return false;
  const text = before.slice(start);
  const lines = text.split('\n').length;
  return text.length <= mostBefore && lines <= mostKept && (start === 0 || lines >= leastKept);
}

function startOf(before: string): number {
  return before.length - windowBefore(before).length;
}

function isAbove(anchor: Anchor, before: string): boolean {
  if (!before.startsWith(anchor.before)) return false;
  const typed = before.slice(anchor.before.length);
  return typed.length <= mostInMiddle && typed.split('\n').length <= linesInMiddle;
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

/** Drops auto-closed brackets and quotes, which come and go with each key; the model closes what it must. */
function windowAfter(after: string): string {
  const end = after.indexOf('\n');
  const line = end < 0 ? after : after.slice(0, end);
  const follows = /^[)\]}>"'`;,\s]*$/.test(line) ? after.slice(line.length) : after;
  return follows
    .split('\n', linesAfter + 1)
    .slice(0, linesAfter)
    .join('\n')
    .slice(0, mostAfter);
}

const longestHeld = 40;

/** A word with the blank or the marks before it, marks, or a blank: tokens combine what is before the cursor so with what follows. */
const heldPattern =
  /(?:[ \t]|[ \t]?[^\s\p{L}\p{N}_$]{1,4})?[\p{L}_$][\p{L}\p{N}_$]*$|[ \t]?[^\s\p{L}\p{N}_$]{1,4}$|[ \t]$/u;

function withoutHeld(text: string): { text: string; held: string } {
  const held = heldPattern.exec(text.slice(-longestHeld))?.[0] ?? '';
  return { text: text.slice(0, text.length - held.length), held };
}
