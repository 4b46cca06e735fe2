/** A repository map in protocol form, from files by path. */
import type { RepositoryMap } from '../../../server/protocol/requests.ts';

export interface MapFile {
  readonly tokens?: number;
  readonly surprise?: number;
  readonly peak?: number;
  readonly changed?: number;
  readonly language?: string;
}

export function mapOf(
  files: Readonly<Record<string, MapFile>>,
  parts: RepositoryMap['parts'] = [],
): RepositoryMap {
  const folders = [{ path: '', name: '', parent: -1 }];
  const folderAt = (path: string): number => {
    const known = folders.findIndex(folder => folder.path === path);
    if (known >= 0) return known;
    const slash = path.lastIndexOf('/');
    const parent = folderAt(path.slice(0, Math.max(0, slash)));
    return folders.push({ path, name: path.slice(slash + 1), parent }) - 1;
  };
  const entries = Object.entries(files);
  const languages = [...new Set(entries.map(([, { language }]) => language ?? 'TypeScript'))];
  const slashOf = (path: string): number => path.lastIndexOf('/');
  const folderOf = entries.map(([path]) => folderAt(path.slice(0, Math.max(0, slashOf(path)))));
  return {
    name: 'a repository',
    folders: { names: folders.map(({ name }) => name), parents: folders.map(({ parent }) => parent) },
    languages: languages.map(name => ({ id: name.toLowerCase(), name })),
    files: {
      names: entries.map(([path]) => path.slice(slashOf(path) + 1)),
      folders: folderOf,
      tokens: entries.map(([, { tokens }]) => tokens ?? 10),
      languages: entries.map(([, { language }]) => languages.indexOf(language ?? 'TypeScript')),
      changed: entries.map(([, { changed }]) => changed ?? null),
      surprise: entries.map(([, { surprise }]) => surprise ?? null),
      peaks: entries.map(([, { peak }]) => peak ?? null),
      texts: entries.map(() => null),
      lines: entries.map(() => null),
    },
    surpriseMethod: '',
    parts,
  };
}
