/** The top-level definitions of a file in reading order, each with its sentence or declaration. */
import type { Sentence } from '../documents/prose.ts';
import { type Definition, isMember } from '../syntax/definition.ts';
import { baseName } from '../syntax/paths.ts';
import type { Language } from '../workspace/language.ts';
import { definitionSentence } from './comments.ts';

export interface Head {
  readonly name: string;
  readonly kind: string;
  readonly line: number;
  readonly exported: boolean;
  readonly sentence?: Sentence;
  /** Its declaration, with what it extends and implements. */
  readonly signature: string;
  /** Of a type: its public members. */
  readonly members: readonly string[];
  /** Lines of it and its members. */
  readonly size: number;
}

const mostHeads = 60;
const mostMembers = 8;
const longestSignature = 140;
/** Lines that a declaration may span. */
const declarationLines = 12;
const longestParameters = 40;

export function headsOf(
  path: string,
  lines: readonly string[],
  definitions: readonly Definition[],
  language: Language,
): Head[] {
  const members = new Map<string, string[]>();
  for (const { name, container, exported, kind } of definitions) {
    if (container === undefined || !exported || kind === 'property' || /^_|^init$|^constructor$/.test(name))
      continue;
    const list = members.get(container) ?? [];
    members.set(container, list);
    if (list.length < mostMembers && !list.includes(name)) list.push(name);
  }
  const stem = baseName(path)
    .replace(/\..*$/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
  const outer = outermost(definitions);
  // A definition named like the file is its subject, wherever it is.
  const subject = definitions.filter(({ name, kind }) => types.has(kind) && name.toLowerCase() === stem);
  return [...new Set([...subject, ...outer])].slice(0, mostHeads).map(definition => {
    const { name, kind, line, exported } = definition;
    const sentence = definitionSentence(lines, line, language, path);
    return {
      name,
      kind,
      line,
      exported,
      ...(sentence && { sentence }),
      signature: signatureOf(lines, definition),
      members: members.get(name) ?? [],
      size: sizeOf(definition, definitions),
    };
  });
}

function sizeOf({ name, line, endLine }: Definition, definitions: readonly Definition[]): number {
  // Go and Rust write methods outside their types.
  const apart = definitions.filter(
    one => one.container === name && (one.line < line || one.line > (endLine ?? line)),
  );
  return apart.reduce(
    (sum, one) => sum + (one.endLine ?? one.line) - one.line + 1,
    (endLine ?? line) - line + 1,
  );
}

/** Definitions that no type contains. A module or namespace with types in it only locates them. */
export function outermost(definitions: readonly Definition[]): Definition[] {
  const spaces = new Set(
    definitions.filter(({ kind }) => kind === 'module' || kind === 'namespace').map(({ name }) => name),
  );
  const isType = ({ kind }: Definition): boolean => types.has(kind);
  const holders = new Set(
    definitions.flatMap(one =>
      isType(one) && one.container !== undefined && spaces.has(one.container) ? [one.container] : [],
    ),
  );
  return definitions.filter(one => {
    if (holders.has(one.name) && spaces.has(one.name)) return false;
    return !isMember(one) || (isType(one) && one.container !== undefined && holders.has(one.container));
  });
}

const types = new Set(
  'class module interface struct enum record trait union type protocol object'.split(' '),
);

/** The declaration up to its body, on one line, with the annotations above it; long parameter lists are shortened. */
export function signatureOf(lines: readonly string[], { kind, name, container, line }: Definition): string {
  let text = '';
  for (let at = line - 1; at < Math.min(lines.length, line - 1 + declarationLines); at++) {
    text = `${text} ${lines[at]!.trim().slice(0, 300)}`;
    if (!goesOn(text, lines[at + 1]?.trim() ?? '')) break;
  }
  const clean = text
    .trim()
    .replace(/\s*(?:\{.*|=>.*|;\s*|(?<=[)\w]):\s*)$/, '')
    .replace(/\s{2,}/g, ' ')
    .replace(/^(?:(?:export|default|public|internal|open|pub(?:\(\w+\))?|declare|partial) )+/, '');
  const spoken = /=>|\bfunction\b/.test(text)
    ? clean.replace(/^(?:const|let|var) (\w+)[^=]*= ?(?:async )?(?:function ?)?/, 'function $1')
    : clean;
  const short = shortened(spoken);
  const noted = annotations(lines, line - 2);
  if (!short.includes(name) || /[(<[,=|]$/.test(short))
    return `${noted}${kind} ${container ? `${container}.` : ''}${name}`;
  const signature = noted + short;
  return signature.length <= longestSignature ? signature : `${signature.slice(0, longestSignature)} …`;
}

/** Elides long parameter lists. */
function shortened(text: string): string {
  let shown = '';
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '(') {
      shown += text[at++];
      continue;
    }
    let open = 0;
    let end = at;
    do {
      if (text[end] === '(') open++;
      else if (text[end] === ')') open--;
      end++;
    } while (open > 0 && end < text.length);
    shown += end - at > longestParameters ? '(…)' : text.slice(at, end);
    at = end;
  }
  return shown;
}

/** Whether a declaration continues on the next line: a bracket is open, or an extends clause follows. */
function goesOn(text: string, next: string): boolean {
  const open = text.split('(').length - text.split(')').length;
  if (open > 0) return true;
  return (
    !/[{;]\s*$/.test(text) &&
    (text.trimEnd().endsWith(',') || /^(?:extends|implements|where|:(?!:)|with)\b|^:(?!:)/.test(next))
  );
}

/** Annotations and attributes above a declaration, which show its role in a framework. */
function annotations(lines: readonly string[], above: number): string {
  const found: string[] = [];
  for (let at = above; at >= 0 && above - at < 6 && found.length < 3; at--) {
    const match = /^\s*(@|\[|#\[)([A-Z]\w*)/.exec(lines[at]!);
    if (!match) break;
    if (!/^(?:Override|Suppress\w*|Deprecated|Target|Retention|SuppressWarnings)$/.test(match[2]!))
      found.unshift(match[1] === '@' ? `@${match[2]} ` : `[${match[2]}] `);
  }
  return found.join('');
}
