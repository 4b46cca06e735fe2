/**
 * Finds the next place for a repeated change: after the same change in two lines of a file, shows where else it
 * applies. Uses only the edit history and the text.
 */

import { isName, lexemesOf } from '../names/words.ts';
import { canScan, Scanner } from '../source-text/scanner.ts';
import { type Language, languageOf } from '../workspace/language.ts';

/** A changed line. */
export interface LineEdit {
  readonly before: string;
  readonly after: string;
  /** 0-based, at the time of the edit. */
  readonly line: number;
}

export interface NextEdit {
  /** 0-based line, and UTF-16 units in it. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly oldText: string;
  readonly newText: string;
}

/** Edits kept per document; larger documents are not tracked. */
const maxEdits = 30;
const largestDocument = 200_000;

/** The latest edits of one document. */
export class EditHistory {
  #lines: readonly string[] | undefined;
  #edits: LineEdit[] = [];

  get edits(): readonly LineEdit[] {
    return this.#edits;
  }

  /** The document's text has changed, by one key or more. */
  changed(text: string): void {
    const before = this.#lines;
    this.#lines = text.length > largestDocument ? undefined : text.split(/\r\n?|\n/);
    if (before === undefined || this.#lines === undefined) return;
    const now = this.#lines;
    if (before.length !== now.length) return;
    const line = now.findIndex((one, i) => one !== before[i]);
    if (line < 0 || now.findLastIndex((one, i) => one !== before[i]) !== line) return;
    this.#note({ before: before[line]!, after: now[line]!, line });
  }

  /** Consecutive typing in one line is one edit. */
  #note(edit: LineEdit): void {
    const last = this.#edits.at(-1);
    if (last?.line !== edit.line || last.after !== edit.before) {
      this.#edits.push(edit);
      if (this.#edits.length > maxEdits) this.#edits.shift();
      return;
    }
    this.#edits.pop();
    if (last.before !== edit.after) this.#edits.push({ ...last, after: edit.after });
  }
}

/** Old and new content of a change and its surroundings, as lexemes. */
interface Change {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Nearest last, and nearest first. */
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** `undefined` matches any name. */
type Pattern = readonly (string | undefined)[];

/** Lexemes compared on either side of a change. */
const reach = 6;
/** Lines with the same change before another is offered. */
const minRepeated = 2;

/**
 * The next place for the latest change: below it first, then from the top.
 * @returns undefined if it was made only once, or applies nowhere else
 */
export function nextEdit(path: string, text: string, edits: readonly LineEdit[]): NextEdit | undefined {
  const latest = edits.at(-1);
  const change = latest && changeOf(latest);
  if (latest === undefined || change === undefined) return undefined;
  const same = edits
    .slice(0, -1)
    .filter(({ line }) => line !== latest.line)
    .map(changeOf)
    .filter(other => other !== undefined && isSame(other.from, change.from) && isSame(other.to, change.to));
  if (same.length + 1 < minRepeated) return undefined;
  const [left, right] = same.reduce<[Pattern, Pattern]>(
    ([l, r], other) => [shared(l.toReversed(), other!.left.toReversed()).reverse(), shared(r, other!.right)],
    [change.left, change.right],
  );
  // Without a known name, nothing distinguishes one place from another.
  const known = [...left, ...change.from, ...right].filter(one => one !== undefined && isName(one));
  if (known.length === 0 || (change.from.length === 0 && left.length + right.length < 2)) return undefined;
  const lines = text.split(/\r\n?|\n/);
  const states = inCode(lines, languageOf(path));
  for (let i = 1; i <= lines.length; i++) {
    const line = (latest.line + i) % lines.length;
    const found = placeIn(lines[line]!, change, left, right);
    if (found !== undefined && states(line, found.start)) return { line, ...found };
  }
  return undefined;
}

function changeOf({ before, after }: LineEdit): Change | undefined {
  const [from, to] = [lexemesOf(before.trim()), lexemesOf(after.trim())];
  // An added or removed line says nothing about others.
  if (from.length === 0 || to.length === 0) return undefined;
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  )
    end++;
  const change = {
    from: from.slice(start, from.length - end),
    to: to.slice(start, to.length - end),
    left: from.slice(Math.max(0, start - reach), start),
    right: from.slice(from.length - end, from.length - end + reach),
  };
  const isNothing = change.to.join('').trim() === '' && change.from.join('').trim() === '';
  // A rewritten line has little in common with the old one.
  return isNothing || change.from.length > reach ? undefined : change;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((lexeme, i) => lexeme === other[i]);
}

/** The common prefix of two runs, up to names. */
function shared(one: Pattern, other: Pattern): (string | undefined)[] {
  const common: (string | undefined)[] = [];
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const [a, b] = [one[i], other[i]];
    if (a === b) common.push(a);
    else if (isValue(a) && isValue(b)) common.push(undefined);
    else break;
  }
  return common;
}

function isValue(lexeme: string | undefined): boolean {
  return lexeme === undefined || isName(lexeme) || /^\p{N}/u.test(lexeme);
}

function placeIn(
  line: string,
  { from, to }: Change,
  left: Pattern,
  right: Pattern,
): Omit<NextEdit, 'line'> | undefined {
  const lexemes = lexemesOf(line);
  const wanted: Pattern = [...left, ...from, ...right];
  for (let at = 0; at + wanted.length <= lexemes.length; at++) {
    if (!wanted.every((one, i) => (one === undefined ? isValue(lexemes[at + i]) : one === lexemes[at + i])))
      continue;
    const first = at + left.length;
    if (isMadeAt(lexemes, first, from, to)) continue;
    const start = lexemes.slice(0, first).join('').length;
    const oldText = from.join('');
    return { start, end: start + oldText.length, oldText, newText: to.join('') };
  }
  return undefined;
}

/** Whether a place is part of what the change makes of one: it has been made there. */
function isMadeAt(
  lexemes: readonly string[],
  first: number,
  from: readonly string[],
  to: readonly string[],
): boolean {
  for (let lead = Math.min(first, to.length - from.length); lead >= 0; lead--) {
    const start = first - lead;
    if (
      isSame(to.slice(lead, lead + from.length), from) &&
      isSame(lexemes.slice(start, start + to.length), to)
    )
      return true;
  }
  return false;
}

/** Whether a place is code, as far as can be told. */
function inCode(lines: readonly string[], language: Language): (line: number, start: number) => boolean {
  if (!canScan(language)) return () => true;
  const scanner = new Scanner(language);
  const states = lines.map(line => {
    const state = scanner.fork();
    scanner.feed(`${line}\n`);
    return state;
  });
  return (line, start) => states[line]!.fork().feed(lines[line]!.slice(0, start)).kind !== 'comment';
}
