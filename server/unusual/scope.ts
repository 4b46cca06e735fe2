/** Which names of a file are visible where, as far as indentation tells: in any language, without its grammar. */
import type { FileUnit } from './file-units.ts';

interface CodeLine {
  /** From 1. */
  readonly line: number;
  /** Of the line that the statement begins in, which goes on in open round or square brackets, and in braces around names that it declares. */
  readonly indent: number;
  /** The line that the statement begins in. */
  readonly head: number;
}

export class Scope {
  readonly #lines: readonly string[];
  readonly #code: CodeLine[] = [];
  /** Indexes of `#code` by line. */
  readonly #indexes = new Map<number, number>();
  /** Where a name stands that is no member of something. */
  readonly #uses = new Map<string, FileUnit[]>();
  readonly #texts = new Set<string>();

  /**
   * @param units of the file, without comments
   * @param lines of the file
   */
  constructor(units: readonly FileUnit[], lines: readonly string[]) {
    this.#lines = lines;
    const open: { readonly mark: string; readonly head: number }[] = [];
    let previous: FileUnit | undefined;
    for (const unit of units) {
      this.#texts.add(unit.text);
      const { head } = this.#lineOf(unit, previous, open.at(-1));
      if (unit.kind === 'mark') note(unit.text, head, open);
      else if (unit.kind !== 'string' && !/(?:\.|->|::)$/.test(previous?.text ?? '')) this.#note(unit);
      previous = unit;
    }
  }

  #note(unit: FileUnit): void {
    const uses = this.#uses.get(unit.text);
    if (uses === undefined) this.#uses.set(unit.text, [unit]);
    else uses.push(unit);
  }

  /** The line of a unit, which is noted by its first one. @param around the innermost bracket that is open */
  #lineOf(
    { line, kind }: FileUnit,
    previous: FileUnit | undefined,
    around: { readonly mark: string; readonly head: number } | undefined,
  ): CodeLine {
    const known = this.#indexes.get(line);
    if (known !== undefined) return this.#code[known]!;
    const text = this.#lines[line - 1] ?? '';
    const own = { indent: indentOf(text), head: line };
    const begun = around && this.#code[this.#indexes.get(around.head)!]!;
    const inBraces = around?.mark === '{';
    const opening = this.#lines[(begun?.line ?? 0) - 1] ?? '';
    const endsNames =
      inBraces &&
      (/^\s*\}\s*(?:=|from\b)/.test(text) || (/^\s*\}/.test(text) && /^\s*(?:pub\s+)?use\b/.test(opening)));
    if (endsNames)
      for (let i = this.#code.length - 1; this.#code[i]!.line > begun!.line; i--)
        this.#code[i] = { ...begun!, line: this.#code[i]!.line };
    // A string that goes on belongs to the statement that it stands in, however it is indented.
    const inString = kind === 'string' || previous?.kind === 'string';
    const { indent, head } = inString
      ? (this.#code.at(-1) ?? own)
      : begun !== undefined && (!inBraces || endsNames)
        ? begun
        : own;
    const found = { line, indent, head };
    this.#indexes.set(line, this.#code.length);
    this.#code.push(found);
    return found;
  }

  /** Whether a string is a unit anywhere in the file. */
  has(text: string): boolean {
    return this.#texts.has(text);
  }

  /** Whether a name could stand for a variable at a unit: it stands above in a block around the unit, in its line, or is a function below. */
  isVisible(name: string, unit: FileUnit): boolean {
    const own = this.#indexes.get(unit.line)!;
    const least = this.#leastTo(own);
    return (this.#uses.get(name) ?? []).some(use => {
      if (use === unit) return false;
      const at = this.#indexes.get(use.line)!;
      const { indent, head } = this.#code[at]!;
      if (head === this.#code[own]!.head) return !this.#isDeclaredFor(use, unit);
      if (at > own) return this.#isFunction(use) && least[at - 1]! >= indent;
      if (least[at + 1]! < indent) return false;
      let next = at + 1;
      while (next < own && this.#code[next]!.head === head) next++;
      const isBrace = this.#lines[this.#code[next]!.line - 1]!.trim() === '{';
      const opensBlock = isBrace || this.#code[next]!.indent > indent;
      return !opensBlock || this.#outlives(use) || least[Math.min(own, isBrace ? next + 1 : next)]! > indent;
    });
  }

  /** Of each line, the least indentation of those from it to another, both included. */
  #leastTo(own: number): Float64Array {
    const least = Float64Array.from(this.#code, ({ indent }) => indent);
    for (let i = own - 1; i >= 0; i--) least[i] = Math.min(least[i]!, least[i + 1]!);
    for (let i = own + 1; i < least.length; i++) least[i] = Math.min(least[i]!, least[i - 1]!);
    return least;
  }

  /** Whether a line that opens a block declares a name for what follows the block, as `const name = {` does and a parameter does not. */
  #outlives(use: FileUnit): boolean {
    const [before, after] = this.#around(use);
    if (/^\s*(?:if|for|while|switch|match|else|with|catch)\b/.test(before)) return false;
    return defining.test(before) || (!/[(=]/.test(before) && /^[^=]*=(?![=>])/.test(after));
  }

  #isFunction(use: FileUnit): boolean {
    return /\b(?:function|def|func|fn|fun)\*?\s+$/.test(this.#around(use)[0]);
  }

  /** Whether a line begins with the declaration or assignment of a name to what holds the unit: `name = … unit`, `for name in unit`. */
  #isDeclaredFor(use: FileUnit, { line, start }: FileUnit): boolean {
    if (use.line !== line || use.start > start) return false;
    const [before, after] = this.#around(use);
    const statement = after.trimEnd().replace(/;$/, '');
    if (before.includes('(') || statement.includes(';')) return false;
    return /^[^=({]*?(?:(?<![<>=!+\-*/%&|^]):?=(?![=>])|\b(?:in|of)\s)/.test(statement);
  }

  /** What stands before and after a unit in its line; the first such place if the line holds it more than once. */
  #around({ text, line }: FileUnit): readonly [string, string] {
    const whole = this.#lines[line - 1] ?? '';
    const at = wordAt(whole, text);
    return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + text.length)];
  }
}

const defining =
  /\b(?:function|def|func|fn|fun|class|struct|interface|type|enum|trait|mod|module|const|let|var|val|static)\*?\s+$/;

/** Keeps the brackets that are open. @param head the line that the statement begins in */
function note(marks: string, head: number, open: { readonly mark: string; readonly head: number }[]): void {
  for (const mark of marks) {
    if ('([{'.includes(mark)) open.push({ mark, head });
    const opener = openers.get(mark);
    const at = opener === undefined ? -1 : open.findLastIndex(one => one.mark === opener);
    if (at >= 0) open.length = at;
  }
}

const openers: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** A tab counts as four spaces. */
function indentOf(line: string): number {
  return line.slice(0, line.length - line.trimStart().length).replaceAll('\t', '    ').length;
}

/** Where a word stands in a line, not as a part of another; −1 if it does not. */
function wordAt(line: string, word: string): number {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    const beside = [line[at - 1] ?? '', line[at + word.length] ?? ''];
    if (!beside.some(one => /[\p{L}\p{N}_]/u.test(one))) return at;
  }
  return -1;
}
