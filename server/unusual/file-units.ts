/** A file cut into units, each with its line and what it stands in: what can be a slip, and what is expected to surprise. */
import { contentOf } from '../sequence/content.ts';
import { canScan, Scanner } from '../source-text/scanner.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { languageOf } from '../workspace/language.ts';
import type { Units } from './units.ts';

export type UnitKind = 'word' | 'number' | 'mark' | 'string' | 'comment';

export interface FileUnit {
  /** Tokens [start, end) of the rendered file. */
  readonly start: number;
  readonly end: number;
  /** Without white space around it. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly kind: UnitKind;
}

/** Units of a file that are not blank, in order. @param tokens as rendered */
export function fileUnits(path: string, tokens: Uint16Array, units: Units, tokenizer: Tokenizer): FileUnit[] {
  const { start, end } = contentOf(tokenizer, tokens);
  const language = languageOf(path);
  const scanner = canScan(language) ? new Scanner(language) : undefined;
  const found: FileUnit[] = [];
  let line = 1;
  for (let at = start; at < end; ) {
    // Marks that stand together open and close comments and strings together, however they were cut into tokens.
    const chunk: { start: number; end: number; text: string }[] = [];
    let whole = '';
    do {
      const stop = Math.min(end, units.endOf(tokens, at));
      const text = tokenizer.decode(tokens.subarray(at, stop));
      chunk.push({ start: at, end: stop, text });
      whole += text;
      at = stop;
    } while (at < end && endsInMark.test(whole) && beginsWithMark.test(tokenizer.decode([tokens[at]!])));
    const before = scanner?.kind;
    scanner?.feed(whole);
    for (const unit of chunk) {
      const text = unit.text.trim();
      if (text !== '')
        found.push({
          ...unit,
          text,
          line: line + leadingBreaks(unit.text),
          kind: kindOf(text, before, scanner?.kind),
        });
      for (let i = unit.start; i < unit.end; i++) line += tokenizer.newlinesIn(tokens[i]!);
    }
  }
  return found;
}

const endsInMark = /[^\p{L}\p{N}_\s]$/u;
const beginsWithMark = /^[^\p{L}\p{N}_\s]/u;

/** Line breaks before what a unit holds. */
function leadingBreaks(text: string): number {
  return text.slice(0, text.length - text.trimStart().length).split('\n').length - 1;
}

function kindOf(text: string, before: string | undefined, after: string | undefined): UnitKind {
  if (before === 'comment' || after === 'comment') return 'comment';
  if (before === 'string' && after === 'string') return 'string';
  if (/^[\p{L}_]/u.test(text)) return 'word';
  return /^\p{N}/u.test(text) ? 'number' : 'mark';
}
