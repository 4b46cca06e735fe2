/** The names that a file's code uses, ignoring comments and strings. */
import type { Language } from '../workspace/language.ts';
import { codeLines } from './code-text.ts';
import { meaningOf } from './name-positions.ts';

export interface Use {
  readonly count: number;
  /** The first 1-based line with a use that is not a member access; 0 if there is none. */
  readonly bareLine: number;
  /** Whether it is called other than as a member. */
  readonly called: boolean;
  /** In Go: the names before its dot, such as packages. */
  readonly qualifiers?: ReadonlySet<string>;
}

interface Counted extends Use {
  count: number;
  bareLine: number;
  called: boolean;
  qualifiers?: Set<string>;
}

/** Shorter names are uses only if they start with a capital: types such as `H`, `Io`. */
const shortest = 3;
const [digit, lower, capital] = [1, 2, 3];
/** By character code; 0 for what no name contains. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return /[A-Z]/.test(sign) ? capital : /[a-z_$]/.test(sign) ? lower : /\d/.test(sign) ? digit : 0;
});
/** Keywords of most languages, some of which may name members. */
const reserved = new Set(
  'async await break case catch class const constructor continue default delete else enum export extends false finally for from function get if implements import include instanceof interface let new null package private protected public return self set static super switch this throw true try typeof use var void while with yield'.split(
    ' ',
  ),
);

export function usesIn(text: string, language: Language): Map<string, Use> {
  const uses = new Map<string, Counted>();
  const lines = codeLines(text, language);
  const refers = meaningOf(language.id, lines);
  const isGo = language.id === 'go';
  let number = 0;
  for (const line of lines) {
    number++;
    // An import is not yet a use.
    const taking = /^\s*(?:import|using|use|package|namespace)\b/.test(line) && !line.includes('(');
    for (let at = 0, end = 0; at < line.length; at = end) {
      const kind = kinds[line.charCodeAt(at)] ?? 0;
      end = at + 1;
      if (kind < lower) continue;
      let after = end;
      while (after < line.length && (kinds[line.charCodeAt(after)] ?? 0) > 0) after++;
      // A capital may follow in a name that is too short.
      if (kind !== capital && after - at < shortest) continue;
      end = after;
      const name = line.slice(at, end);
      if (reserved.has(name)) continue;
      const known = uses.get(name) ?? { count: 0, bareLine: 0, called: false };
      if (known.count === 0) uses.set(name, known);
      known.count++;
      if (taking) continue;
      const before = line[at - 1];
      const isBare = before !== '.' && !(before === '>' && line[at - 2] === '-');
      if (isGo && before === '.') {
        const qualifier = /(?:^|[^\w.)\]])(\w+)\.$/.exec(line.slice(Math.max(0, at - 80), at));
        if (qualifier) {
          known.qualifiers ??= new Set();
          known.qualifiers.add(qualifier[1]!);
        }
      }
      if (!isBare || !refers(number, at, name)) continue;
      if (known.bareLine === 0) known.bareLine = number;
      if (line[end] === '(') known.called = true;
    }
  }
  return uses;
}
