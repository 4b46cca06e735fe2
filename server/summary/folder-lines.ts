/** Describes a folder without a sentence: what its files have in common, the names it provides, and who uses it. */

import { listed } from '../analysis/definition-line.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { Ranked } from '../analysis/graph.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { isMember } from '../syntax/definition.ts';
import { baseName } from '../syntax/paths.ts';

const namesShown = 4;
const topFolder = 'the top folder';
const usersShown = 2;
/** Fewer names that differ from the file names are not worth a line, and a few of many are a matter of chance. */
const fewestNames = 2;
/** How many files make a kind, and which share of their folder. */
const [fewestKin, kinShare] = [3, 0.5];

/**
 * For folders with several code files: what most of the files are, the names that others use most, and the folders that use
 * them. Names equal to file names are omitted, as are tests and the like.
 * @returns by folder; undefined where the file names say it all
 */
export function folderLines(
  ranked: Ranked,
  files: ReadonlyMap<string, Pick<FileFacts, 'path' | 'code' | 'aside' | 'heads'>>,
): Map<string, Statement> {
  const byFolder = new Map<string, Pick<FileFacts, 'path' | 'heads'>[]>();
  for (const file of files.values()) {
    const folder = folderOf(file.path);
    if (
      !file.code ||
      file.aside !== undefined ||
      folder === '' ||
      ranked.supportingOf(file.path) !== undefined
    )
      continue;
    const list = byFolder.get(folder);
    if (list) list.push(file);
    else byFolder.set(folder, [file]);
  }
  const exported = new Map<string, Set<string>>();
  for (const { path, heads } of [...byFolder.values()].flat()) {
    const known = exported.get(folderOf(path)) ?? new Set<string>();
    exported.set(folderOf(path), known);
    for (const head of heads) if (head.exported) known.add(head.name);
  }
  const names = new Map<string, Ranked['symbols'][number][]>();
  for (const symbol of ranked.symbols) {
    // A namespace is reopened in many files, so it belongs to none.
    if (
      !symbol.definition.exported ||
      isMember(symbol.definition) ||
      /^(?:module|namespace)$/.test(symbol.definition.kind)
    )
      continue;
    const folder = folderOf(symbol.path);
    const list = names.get(folder) ?? [];
    names.set(folder, list);
    list.push(symbol);
  }
  const found = new Map<string, Statement>();
  for (const [folder, own] of byFolder) {
    // A single file has its own line.
    if (own.length < 2) continue;
    const kin = kinOf(own);
    const symbols = names.get(folder) ?? [];
    const by = usersLine(folder, own, ranked);
    const stems = new Set(own.map(({ path }) => stemOf(path)));
    const telling = symbols.filter(({ definition }) => !stems.has(definition.name.toLowerCase()));
    const all = [...(exported.get(folder) ?? [])];
    const used = telling.map(({ definition }) => definition.name).filter(name => all.includes(name));
    const shown = [...new Set([...used, ...all])];
    const isNamed = used.length >= fewestNames && all.length <= namesShown;
    const first = symbols[0] ?? undefined;
    const at = kin?.at ?? (first && { path: first.path, line: first.definition.line });
    if (at === undefined || (kin === undefined && !isNamed)) continue;
    const said = kin?.text ?? `Exports ${shown.join(', ')}`;
    const text = [said, by].filter(one => one !== '').join('; ');
    found.set(folder, { text: text[0]!.toUpperCase() + text.slice(1), ...at, generated: false });
  }
  return found;
}

function usersLine(folder: string, own: readonly { readonly path: string }[], ranked: Ranked): string {
  const users = new Map<string, number>();
  for (const { path } of own)
    for (const user of ranked.files.get(path)?.users ?? []) {
      const from = folderOf(user);
      if (from === folder || from.startsWith(`${folder}/`) || ranked.supportingOf(user) !== undefined)
        continue;
      users.set(from, (users.get(from) ?? 0) + 1);
    }
  const sorted = [...users]
    .sort(([, one], [, other]) => other - one)
    .map(([user]) => (user === '' ? topFolder : user));
  return sorted.length === 0 ? '' : `used by ${listed(sorted, usersShown)}`;
}

interface Kin {
  readonly text: string;
  readonly at: { readonly path: string; readonly line: number };
}

/** The supertype that most files of a folder extend, or the function that most of them define. */
function kinOf(own: readonly Pick<FileFacts, 'path' | 'heads'>[]): Kin | undefined {
  const groups = new Map<string, { text: string; at: Kin['at']; files: Set<string> }>();
  const add = (key: string, text: string, path: string, line: number): void => {
    const group = groups.get(key) ?? { text, at: { path, line }, files: new Set<string>() };
    groups.set(key, group);
    group.files.add(path);
  };
  for (const { path, heads } of own)
    for (const { name, kind, bases, signature, exported, line } of heads) {
      for (const base of bases)
        add(
          `: ${base}`,
          `${isInterface(base, signature, path) ? 'implement' : 'extend'} ${base}`,
          path,
          line,
        );
      if (exported && kind === 'function' && !/^(?:main|init|setup|index)$/.test(name))
        add(`${name}()`, `define ${name}()`, path, line);
    }
  const [best] = [...groups.values()].sort((one, other) => other.files.size - one.files.size);
  if (best === undefined || best.files.size < fewestKin || best.files.size < kinShare * own.length)
    return undefined;
  // Others may do so through a type in between, and not all files of the folder are looked at.
  const direct = best.text.endsWith(')') ? '' : ' directly';
  return { text: `${best.files.size} files ${best.text}${direct}`, at: best.at };
}

/** As far as the declaration shows: by `implements`, by C#'s `I` prefix, or by Kotlin's missing constructor call. */
function isInterface(base: string, signature: string, path: string): boolean {
  if (/\.kts?$/.test(path)) return !signature.includes(`${base}(`);
  return /^I[A-Z][a-z]/.test(base) || new RegExp(`\\bimplements\\b.*\\b${base}\\b`).test(signature);
}

function stemOf(path: string): string {
  return baseName(path).replace(/\..*$/, '').toLowerCase();
}
