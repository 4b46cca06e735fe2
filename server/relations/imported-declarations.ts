/** The declarations of the files that a file refers to: what a model that sees one file is told of the others. */
import type { RepositoryFacts } from '../analysis/fact-book.ts';

export interface Declarations {
  readonly path: string;
  /** Signatures in the file's order, a line or a few each. */
  readonly text: string;
}

/** UTF-16 units in all, and of one file: a few hundred tokens, which a model reads once for each document. */
const mostInAll = 1500;
const mostOfFile = 700;
/** Too little for a signature and a path. */
const leastLeft = 80;
/** Lines of a signature, and UTF-16 units of each. */
const mostLines = 4;
const mostOfLine = 160;

const word = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/**
 * Declarations of the files that `path` refers to by its language's rules and whose names stand in its text: first what the text
 * names, with its members, then what else is exported. The file of which the text names most comes last, nearest to what follows.
 * @param text the file as it is now
 * @param textOf a file's indexed text
 */
export function importedDeclarations(
  { files, ranked }: RepositoryFacts,
  path: string,
  text: string,
  textOf: (path: string) => string | undefined,
): Declarations[] {
  const named = new Set(text.match(word) ?? []);
  const referred = [...ranked.files]
    .filter(([, { users }]) => users.includes(path))
    .map(([target, { rank }]) => {
      const definitions = files.get(target)?.definitions ?? [];
      const used = definitions.filter(({ name, container }) => named.has(name) || named.has(container ?? ''));
      return { target, rank, definitions, used };
    })
    .filter(({ used }) => used.length > 0)
    .sort((one, other) => shareOf(other) - shareOf(one) || other.rank - one.rank);
  const told: Declarations[] = [];
  let left = mostInAll;
  for (const { target, definitions, used } of referred) {
    if (left < leastLeft) break;
    const lines = textOf(target)?.split('\n');
    if (lines === undefined) continue;
    const wanted = new Set(used);
    for (const one of definitions) if (one.exported) wanted.add(one);
    const most = Math.min(mostOfFile, left - target.length);
    const signatures = new Map<number, string>();
    let size = 0;
    for (const { line } of wanted) {
      const signature = signatureAt(lines, line);
      if (signatures.has(line) || size + signature.length + 1 > most) continue;
      size += signature.length + 1;
      signatures.set(line, signature);
    }
    if (size === 0) continue;
    left -= size + target.length;
    const inOrder = [...signatures].sort(([one], [other]) => one - other);
    told.unshift({ path: target, text: inOrder.map(([, signature]) => signature).join('\n') });
  }
  return told;
}

/** How much of a file's declarations is used. */
function shareOf({ used, definitions }: Record<'used' | 'definitions', readonly unknown[]>): number {
  return used.length / definitions.length;
}

/** As written, because a model goes on as code is written: up to the line that closes the brackets of the parameters. */
function signatureAt(lines: readonly string[], line: number): string {
  const taken: string[] = [];
  let open = 0;
  for (const one of lines.slice(line - 1, line - 1 + mostLines)) {
    const said = one.trimEnd().slice(0, mostOfLine);
    taken.push(said);
    for (const sign of said) open += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    if (open <= 0) break;
  }
  return taken.join('\n');
}

/** Lines that say which other files a file refers to, in most languages; of each, its start is looked at. */
const importLine =
  /^[ \t]*(?:import|from|export|use|using|#include|require\w*|package|namespace|mod)\b|\brequire\(/;
const lookedAt = 200;
/** Such a line with a list in brackets, which may go on below: names, or in Go the files themselves. */
const importList = /^[ \t]*(?:(?:import|from|use)\b|export\s+(?:type\s+)?\{)[^'"`]*$/;
/** Lines of a list: of a longer one, brackets are not closed yet. */
const mostOfList = 100;

/** What the choice of files depends on: while these lines stay the same, so does what a model is told. */
export function importLinesOf(text: string): string {
  const taken: string[] = [];
  let open = 0;
  let left = 0;
  for (const line of text.split('\n')) {
    const start = line.slice(0, lookedAt);
    const isOfList = open > 0 && left-- > 0;
    if (!isOfList && !importLine.test(start)) continue;
    taken.push(line);
    if (!isOfList) [open, left] = [0, mostOfList];
    if (isOfList || importList.test(start)) open += openedIn(start);
  }
  return taken.join('\n');
}

/** Brackets opened minus brackets closed. */
function openedIn(line: string): number {
  let open = 0;
  for (const sign of line) open += '({'.includes(sign) ? 1 : ')}'.includes(sign) ? -1 : 0;
  return open;
}
