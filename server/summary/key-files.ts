/**
 * Selects files a newcomer should know: widely used, using much, or large, from all parts of the repository. Each
 * chosen file lowers the score of others in its folder, less so in a folder with much of the code. The weights were
 * chosen on a plateau of `test/bench/summary.ts`: nearby values do as well.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { Ranked } from '../analysis/graph.ts';
import { isManifest } from '../manifests/manifests.ts';
import { counted } from '../protocol/counted.ts';
import { folderOf } from '../protocol/folders.ts';
import type { KeyFile } from '../protocol/requests.ts';
import { compare } from '../syntax/paths.ts';

export const keyFileCount = 20;
const folderDecay = 0.85;
const supportingWeight = 0.1;
/** Weight of files that documents mention. */
const spokenOfWeight = 2;
/** Weight of a file without references in either direction. */
const aloneWeight = 0.2;
/** Weight of using others, relative to being used. */
const hubShare = 2;
const [rankPower, sizePower] = [0.45, 0.8];
/** With fewer files of its own, tests and examples are included. */
const fewestOwn = 3;
/** Files considered: lower-ranked ones matter only where nearly all files share a folder. */
const pool = 600;

export function chooseKeyFiles(
  paths: readonly string[],
  { files, ranked, documents }: RepositoryFacts,
): KeyFile[] {
  const rankOf = (path: string): number => {
    const { rank = 0, hub = 0, users = [] } = ranked.files.get(path) ?? {};
    const isAlone = users.length === 0 && ranked.references.of(path).length === 0;
    return (rank + hubShare * hub) * (isAlone ? aloneWeight : 1);
  };
  const eligible = paths.filter(path => {
    const { code, aside } = files.get(path)!;
    return code && aside === undefined && !isManifest(path) && !/(^|\/)\./.test(path);
  });
  // Where all code is generated or data, that is what there is to know.
  if (eligible.length === 0) eligible.push(...paths.filter(path => files.get(path)!.code));
  const own = eligible.filter(path => ranked.supportingOf(path) === undefined);
  const left = (own.length >= fewestOwn ? own : eligible)
    .map(path => ({
      path,
      worth:
        rankOf(path) ** rankPower *
        files.get(path)!.tokens ** sizePower *
        (ranked.supportingOf(path) === undefined ? 1 : supportingWeight) *
        (documents.statements.has(path) ? spokenOfWeight : 1),
    }))
    .sort((one, other) => other.worth - one.worth || compare(one.path, other.path))
    .slice(0, pool);
  const roomIn = roomOfFolders(left.map(({ path }) => [path, files.get(path)!.tokens]));
  const inFolder = new Map<string, number>();
  const chosen: KeyFile[] = [];
  const highest = left[0]?.worth || 1;
  while (chosen.length < keyFileCount && left.length > 0) {
    const scoreOf = ({ path, worth }: (typeof left)[number]): number =>
      worth * folderDecay ** ((inFolder.get(folderOf(path)) ?? 0) / roomIn.get(folderOf(path))!);
    const best = left.reduce((one, other) => (scoreOf(other) > scoreOf(one) ? other : one));
    chosen.push(keyFile(best.path, files.get(best.path)!, scoreOf(best) / highest, ranked));
    inFolder.set(folderOf(best.path), (inFolder.get(folderOf(best.path)) ?? 0) + 1);
    left.splice(left.indexOf(best), 1);
  }
  return chosen;
}

/** Files that may be chosen from a folder before the others count half: one, or half of its share by tokens. */
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

function keyFile(
  path: string,
  { definitions, statement, tokens }: FileFacts,
  score: number,
  ranked: Ranked,
): KeyFile {
  const usedBy = ranked.files.get(path)?.users.length ?? 0;
  const exported = definitions.filter(definition => definition.exported).length || definitions.length;
  const why =
    usedBy > 0
      ? `used by ${counted(usedBy, 'file')}`
      : exported > 0
        ? `defines ${counted(exported, 'name')}`
        : counted(tokens, 'token', tokens.toLocaleString('en-US'));
  return { path, line: statement?.path === path ? statement.line : 1, score, why };
}
