import { indentOf, indentUnitOf } from '../fitting/indent.ts';
import { Scanner } from '../source-text/scanner.ts';
import type { Language } from '../workspace/language.ts';

/** A bracket or quote that the editor closed automatically. */
interface Closer {
  /** Its position in the target. */
  readonly at: number;
  /** Text before it in the editor: empty, or a line break and indentation after Enter between the pair. */
  readonly lead: string;
}

/**
 * Types a known text in an editor with default settings: openers are closed automatically, typing an auto-inserted
 * closer steps over it, and Enter indents. Text before the cursor equals the target, except that a new line may have
 * the editor's indentation until it is corrected.
 *
 * A closer that is not in the target counts as deleted at once.
 */
export class Typist {
  readonly #target: string;
  readonly #end: number;
  readonly #limit: number;
  readonly #language: Language;
  readonly #unit: string;
  /** Position of each opener's closer in the target. */
  readonly #pairs: ReadonlyMap<number, number>;
  #closers: Closer[] = [];
  #at: number;
  /** The editor's indentation of the current line, if it differs from the target's. */
  #indent: string | undefined;

  /**
   * @param target the finished text
   * @param start where typing begins; the text before it exists
   * @param end where it ends
   * @param limit how far a suggestion may be right: the end of the target, or the start of existing text
   */
  constructor(target: string, start: number, end: number, limit: number, language: Language) {
    this.#target = target;
    this.#at = start + indentOf(target.slice(start)).length;
    this.#end = end;
    this.#limit = limit;
    this.#language = language;
    this.#unit = indentUnitOf(target) ?? '  ';
    this.#pairs = pairsOf(target, language);
  }

  /** Length of the target before the cursor, in UTF-16 units. */
  get at(): number {
    return this.#at;
  }

  get isDone(): boolean {
    return this.#at >= this.#end;
  }

  /** The text before the cursor. */
  get before(): string {
    if (this.#indent === undefined) return this.#target.slice(0, this.#at);
    return this.#target.slice(0, this.#target.lastIndexOf('\n', this.#at - 1) + 1) + this.#indent;
  }

  /** The text that the editor inserted after the cursor. */
  get closers(): string {
    return this.#closers.map(({ at, lead }) => lead + this.#target[at]!).join('');
  }

  /**
   * Whether a suggestion is correct: inserted at the cursor, it gives the target up to the end of a word, within the
   * limit.
   */
  comes(text: string): boolean {
    const written = this.before + text;
    if (written.length > this.#limit || !this.#target.startsWith(written)) return false;
    return !(/[\p{L}\p{N}_$]$/u.test(text) && /^[\p{L}\p{N}_$]/u.test(this.#target.slice(written.length)));
  }

  /** Whether the next key begins a line or a word. */
  get start(): 'line' | 'word' | undefined {
    if (this.#indent !== undefined) return undefined;
    const char = this.#target[this.#at] ?? '\n';
    const last = this.#target[this.#at - 1] ?? '\n';
    if (char !== '\n' && /\n[ \t]*$/.test(this.#target.slice(Math.max(0, this.#at - 200), this.#at)))
      return 'line';
    return isWord(char) && !isWord(last) ? 'word' : undefined;
  }

  /**
   * Types the next key.
   * @returns characters of the target written, without indentation: 1, or 0 if the indentation was corrected or the
   * editor had written it
   */
  type(): number {
    if (this.#indent !== undefined) {
      this.#indent = undefined;
      if (this.#target[this.#at] !== '\n') return 0;
    }
    const char = this.#target[this.#at]!;
    const [top] = this.#closers;
    if (top?.at === this.#at) {
      this.#closers.shift();
      this.#at++;
      return 1;
    }
    if (char === '\n') return this.#enter(top);
    const closedAt = this.#pairs.get(this.#at);
    const wasInString = this.#isInString();
    this.#at++;
    if (closedAt !== undefined && this.#closesItself(char, wasInString))
      this.#closers.unshift({ at: closedAt, lead: '' });
    return 1;
  }

  /**
   * Accepts a correct suggestion.
   * @returns characters of the target written, without indentation and what the editor had written
   */
  accept(text: string): number {
    const from = this.#at;
    this.#at = this.before.length + text.length;
    this.#indent = undefined;
    const taken = this.#closers.filter(({ at }) => at < this.#at);
    this.#closers = this.#closers.filter(({ at }) => at >= this.#at);
    const given = taken.reduce((sum, { lead }) => sum + (lead === '' ? 1 : 2), 0);
    const written = this.#target.slice(from, this.#at).replace(/\n[ \t]*/g, '\n');
    return Math.max(0, written.length - given);
  }

  #enter(top: Closer | undefined): number {
    const next = this.#target.slice(this.#at + 1);
    const indent = indentOf(next);
    // The auto-inserted closer on its own line comes next: the cursor moves there.
    if (top !== undefined && top.lead !== '' && top.at === this.#at + 1 + indent.length) {
      this.#closers.shift();
      this.#at = top.at + 1;
      return 0;
    }
    const line = this.#target.slice(this.#target.lastIndexOf('\n', this.#at - 1) + 1, this.#at);
    const base = indentOf(line);
    const isBetween = top !== undefined && top.lead === '' && this.#pairs.get(this.#at - 1) === top.at;
    if (isBetween && /[)\]}]/.test(this.#target[top.at]!))
      this.#closers[0] = { at: top.at, lead: `\n${base}` };
    const opens =
      /[([{]$/.test(line.trimEnd()) || (this.#language.id === 'python' && line.trimEnd().endsWith(':'));
    const editors = opens ? base + this.#unit : base;
    this.#at += 1 + indent.length;
    const isBlank = next.slice(indent.length).startsWith('\n');
    this.#indent = editors === indent && !isBlank ? undefined : editors;
    return 1;
  }

  /** Whether the editor closes an opener here: before white space, closers or the end; quotes in code only. */
  #closesItself(char: string, wasInString: boolean): boolean {
    if (this.#language.kind === 'prose') return false;
    if (/["'`]/.test(char) && wasInString) return false;
    const after = this.#closers.length > 0 ? this.closers : '';
    return after === '' || /^[\s;:.,=}\])>]/.test(after);
  }

  #isInString(): boolean {
    const char = this.#target[this.#at]!;
    return (
      /["'`]/.test(char) && new Scanner(this.#language).feed(this.#target.slice(0, this.#at)).kind !== 'code'
    );
  }
}

/** Openers and their closers: brackets, and quotes that end on their line. Mismatched brackets have no pair. */
export function pairsOf(text: string, language: Language): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  let quote: number | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\') i++;
    else if (quote !== undefined) {
      if (char === text[quote]) {
        pairs.set(quote, i);
        quote = undefined;
      } else if (char === '\n') quote = undefined;
    } else if (char === '"' || char === '`' || (char === "'" && opensString(text, i, language))) quote = i;
    else if ('([{'.includes(char)) open.push(i);
    else if (')]}'.includes(char)) {
      const last = open.pop();
      if (last !== undefined && text[last] === opener[char]) pairs.set(last, i);
    }
  }
  return pairs;
}

const opener: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function isWord(char: string): boolean {
  return /[\p{L}\p{N}_$]/u.test(char);
}

/** An apostrophe within a word or before a lifetime does not open a string. */
function opensString(text: string, at: number, { id }: Language): boolean {
  return id !== 'rust' && !/\w/.test(text[at - 1] ?? '');
}
