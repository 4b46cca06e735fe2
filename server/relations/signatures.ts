/** What a file declares, in a few lines as written: signatures, small types whole, classes with their first fields. */
import type { Definition } from '../syntax/definition.ts';

export interface Declarations {
  readonly path: string;
  /** Signatures in the file's order, a line or a few each. */
  readonly text: string;
}

/** Lines of a signature, and UTF-16 units of each. */
const mostLines = 4;
const mostOfLine = 160;

/** Kinds whose bodies say what they are, and the most lines of one that is told whole. */
const describesData = /\b(?:interface|type|struct|enum|record|protocol|trait)\b/;
const mostOfType = 12;
/** Kinds that begin with fields, and how many of them are told. */
const hasFields = /\b(?:class|object|module)\b/;
const mostFields = 5;

/**
 * Signatures of the first of the definitions that fit, in the file's order.
 * @param text of the file
 * @param most UTF-16 units
 * @returns undefined if none fits
 */
export function declarationsOf(
  path: string,
  text: string | undefined,
  definitions: readonly Definition[],
  most: number,
): Declarations | undefined {
  const lines = text?.split('\n') ?? [];
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
    const signature = told.map(one => one.trimEnd().slice(0, mostOfLine)).join('\n');
    if (size + signature.length + 1 > most) continue;
    size += signature.length + 1;
    signatures.set(line, signature);
    if (isWhole) for (let at = line + 1; at <= endLine; at++) inside.add(at);
  }
  if (size === 0) return undefined;
  const inOrder = [...signatures].sort(([one], [other]) => one - other);
  return { path, text: inOrder.map(([, one]) => one).join('\n') };
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
    if (isDocumentation || one.trim() === '' || /^\s*(?:[/*@"'`{(]|#(?:[:\s]|$))|(?:"""|''')$/.test(one))
      continue;
    inner ??= depth(one);
    // What goes on below says little by its first line.
    if (depth(one) !== inner || /[[({]\s*$/.test(one) || /\)\s*(?:[:{]|->.*)\s*$/.test(one)) break;
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
