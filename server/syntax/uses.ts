/** The names that a file's code uses, ignoring comments and strings. */
import type { Language } from '../workspace/language.ts';
import { codeText } from './code-text.ts';
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

/** Short names that start with a capital are types: `H`, `Io`. */
const identifier = /[A-Z][\w$]*|[A-Za-z_$][\w$]{2,}/g;
/** Keywords of most languages, some of which may name members. */
const reserved = new Set(
  'async await break case catch class const constructor continue default delete else enum export extends false finally for from function get if implements import include instanceof interface let new null package private protected public return self set static super switch this throw true try typeof use var void while with yield'.split(
    ' ',
  ),
);

export function usesIn(text: string, language: Language): Map<string, Use> {
  const uses = new Map<string, Counted>();
  const lines = codeText(text, language).split('\n');
  const refers = meaningOf(language.id, lines);
  const isGo = language.id === 'go';
  let number = 0;
  for (const line of lines) {
    number++;
    // An import is not yet a use.
    const taking = /^\s*(?:import|using|use|package|namespace)\b/.test(line) && !line.includes('(');
    identifier.lastIndex = 0;
    for (let match = identifier.exec(line); match !== null; match = identifier.exec(line)) {
      const [name] = match;
      if (reserved.has(name)) continue;
      const known = uses.get(name) ?? { count: 0, bareLine: 0, called: false };
      if (known.count === 0) uses.set(name, known);
      known.count++;
      if (taking) continue;
      const before = line[match.index - 1];
      const isBare = before !== '.' && !(before === '>' && line[match.index - 2] === '-');
      if (isGo && before === '.') {
        const qualifier = /(?:^|[^\w.)\]])(\w+)\.$/.exec(
          line.slice(Math.max(0, match.index - 80), match.index),
        );
        if (qualifier) {
          known.qualifiers ??= new Set();
          known.qualifiers.add(qualifier[1]!);
        }
      }
      if (!isBare || !refers(number, match.index, name)) continue;
      if (known.bareLine === 0) known.bareLine = number;
      if (line[match.index + name.length] === '(') known.called = true;
    }
  }
  return uses;
}
