/** Describes a folder without a sentence by the names it provides and who uses them. */
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { isMember } from '../syntax/definition.ts';
import type { Ranked } from './graph.ts';
import { listed } from './statements.ts';

const namesShown = 4;
const usersShown = 2;

/**
 * For each folder, its names that others use most, and the folders that use them. A nested folder has its own line.
 * @returns by folder; undefined where no name is used
 */
export function folderLines(ranked: Ranked): Map<string, Statement> {
  const names = new Map<string, Ranked['symbols'][number][]>();
  for (const symbol of ranked.symbols) {
    // A namespace is reopened in many files, so it belongs to none.
    if (isMember(symbol.definition) || /^(?:module|namespace)$/.test(symbol.definition.kind)) continue;
    for (let folder = folderOf(symbol.path); folder !== ''; folder = folderOf(folder)) {
      const list = names.get(folder) ?? [];
      names.set(folder, list);
      // Top-level names count for all enclosing folders; only the first few are shown.
      if (list.length < namesShown) list.push(symbol);
    }
  }
  return new Map(
    [...names].map(([folder, symbols]) => {
      const { path, definition } = symbols[0]!;
      const shown = [...new Set(symbols.map(symbol => symbol.definition.name))].join(', ');
      const users = symbols.flatMap(symbol => ranked.files.get(symbol.path)?.users ?? []);
      const outside = users
        .filter(user => !user.startsWith(`${folder}/`) && ranked.supportingOf(user) === undefined)
        .map(user => folderOf(user))
        .filter(user => user !== '');
      const by = outside.length > 0 ? `; used by ${listed([...new Set(outside)], usersShown)}` : '';
      return [folder, { text: `Exports ${shown}${by}`, path, line: definition.line, generated: false }];
    }),
  );
}
