/**
 * Definitions of brace languages without a grammar here: Kotlin, Swift, Scala, Groovy, Dart. Lines are scanned word by
 * word, to find a declaration behind any number of modifiers, and braces are counted, to tell members from locals.
 */
import { languageById } from '../workspace/language.ts';
import { codeLines } from './code-text.ts';
import type { Definition } from './definition.ts';

interface Words {
  /** Keywords that declare a type. */
  readonly types: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
}

const words = (types: string, functions: string, values: string): Words => ({
  types: new Set(types.split(' ')),
  functions: new Set(functions.split(' ')),
  values: new Set(values.split(' ')),
});

const languages = new Map<string, Words>([
  ['kotlin', words('class interface object', 'fun', 'val var typealias')],
  ['swift', words('class struct enum protocol extension actor', 'func init', 'let var typealias')],
  ['scala', words('class trait object enum', 'def', 'val')],
  ['groovy', words('class interface enum trait', 'def', '')],
  ['dart', words('class mixin enum extension', '', 'typedef')],
]);
const modifiers = new Set(
  'public private internal protected open final abstract sealed data inner enum annotation value inline override suspend operator infix tailrec external expect actual lateinit const companion fun fileprivate static class mutating nonmutating indirect convenience required dynamic weak unowned lazy nonisolated isolated async package case implicit base interface reified crossinline noinline vararg'.split(
    ' ',
  ),
);
const hidden = /\b(?:private|fileprivate)\b/;
const longestLine = 400;
const maxDefinitions = 1000;

export function hasBraceOutline(languageId: string): boolean {
  return languages.has(languageId);
}

interface Open {
  readonly depth: number;
  readonly definition: Definition & { endLine?: number };
  /** Undefined for a function, whose body declares nothing visible outside. */
  readonly type: string | undefined;
}

export function braceOutline(languageId: string, text: string): Definition[] {
  const rules = languages.get(languageId);
  const language = languageById(languageId);
  const found: (Definition & { endLine?: number })[] = [];
  if (rules === undefined || language === undefined) return found;
  const open: Open[] = [];
  /** The last declaration without a body yet: its head may span lines. */
  let head: Omit<Open, 'depth'> | undefined;
  let depth = 0;
  let round = 0;
  for (const [index, line] of codeLines(text, language).entries()) {
    const inside = open.at(-1);
    const isLevel =
      inside === undefined ? depth === 0 : inside.type !== undefined && depth === inside.depth + 1;
    const declared =
      isLevel && round === 0 && line.length <= longestLine ? declaration(line, rules) : undefined;
    if (declared !== undefined && found.length < maxDefinitions) {
      const container = inside?.type ?? declared.receiver;
      const definition: Definition & { endLine?: number } = {
        name: declared.name,
        kind: declared.kind === 'function' && container !== undefined ? 'method' : declared.kind,
        line: index + 1,
        exported: !hidden.test(line.slice(0, line.indexOf(declared.name))),
        ...(container !== undefined && { container }),
      };
      found.push(definition);
      head = { definition, type: declared.isType ? declared.name : undefined };
    }
    for (const character of line) {
      if (character === '(') round++;
      else if (character === ')') round = Math.max(0, round - 1);
      else if (character === '{') {
        if (head !== undefined && round === 0) open.push({ depth, ...head });
        if (round === 0) head = undefined;
        depth++;
      } else if (character === '}') {
        depth = Math.max(0, depth - 1);
        if (open.at(-1)?.depth === depth) open.pop()!.definition.endLine = index + 1;
      }
    }
  }
  return found;
}

interface Declared {
  readonly kind: string;
  readonly name: string;
  readonly isType: boolean;
  /** The type that an extension function extends. */
  readonly receiver?: string;
}

/** Parses a declaration line: modifiers and annotations, keyword, name. */
function declaration(line: string, { types, functions, values }: Words): Declared | undefined {
  let rest = line.trim();
  for (let seen = 0; seen < 12; seen++) {
    const annotation = /^@[\w.:]+(?:\([^()]*\))? */.exec(rest);
    if (annotation) {
      rest = rest.slice(annotation[0].length);
      continue;
    }
    const word = /^\w+/.exec(rest)?.[0];
    if (word === undefined) return undefined;
    const after = rest.slice(word.length).trimStart();
    if (word === 'init' && functions.has(word)) return { kind: 'function', name: word, isType: false };
    const isType = types.has(word);
    if (isType || functions.has(word) || values.has(word)) {
      // `enum class`, `fun interface` and `case class` have two keywords.
      const second = /^\w+/.exec(after)?.[0];
      if (second !== undefined && types.has(second) && second !== 'object') {
        rest = after;
        continue;
      }
      const named =
        /^(?:<[^>]*>+ *)?(?:([A-Z]\w*(?:\.[A-Z]\w*)*)(?:<[^()=]*>)?\??\.)?[`]?([A-Za-z_]\w*)/.exec(after);
      if (!named) return undefined;
      const kind = isType
        ? word
        : functions.has(word)
          ? 'function'
          : word === 'typealias'
            ? 'type'
            : 'property';
      return { kind, name: named[2]!, isType, ...(named[1] !== undefined && { receiver: named[1] }) };
    }
    if (!modifiers.has(word)) return undefined;
    // Skips `private(set)` and other parenthesized modifiers.
    rest = after.replace(/^\([^()]*\) */, '');
  }
  return undefined;
}
