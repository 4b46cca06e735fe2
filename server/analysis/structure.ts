/** What can be said of a file or folder that has no sentence: whose names it gives to others, and who takes them. */
import type { Statement } from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import { type Definition, isMember } from './definition.ts';
import type { FileFacts } from './file-facts.ts';
import { isSupporting, type Ranked } from './graph.ts';
import { folderOf } from './paths.ts';
import type { Sentence } from './sentences.ts';

const namesShown = 4;
const usersShown = 2;

/**
 * What a file defines, in its own names.
 * @param used names of the file that others use, most used first: they are named before all
 */
export function structuralLine(
  path: string,
  text: string,
  definitions: readonly Definition[],
  used: readonly string[] = [],
): Sentence | undefined {
  // Members are named by their types.
  const outermost = definitions.filter(definition => !isMember(definition));
  const shown = outermost.filter(definition => definition.exported);
  const placeOf = ({ name }: Definition): number => (used.includes(name) ? used.indexOf(name) : used.length);
  const named = distinctNames(shown.length > 0 ? shown : outermost).sort(
    (one, other) => placeOf(one) - placeOf(other),
  );
  if (named.length === 0) {
    const heading = languageOf(path).kind === 'prose' ? /^#{1,6}[ \t]+(\S.{0,400})/m.exec(text) : null;
    return heading
      ? { text: heading[1]!.trim(), line: text.slice(0, heading.index).split('\n').length }
      : undefined;
  }
  return {
    text: `${shown.length > 0 ? 'Exports' : 'Defines'} ${listed(
      named.map(({ name }) => name),
      namesShown,
    )}`,
    line: named[0]!.line,
  };
}

/** Overloads and accessors share a name. */
function distinctNames(definitions: readonly Definition[]): Definition[] {
  return [
    ...new Map(definitions.map(definition => [definition.name, definition] as const).reverse()).values(),
  ].reverse();
}

/** The statement of a file without a sentence, its most used names first, with who uses it. */
export function withUsers(facts: FileFacts, ranked: Ranked, used: readonly string[] = []): FileFacts {
  const { statement, unspoken, path } = facts;
  if (!unspoken || statement === undefined || !facts.code) return facts;
  const line = structuralLine(path, '', facts.definitions, used) ?? statement;
  const users = (ranked.files.get(path)?.importers ?? []).filter(user => !isSupporting(user));
  const by = users.length === 0 ? '' : `; used by ${listed(users, usersShown)}`;
  return { ...facts, statement: { ...statement, text: line.text + by, line: line.line } };
}

/**
 * For folders: the names in them that others use most, and which other folders those are of. A folder inside of one says its own.
 * @returns by folder; nothing for one whose names nobody uses
 */
export function folderLines(ranked: Ranked): Map<string, Statement> {
  const names = new Map<string, Ranked['symbols'][number][]>();
  for (const symbol of ranked.symbols) {
    if (isMember(symbol.definition)) continue;
    for (let folder = folderOf(symbol.path); folder !== ''; folder = folderOf(folder)) {
      const list = names.get(folder) ?? [];
      names.set(folder, list);
      // Everything outermost counts for all folders around it; the first few are all that is shown.
      if (list.length < namesShown) list.push(symbol);
    }
  }
  return new Map(
    [...names].map(([folder, symbols]) => {
      const { path, definition } = symbols[0]!;
      const shown = [...new Set(symbols.map(symbol => symbol.definition.name))].join(', ');
      const users = symbols.flatMap(symbol => ranked.files.get(symbol.path)?.importers ?? []);
      const outside = users
        .filter(user => !user.startsWith(`${folder}/`) && !isSupporting(user))
        .map(user => folderOf(user))
        .filter(user => user !== '');
      const by = outside.length > 0 ? `; used by ${listed([...new Set(outside)], usersShown)}` : '';
      return [folder, { text: `Exports ${shown}${by}`, path, line: definition.line, generated: false }];
    }),
  );
}

function listed(names: readonly string[], most: number): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
