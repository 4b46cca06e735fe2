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
  /** Of a type: its public methods and then its fields, or its values. */
  readonly members: readonly string[];
  /** Supertypes, without type arguments. */
  readonly bases: readonly string[];
  /** Lines of it and its members. */
  readonly size: number;
}

const mostHeads = 60;
/** A limit on work: counts of members are exact below it. */
const mostMembers = 200;
const longestSignature = 170;
const longestLine = 400;
/** Lines that a declaration may span. */
const declarationLines = 12;
const longestParameters = 40;
const mostParameters = 6;

export function headsOf(
  path: string,
  lines: readonly string[],
  definitions: readonly Definition[],
  language: Language,
): Head[] {
  const members = new Map<string, string[]>();
  const fields = new Map<string, string[]>();
  const written = new Set(definitions.map(({ name, container }) => `${container}.${name}`));
  for (const { name, container, exported, kind } of definitions) {
    if (container === undefined || !exported || unsaid.test(name)) continue;
    const of = kind === 'property' || kind === 'field' ? fields : members;
    const list = of.get(container) ?? [];
    of.set(container, list);
    const shown = fieldOf(name, container, written, lines) ?? name;
    if (list.length < mostMembers && !list.includes(shown)) list.push(shown);
  }
  const stem = baseName(path)
    .replace(/\..*$/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
  const outer = outermost(definitions, language.id);
  // A definition named like the file is its subject, wherever it is.
  const subject = definitions.filter(({ name, kind }) => types.has(kind) && name.toLowerCase() === stem);
  return [...new Set([...subject, ...outer])]
    .filter(({ name }) => name !== '_' && name !== 'exports')
    .slice(0, mostHeads)
    .map(definition => {
      const { name, kind, line, exported } = definition;
      const sentence = definitionSentence(lines, line, language, path);
      const signature = signatureOf(lines, definition);
      const held = [...new Set([...(members.get(name) ?? []), ...(fields.get(name) ?? [])])];
      return {
        name,
        kind,
        line,
        exported,
        ...(sentence && { sentence }),
        signature,
        members: held.length > 0 ? held : valuesOf(lines, definition, signature),
        bases: types.has(kind) ? basesOf(signature, name) : [],
        size: sizeOf(definition, definitions),
      };
    });
}

/** `getName` and `setName` are the field `name`, if the file declares it. */
function fieldOf(
  name: string,
  container: string,
  written: ReadonlySet<string>,
  lines: readonly string[],
): string | undefined {
  const match = /^(get|is|set)([A-Z]\w*)$/.exec(name);
  if (!match) return undefined;
  const [, verb, field] = match;
  const others = verb === 'set' ? ['get', 'is'] : ['set'];
  const isField = others.some(other => written.has(`${container}.${other}${field}`));
  if (!isField) return undefined;
  const own = field![0]!.toLowerCase() + field!.slice(1);
  const declared = new RegExp(
    `\\b(?:private|protected|public|internal|readonly|final|var|val|let)\\b[^;=(){}]{0,80}[\\s$#]${own}\\b(?!\\()`,
  );
  return lines.some(line => line.length < longestLine && declared.test(line)) ? own : undefined;
}

/** Members that most types have; not what is called on an object itself. */
const unsaid =
  /^_(?!_(?:invoke|call__)$)|^(?:init|initialize|constructor|toString|ToString|to_s|equals|Equals|hashCode|GetHashCode|clone|finalize)$/;

/** The values of an enumeration. */
function valuesOf(
  lines: readonly string[],
  { kind, line, endLine }: Definition,
  signature: string,
): string[] {
  if (kind !== 'enum' && !/\benum\b/.test(signature)) return [];
  const body = lines.slice(line - 1, Math.min(endLine ?? line, line + 40)).join('\n');
  const inside = body.slice(body.indexOf('{') + 1);
  const found = inside
    .split(/[,\n]/)
    .map(one => /^\s*(?:case\s+)?([A-Za-z_]\w*)\s*(?:=.*|\(.*|;|\}.*)?$/.exec(one.slice(0, 200))?.[1])
    .filter(one => one !== undefined);
  return [...new Set(found)].slice(0, mostMembers);
}

/** The supertypes in a declaration: after `extends`, `implements`, a colon, Ruby's `<`, or in Python's parentheses. */
export function basesOf(signature: string, name: string): string[] {
  const at = signature.indexOf(name);
  if (at < 0) return [];
  const bare = withoutBrackets(signature.slice(at + name.length), '<', '>');
  const rest = withoutBrackets(bare, '(', ')');
  const heritage =
    /(?:\bextends\b|\bimplements\b|^\s*<(?!<)|^\s*:(?!:))(.*)$/.exec(rest)?.[1] ??
    (/^class\b/.test(signature) ? /^\s*\(([^()]*)\)/.exec(bare)?.[1] : undefined) ??
    '';
  return heritage
    .split(/,|\bimplements\b|\bextends\b|\bwith\b/)
    .map(
      one =>
        /^\s*(?:public |private |protected |virtual )*[\w.\\:]*?(\w+)\s*$/.exec(
          one.split(/\bwhere\b/)[0]!,
        )?.[1],
    )
    .filter(
      one => one !== undefined && !/^(?:object|Object|ABC|where|int|string|byte|uint)$/.test(one),
    ) as string[];
}

function withoutBrackets(text: string, open: string, close: string): string {
  let depth = 0;
  let kept = '';
  for (let at = 0; at < text.length; at++) {
    // Ruby's `<` stands between spaces.
    const isOpen = text[at] === open && (open === '(' || text[at + 1] !== ' ');
    if (isOpen) depth++;
    else if (text[at] === close && depth > 0) depth--;
    else if (depth === 0) kept += text[at];
  }
  return kept;
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

/**
 * Definitions that no type contains. A module or namespace with types in it only locates them.
 * @param languageId in Kotlin, functions that extend a type of another file are included
 */
export function outermost(definitions: readonly Definition[], languageId?: string): Definition[] {
  const isType = ({ kind }: Definition): boolean => types.has(kind);
  const withMembers = new Set(definitions.flatMap(one => (isType(one) ? [] : [one.container])));
  // Ruby reopens a class to put others into it.
  const isSpace = ({ kind, name }: Definition): boolean =>
    /^(?:module|namespace)$/.test(kind) ||
    (languageId === 'ruby' && kind === 'class' && !withMembers.has(name));
  const spaces = new Set(definitions.filter(isSpace).map(({ name }) => name));
  const withExtensions = languageId === 'kotlin';
  const holders = new Set(
    definitions.flatMap(one =>
      isType(one) && one.container !== undefined && spaces.has(one.container) ? [one.container] : [],
    ),
  );
  const names = new Set(definitions.map(({ name }) => name));
  return definitions.filter(one => {
    if (holders.has(one.name) && spaces.has(one.name)) return false;
    if (withExtensions && one.container !== undefined && !names.has(one.container)) return true;
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
    // A comment on a parameter.
    if (/^\s*(?:\/\*|\*)/.test(lines[at]!) && at >= line) continue;
    text = `${text} ${lines[at]!.trim()
      .slice(0, 300)
      .replace(/(?:^| )\/\/.*$/, '')}`;
    if (!goesOn(text, lines[at + 1]?.trim() ?? '')) break;
  }
  const clean = withoutBody(text.trim())
    .replace(/\s*(?:;\s*|(?<=[)\]\w]):\s*| : *)$/, '')
    .replace(/\s{2,}/g, ' ')
    .replace(/\( | ?,? \)/g, sign => sign.trim().replace(/^, *\)$/, ')'))
    .replace(/^(?:(?:export|default|public|internal|open|pub(?:\(\w+\))?|declare|partial) )+/, '');
  const spoken = /=>|\bfunction\b/.test(text)
    ? clean.replace(/^(?:const|let|var) (\w+)[^=]*= ?(?:async )?(?:function ?)?/, 'function $1')
    : clean;
  const short = shortened(spoken, types.has(kind));
  const noted = annotations(lines, line - 2);
  if (!short.includes(name) || /[(<[,=|]$/.test(short))
    return `${noted}${kind} ${container ? `${container}.` : ''}${name}`;
  const signature = noted + short;
  if (signature.length <= longestSignature) return signature;
  const bare = withoutBrackets(signature, '<', '>');
  return bare.length <= longestSignature ? bare : `${bare.slice(0, longestSignature)} …`;
}

/** The text before the body's brace or arrow; those inside brackets do not count. */
function withoutBody(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (depth === 0 && (sign === '{' || (sign === '=' && text[at + 1] === '>')))
      return text.slice(0, at).trimEnd();
    if (sign === '(' || sign === '[' || sign === '{') depth++;
    else if ((sign === ')' || sign === ']' || sign === '}') && depth > 0) depth--;
  }
  return text;
}

/** Reduces long parameter lists to names. */
function shortened(text: string, isType: boolean): string {
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
    const list = text.slice(at, end);
    shown += list.length <= longestParameters ? list : parameterNames(list, isType);
    at = end;
  }
  return shown;
}

/**
 * `(name, price and 3 more)`; for a type in any language's order of names and types, otherwise where a colon separates
 * them.
 */
function parameterNames(list: string, isType: boolean): string {
  const bare = withoutBrackets(
    withoutBrackets(withoutBrackets(list.slice(1, -1), '[', ']'), '(', ')'),
    '<',
    '>',
  );
  const parameters = bare
    .replace(/@\w+/g, '')
    .split(',')
    .filter(one => one.trim() !== '');
  if (!isType && !parameters.every(one => one.includes(':'))) return '(…)';
  const names = parameters
    .map(one => /^(?:[^:]*?\b(\w+) *:|.*?\b(\w+) *(?:=|$))/.exec(one.trim()))
    .map(match => match?.[1] ?? match?.[2]);
  if (names.length === 0 || names.some(name => name === undefined)) return '(…)';
  const more = names.length - mostParameters;
  return `(${names.slice(0, mostParameters).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** Whether a declaration continues on the next line: a bracket is open, or an extends clause follows. */
function goesOn(text: string, next: string): boolean {
  const open = text.split('(').length - text.split(')').length;
  if (open > 0 || / :\s*$/.test(text)) return true;
  if (/[)\]\w]:\s*$/.test(text)) return false;
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
