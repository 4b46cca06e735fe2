/** The path a newcomer should read first. */

import type { FileFacts } from '../analysis/file-facts.ts';
import { isSupporting } from '../analysis/graph.ts';
import { isManifest } from '../analysis/manifests.ts';
import type { KeyFile } from '../protocol/requests.ts';
import { depth, folderOf, isReadme } from '../syntax/paths.ts';

const startHereCount = 7;

/**
 * README first, then documents on the structure, then what the manifests call entry points, then the most central files.
 * @param name of the repository: the package that bears it is its main one
 */
export function startHere(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  keyFiles: readonly KeyFile[],
  scope: string,
  name: string,
): KeyFile[] {
  const chosen = new Map<string, KeyFile>();
  const add = (path: string, why: string): void => {
    if (!chosen.has(path))
      chosen.set(path, {
        path,
        line: facts.get(path)?.statement?.line ?? 1,
        score: 1 - chosen.size / 100,
        why,
      });
  };
  for (const path of paths)
    if (folderOf(path) === scope && isReadme(path)) add(path, 'what the project says about itself');
  for (const path of paths) {
    if (
      depth(path, scope) <= 1 &&
      /(^|\/)(architecture|design|overview|hacking|internals)\.(md|rst|txt)$/i.test(path)
    )
      add(path, 'about the structure');
  }
  const sizes = sizesOfFolders(paths, facts);
  const manifests = paths
    .flatMap(path => facts.get(path)?.manifest ?? [])
    .filter(({ path }) => !isSupporting(path))
    .sort(
      (left, right) =>
        Number(right.name?.text === name) - Number(left.name?.text === name) ||
        depth(left.path, scope) - depth(right.path, scope) ||
        (sizes.get(folderOf(right.path)) ?? 0) - (sizes.get(folderOf(left.path)) ?? 0),
    );
  const known = new Set(paths);
  for (const manifest of manifests.slice(0, 4)) {
    for (const entry of manifest.entries) {
      const path = sourceOf(folderOf(manifest.path), entry.text, known);
      if (path !== undefined && isWorthReading(path) && chosen.size < startHereCount - 2)
        add(path, `${entry.role} in ${manifest.path}`);
    }
  }
  for (const file of keyFiles)
    if (chosen.size < startHereCount && !isSupporting(file.path)) add(file.path, file.why);
  return [...chosen.values()];
}

/** Types and manifests can be entry points of a package; nobody starts to read there. */
function isWorthReading(path: string): boolean {
  return !isSupporting(path) && !isManifest(path) && !path.endsWith('.d.ts');
}

/** Tokens of all that lies in a folder, however deep. */
function sizesOfFolders(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const path of paths) {
    const { tokens } = facts.get(path)!;
    for (let at = folderOf(path); ; at = folderOf(at)) {
      sizes.set(at, (sizes.get(at) ?? 0) + tokens);
      if (at === '') break;
    }
  }
  return sizes;
}

/** An entry point names what is built (`dist/index.js`); the file to read is its source. */
function sourceOf(folder: string, entry: string, known: ReadonlySet<string>): string | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const clean = entry.replace(/^\.\//, '');
  const stem = clean.replace(/(\.d)?\.\w+$/, '');
  const name = stem.slice(stem.lastIndexOf('/') + 1);
  const stems = [
    stem,
    `src/${stem}`,
    stem.replace(/^(?:dist|lib|build|out|cjs|esm)\//, 'src/'),
    stem.replace(/^(?:dist|lib|build|out)\//, ''),
    `src/${name}`,
    `lib/${name}`,
  ];
  const direct = prefix + clean;
  if (known.has(direct)) return direct;
  for (const candidate of stems) {
    for (const extension of ['ts', 'tsx', 'mts', 'js', 'mjs', 'cjs', 'jsx', 'py', 'rs']) {
      const path = `${prefix}${candidate}.${extension}`;
      if (known.has(path)) return path;
    }
  }
  return undefined;
}
