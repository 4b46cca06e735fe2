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
    const stop = Math.min(end, units.endOf(tokens, at));
    const run = tokens.subarray(at, stop);
    const before = scanner?.kind;
    // Characters that are cut between two tokens are decoded as one unit.
    scanner?.feed(tokenizer.decode(run));
    const text = units.textOf(run);
    if (text !== '') {
      const kind = kindOf(text, before, scanner?.kind);
      found.push({ start: at, end: stop, text, line, kind });
    }
    for (const token of run) line += tokenizer.newlinesIn(token);
    at = stop;
  }
  return found;
}

function kindOf(text: string, before: string | undefined, after: string | undefined): UnitKind {
  if (before === 'comment' || after === 'comment') return 'comment';
  if (before === 'string' && after === 'string') return 'string';
  if (/^[\p{L}_]/u.test(text)) return 'word';
  return /^\p{N}/u.test(text) ? 'number' : 'mark';
}
