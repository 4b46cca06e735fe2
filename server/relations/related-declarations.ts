/** What a model that sees one file is told of others: the declarations of the files to which it refers, and of the one most like it. */
import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { GraphFile } from '../analysis/graph-file.ts';
import type { Definition } from '../syntax/definition.ts';
import { kinOf } from './kin.ts';

export interface Declarations {
  readonly path: string;
  /** Signatures in the file's order, a line or a few each. */
  readonly text: string;
}

/** UTF-16 units of all to which it refers, and of one file: a few hundred tokens, which a model reads once for each document. */
const mostInAll = 1500;
const mostOfFile = 700;
/** The most lines of a document that is told of files like it. */
const mostOfYoung = 60;
/** Files most like it, and UTF-16 units of all and of one. */
const mostKin = 3;
const mostOfAllKin = 900;
const mostOfKin = 450;
/** Too little for a signature and a path. */
const leastLeft = 80;
/** Lines of a signature, and UTF-16 units of each. */
const mostLines = 4;
const mostOfLine = 160;

/** Kinds whose bodies say what they are, and the most lines of one that is told whole. */
const describesData = /\b(?:interface|type|struct|enum|record|protocol|trait)\b/;
const mostOfType = 12;
/** Kinds that begin with fields, and how many of them are told. */
const hasFields = /\b(?:class|object|module)\b/;
const mostFields = 5;

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
  const told: Declarations[] = [];
  let left = mostInAll;
  const kin = isYoung(text) ? kinOf(file, files.values()).slice(0, mostKin) : [];
  for (const { target, definitions, used } of referred) {
    if (left < leastLeft) break;
    if (kin.some(({ path }) => path === target)) continue;
    const wanted = [...used, ...definitions.filter(one => one.exported)];
    const one = declarationsOf(target, wanted, Math.min(mostOfFile, left - target.length), textOf);
    if (one === undefined) continue;
    left -= one.text.length + target.length;
    told.unshift(one);
  }
  left = mostOfAllKin;
  const like: Declarations[] = [];
  for (const { path, definitions } of kin) {
    if (left < leastLeft) break;
    const one = declarationsOf(path, definitions, Math.min(mostOfKin, left - path.length), textOf);
    if (one === undefined) continue;
    left -= one.text.length + path.length;
    like.unshift(one);
  }
  return [...told, ...like];
}

/** A longer text shows itself how it is written: then other files gain nothing, and cost a prefill. */
function isYoung(text: string): boolean {
  return text.split('\n', mostOfYoung + 1).length <= mostOfYoung;
}

/** Signatures of the first of the definitions that fit, in the file's order. */
function declarationsOf(
  path: string,
  definitions: readonly Definition[],
  most: number,
  textOf: (path: string) => string | undefined,
): Declarations | undefined {
  const lines = textOf(path)?.split('\n') ?? [];
  const signatures = new Map<number, string>();
  let size = 0;
  /** Lines told with the type around them. */
  const inside = new Set<number>();
  const defined = new Set(definitions.map(one => one.line));
  for (const { line, endLine = line, kind } of definitions) {
    if (signatures.has(line) || inside.has(line)) continue;
    const isWhole = describesData.test(kind) && endLine > line && endLine - line < mostOfType;
    const told = isWhole
      ? lines.slice(line - 1, endLine)
      : [...signatureAt(lines, line), ...(hasFields.test(kind) ? fieldsBelow(lines, line, defined) : [])];
    const text = told.map(one => one.trimEnd().slice(0, mostOfLine)).join('\n');
    if (size + text.length + 1 > most) continue;
    size += text.length + 1;
    signatures.set(line, text);
    if (isWhole) for (let at = line + 1; at <= endLine; at++) inside.add(at);
  }
  if (size === 0) return undefined;
  const inOrder = [...signatures].sort(([one], [other]) => one - other);
  return { path, text: inOrder.map(([, signature]) => signature).join('\n') };
}

/** How much of a file's declarations is used. */
function shareOf({ used, definitions }: Record<'used' | 'definitions', readonly unknown[]>): number {
  return used.length / definitions.length;
}

/** The fields with which a class begins, before its first method. @param defined lines of other definitions */
function fieldsBelow(lines: readonly string[], line: number, defined: ReadonlySet<number>): string[] {
  const depth = (one: string): number => one.search(/\S/);
  const own = depth(lines[line - 1] ?? '');
  const fields: string[] = [];
  let inner: number | undefined;
  let isDocumentation = false;
  for (let at = line + 1; at <= lines.length && fields.length < mostFields; at++) {
    const one = lines[at - 1]!;
    if (defined.has(at) || (one.trim() !== '' && depth(one) <= own && !/^\s*[{(]\s*$/.test(one))) break;
    // Docstrings that go on below.
    if ((one.match(/"""|'''/g)?.length ?? 0) % 2 === 1) isDocumentation = !isDocumentation;
    if (isDocumentation || one.trim() === '' || /^\s*(?:[/*@"'`{(]|#[:\s])|(?:"""|''')$/.test(one)) continue;
    inner ??= depth(one);
    if (depth(one) !== inner || /\)\s*(?:[:{]|->.*)\s*$/.test(one)) break;
    fields.push(one);
  }
  return fields;
}

/** As written, because a model goes on as code is written: up to the line that closes the brackets of the parameters. */
function signatureAt(lines: readonly string[], line: number): string[] {
  const taken: string[] = [];
  let open = 0;
  for (const one of lines.slice(line - 1, line - 1 + mostLines)) {
    taken.push(one);
    for (const sign of one.slice(0, mostOfLine)) open += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    if (open <= 0) break;
  }
  return taken;
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
