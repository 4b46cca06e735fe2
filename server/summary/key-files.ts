/**
 * The files a newcomer should know: those that others lean on and that hold much, from all parts of the repository. The score is the
 * geometric mean of graph rank and size; each file chosen halves what the others of its folder count, more slowly in a folder that holds much of the code. Compared with either alone by
 * `test/bench/summary.ts`.
 */

import type { FileFacts } from '../analysis/file-facts.ts';
import { isSupporting, type Ranked } from '../analysis/graph.ts';
import type { KeyFile } from '../protocol/requests.ts';
import { compare, folderOf } from '../syntax/paths.ts';

export const keyFileCount = 20;
const folderDecay = 0.5;
const supportingWeight = 0.2;
/** Files looked at: what is further down cannot be chosen but where nearly all files share a folder. */
const pool = 600;

export function chooseKeyFiles(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  ranked: Ranked,
): KeyFile[] {
  const rankOf = (path: string): number => ranked.files.get(path)?.rank ?? 0;
  const left = paths
    .filter(path => facts.get(path)!.code)
    .map(path => ({
      path,
      worth: Math.sqrt(rankOf(path) * facts.get(path)!.tokens) * (isSupporting(path) ? supportingWeight : 1),
    }))
    .sort((one, other) => other.worth - one.worth || compare(one.path, other.path))
    .slice(0, pool);
  const roomIn = roomOfFolders(left.map(({ path }) => [path, facts.get(path)!.tokens]));
  const inFolder = new Map<string, number>();
  const chosen: KeyFile[] = [];
  const highest = left[0]?.worth || 1;
  while (chosen.length < keyFileCount && left.length > 0) {
    const scoreOf = ({ path, worth }: (typeof left)[number]): number =>
      worth * folderDecay ** ((inFolder.get(folderOf(path)) ?? 0) / roomIn.get(folderOf(path))!);
    const best = left.reduce((one, other) => (scoreOf(other) > scoreOf(one) ? other : one));
    chosen.push(keyFile(best.path, facts.get(best.path)!, scoreOf(best) / highest, ranked));
    inFolder.set(folderOf(best.path), (inFolder.get(folderOf(best.path)) ?? 0) + 1);
    left.splice(left.indexOf(best), 1);
  }
  return chosen;
}

/** How many files of a folder may be chosen before the others count half: one, or half of what its share of the tokens would give it. */
function roomOfFolders(files: readonly (readonly [path: string, tokens: number])[]): Map<string, number> {
  const sizes = new Map<string, number>();
  let whole = 0;
  for (const [path, tokens] of files) {
    sizes.set(folderOf(path), (sizes.get(folderOf(path)) ?? 0) + tokens);
    whole += tokens;
  }
  return new Map(
    [...sizes].map(([folder, size]) => [folder, Math.max(1, (keyFileCount / 2) * (size / (whole || 1)))]),
  );
}

function keyFile(path: string, facts: FileFacts, score: number, ranked: Ranked): KeyFile {
  const usedBy = ranked.files.get(path)?.users.length ?? 0;
  const exported = facts.definitions.filter(definition => definition.exported).length;
  const why =
    usedBy > 0
      ? `used by ${usedBy} ${usedBy === 1 ? 'file' : 'files'}`
      : exported > 0
        ? `defines ${exported} names`
        : 'stands alone';
  return { path, line: facts.statement?.line ?? 1, score, why };
}
