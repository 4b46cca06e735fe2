/** What a model that sees one file is told of others: the declarations of the files to which it refers, and of the one most like it. */
import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { GraphFile } from '../analysis/graph-file.ts';
import type { Definition } from '../syntax/definition.ts';
import { kinOf } from './kin.ts';
import { type Declarations, declarationsOf } from './signatures.ts';

/** UTF-16 units of all files to which it refers and of one: a few hundred tokens, which a model reads once for each document. */
const ofImported = { inAll: 1500, ofFile: 700 };
/** The same of the files most like it, and how many there are at most. */
const ofKin = { inAll: 900, ofFile: 450 };
const mostKin = 3;
/** The most lines of a document that is told of files like it. */
const mostOfYoung = 60;
/** Too little for a signature and a path. */
const leastLeft = 80;
const word = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/**
 * Declarations of the files to which a file refers by its language's rules and whose names stand in its text: first what the text
 * names, with its members, then what else is exported. The file of which the text names most comes late, nearest to what
 * follows; last, while the text is short, the files that are most like it, with all that they declare.
 * @param file as it is now; it need not be indexed
 * @param text the same
 * @param textOf a file's indexed text
 */
export function relatedDeclarations(
  { files, ranked }: RepositoryFacts,
  file: GraphFile,
  text: string,
  textOf: (path: string) => string | undefined,
): Declarations[] {
  const named = new Set(text.match(word) ?? []);
  const references = ranked.references.from(file).filter(({ declares }) => !declares);
  const referred = [...new Set(references.map(({ to }) => to))]
    .map(target => {
      const definitions = files.get(target)?.definitions ?? [];
      const used = definitions.filter(({ name, container }) => named.has(name) || named.has(container ?? ''));
      return { target, rank: ranked.files.get(target)?.rank ?? 0, definitions, used };
    })
    .filter(({ used }) => used.length > 0)
    .sort((one, other) => shareOf(other) - shareOf(one) || other.rank - one.rank);
  const kin = isYoung(text) ? kinOf(file, files.values()).slice(0, mostKin) : [];
  const imported = referred
    .filter(({ target }) => !kin.some(({ path }) => path === target))
    .map(({ target, used, definitions }) => ({
      path: target,
      definitions: [...used, ...definitions.filter(one => one.exported)],
    }));
  return [...toldOf(imported, ofImported, textOf), ...toldOf(kin, ofKin, textOf)];
}

/** As many of the files as fit, the first last. */
function toldOf(
  files: readonly { readonly path: string; readonly definitions: readonly Definition[] }[],
  { inAll, ofFile }: { readonly inAll: number; readonly ofFile: number },
  textOf: (path: string) => string | undefined,
): Declarations[] {
  const told: Declarations[] = [];
  let left = inAll;
  for (const { path, definitions } of files) {
    if (left < leastLeft) break;
    const one = declarationsOf(path, textOf(path), definitions, Math.min(ofFile, left - path.length));
    if (one === undefined) continue;
    left -= one.text.length + path.length;
    told.unshift(one);
  }
  return told;
}

/** A longer text shows itself how it is written: then other files gain nothing, and cost a prefill. */
function isYoung(text: string): boolean {
  return text.split('\n', mostOfYoung + 1).length <= mostOfYoung;
}

/** How much of a file's declarations is used. */
function shareOf({ used, definitions }: Record<'used' | 'definitions', readonly unknown[]>): number {
  return used.length / definitions.length;
}
