/** The repository as a map: parallel arrays with one entry per file, smaller and faster to send than objects. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { folderOf } from '../protocol/folders.ts';
import type { MapPart, RepositoryMap } from '../protocol/requests.ts';
import { keyOf, relationsOf } from '../relations/relations.ts';
import { languageOf } from '../workspace/language.ts';

export interface MapExtras {
  /** Seconds since 1970, by path. */
  readonly changed: ReadonlyMap<string, number>;
  /** Bits per byte, by path. */
  readonly surprise: ReadonlyMap<string, number>;
  /** The line, from 1, around which a file surprises most, by path. */
  readonly peaks: ReadonlyMap<string, number>;
  readonly surpriseMethod: string;
}

/**
 * @param path a folder, or a file alone; everything without it
 * @throws RangeError when it is not indexed
 */
export function buildMap(
  name: string,
  facts: RepositoryFacts,
  { changed, surprise, peaks, surpriseMethod }: MapExtras,
  path = '',
): RepositoryMap {
  const part = path === '.' ? '' : path.replace(/\/+$/, '');
  const isFile = facts.files.has(part);
  const scope = isFile ? folderOf(part) : part;
  const folders = { names: [scope], parents: [-1] };
  const folderIds = new Map<string, number>([[scope, 0]]);
  const languages: { id: string; name: string }[] = [];
  const languageIds = new Map<string, number>();
  const files = {
    names: [] as string[],
    folders: [] as number[],
    tokens: [] as number[],
    languages: [] as number[],
    changed: [] as (number | null)[],
    surprise: [] as (number | null)[],
    peaks: [] as (number | null)[],
    texts: [] as (string | null)[],
    lines: [] as (number | null)[],
  };
  const folder = (of: string): number => {
    const known = folderIds.get(of);
    if (known !== undefined) return known;
    const parent = folder(folderOf(of));
    folders.names.push(baseName(of));
    folders.parents.push(parent);
    folderIds.set(of, folders.names.length - 1);
    return folders.names.length - 1;
  };
  const language = (of: string): number => {
    const { id, name: shown } = languageOf(of);
    // Prose and unknown files share an identifier but have different names.
    const known = languageIds.get(shown);
    if (known !== undefined) return known;
    languages.push({ id, name: shown });
    languageIds.set(shown, languages.length - 1);
    return languages.length - 1;
  };
  for (const [file, { tokens, statement }] of facts.files) {
    if (isFile ? file !== part : part !== '' && !file.startsWith(`${part}/`)) continue;
    files.names.push(baseName(file));
    files.folders.push(folder(folderOf(file)));
    files.tokens.push(tokens);
    files.languages.push(language(file));
    files.changed.push(changed.get(file) ?? null);
    files.surprise.push(rounded(surprise.get(file)));
    files.peaks.push(peaks.get(file) ?? null);
    files.texts.push(statement?.text ?? null);
    files.lines.push(statement?.line ?? null);
  }
  if (files.names.length === 0 && part !== '') throw new RangeError(`No file was read at "${part}".`);
  return {
    name: scope === '' ? name : baseName(scope),
    folders,
    languages,
    files,
    surpriseMethod,
    parts: partsOf(facts, scope),
  };
}

function partsOf(facts: RepositoryFacts, scope: string): MapPart[] {
  const paths = [...facts.files.keys()].filter(file => scope === '' || file.startsWith(`${scope}/`));
  return relationsOf(paths, facts, scope, () => undefined).map(part => {
    const { path, kind, loose, uses, usedBy } = part;
    return { path, kind, loose, uses, usedBy, key: keyOf(part) };
  });
}

/** The path of the file at an index. */
export function pathInMap({ folders, files }: RepositoryMap, index: number): string {
  const names = [files.names[index]!];
  for (let at = files.folders[index]!; at >= 0; at = folders.parents[at]!) {
    if (folders.names[at] !== '') names.unshift(folders.names[at]!);
  }
  return names.join('/');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Colours show no more than hundredths. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 100) / 100;
}
