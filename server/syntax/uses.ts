/** The names that a file's code uses. What stands in comments and strings uses nothing. */
import type { Language } from '../workspace/language.ts';
import { codeText } from './code-text.ts';

export interface Use {
  readonly count: number;
  /** The first line, from 1, on which it stands by itself and not as a member of something; 0 where it never does. */
  readonly bareLine: number;
  /** Whether it is called somewhere by itself. */
  readonly called: boolean;
}

const identifier = /[A-Za-z_$][\w$]{2,}/g;
/** Words of most languages that some let a member have for a name. */
const reserved = new Set(
  'async await break case catch class const constructor continue default delete else enum export extends false finally for from function get if implements import include instanceof interface let new null package private protected public return self set static super switch this throw true try typeof use var void while with yield'.split(
    ' ',
  ),
);

export function usesIn(text: string, language: Language): Map<string, Use> {
  const uses = new Map<string, { count: number; bareLine: number; called: boolean }>();
  let number = 0;
  for (const line of codeText(text, language).split('\n')) {
    number++;
    // What a language takes in is not yet used.
    const taking = /^\s*(?:import|using|use|package|namespace)\b/.test(line) && !line.includes('(');
    for (const match of line.matchAll(identifier)) {
      const [name] = match;
      if (reserved.has(name)) continue;
      const known = uses.get(name) ?? { count: 0, bareLine: 0, called: false };
      if (known.count === 0) uses.set(name, known);
      known.count++;
      if (taking) continue;
      const before = line[match.index - 1];
      const isBare = before !== '.' && !(before === '>' && line[match.index - 2] === '-');
      if (!isBare) continue;
      if (known.bareLine === 0) known.bareLine = number;
      if (line[match.index + name.length] === '(') known.called = true;
    }
  }
  return uses;
}
