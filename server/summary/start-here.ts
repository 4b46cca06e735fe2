/** The reading order for a newcomer. */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import { isManifest } from '../manifests/manifests.ts';
import { folderOf } from '../protocol/folders.ts';
import type { KeyFile, Run } from '../protocol/requests.ts';
import { sourceOfEntry } from '../relations/sources.ts';
import { baseName, depth, isReadme } from '../syntax/paths.ts';

const startHereCount = 9;
const maxDocuments = 4;
const maxRuns = 3;

/**
 * README first, then documents for contributors, then entry points from manifests and languages, then the most central
 * files.
 * @param name of the repository: the package of that name is the main one
 */
export function startHere(
  paths: readonly string[],
  { files, ranked, documents }: RepositoryFacts,
  keyFiles: readonly KeyFile[],
  runs: readonly Run[],
  scope: string,
  name: string,
): KeyFile[] {
  const chosen = new Map<string, KeyFile>();
  const add = (path: string, why: string, line?: number): void => {
    if (!chosen.has(path))
      chosen.set(path, {
        path,
        line: line ?? lineOf(path, files.get(path)),
        score: 1 - chosen.size / 100,
        why,
      });
  };
  const known = new Set(paths);
  for (const path of paths)
    if (folderOf(path) === scope && isReadme(path)) add(path, 'what the project says about itself');
  for (const path of documents.documents
    // Translations of the README say the same.
    .filter(path => known.has(path) && !/^readme\b/i.test(baseName(path)) && depth(path, scope) <= 1)
    .slice(0, maxDocuments))
    add(path, aboutDocument(path));
  const sizes = sizesOfFolders(paths, files);
  const manifests = paths
    .flatMap(path => files.get(path)?.manifest ?? [])
    .filter(({ path }) => ranked.supportingOf(path) === undefined)
    .sort(
      (left, right) =>
        Number(right.name?.text === name) - Number(left.name?.text === name) ||
        depth(left.path, scope) - depth(right.path, scope) ||
        (sizes.get(folderOf(right.path)) ?? 0) - (sizes.get(folderOf(left.path)) ?? 0),
    );
  const isWorthReading = (path: string): boolean =>
    ranked.supportingOf(path) === undefined && !isManifest(path) && files.get(path)?.aside === undefined;
  for (const manifest of manifests.slice(0, 4)) {
    for (const entry of manifest.entries) {
      const path = sourceOfEntry(folderOf(manifest.path), entry.text, known);
      if (path !== undefined && isWorthReading(path) && chosen.size < startHereCount - 2)
        add(path, `${entry.role} in ${manifest.path}`);
    }
  }
  for (const run of runs.slice(0, maxRuns))
    if (known.has(run.path) && isWorthReading(run.path) && chosen.size < startHereCount - 2)
      add(run.path, 'where it starts to run', run.line);
  for (const file of keyFiles)
    if (chosen.size < startHereCount && ranked.supportingOf(file.path) === undefined)
      add(file.path, file.why);
  return [...chosen.values()];
}

/** A document's statement may come from another document. */
function lineOf(path: string, facts: FileFacts | undefined): number {
  return facts?.statement?.path === path ? facts.statement.line : 1;
}

function aboutDocument(path: string): string {
  const name = baseName(path).toLowerCase();
  if (/^(?:agents?|claude|gemini|copilot)/.test(name)) return 'how to work in it, written for agents';
  return /^(?:contributing|develop|building)/.test(name) ? 'how to work on it' : 'about the structure';
}

/** Tokens of each folder, recursively. */
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
