/**
 * Tells a use of a declared name from a variable, field or method of the same name, in languages where files see each
 * other's names. What a line does not decide is not a use.
 */

/** @returns whether the bare name at a 1-based line and a column may mean a declaration of another file */
export type Meaning = (line: number, at: number, name: string) => boolean;

/** @param lines of code, without comments and strings */
export function meaningOf(id: string, lines: readonly string[]): Meaning {
  if (id === 'go') return inGo(lines);
  return id === 'csharp' || id === 'java' ? byTypes(lines) : () => true;
}

/** Longer lines are data, and declare nothing. */
const longestLine = 400;
/** Characters beside a name that tell what it means. */
const beside = 200;

function around(line: string, at: number, name: string): { readonly before: string; readonly after: string } {
  const end = at + name.length;
  return { before: line.slice(Math.max(0, at - beside), at), after: line.slice(end, end + beside) };
}

const goKeywords = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(
    ' ',
  ),
);
/** A name before its type: a parameter, a field or a variable. */
const goDeclared = /([A-Za-z_]\w*) +(?=[A-Za-z_]|\*\w|\[\]|\[\w+\]|<-chan|\.\.\.)/g;
/** Names that share a type or an assignment; a name after another word is itself a type. */
const goList =
  /(?<=^\s*|[({]|[,;] |\b(?:var|const|for|if|switch|case) )[A-Za-z_]\w*(?:, [A-Za-z_]\w*)+(?= +(?:[A-Za-z_]|\*\w|\[\]|:=))/g;

function inGo(lines: readonly string[]): Meaning {
  const bound = new Set<string>();
  /** Lines that list the methods of an interface. */
  const methods = new Set<number>();
  let isInterface = false;
  for (const [index, line] of lines.entries()) {
    if (line.length > longestLine) continue;
    if (isInterface && /^\s*\}/.test(line)) isInterface = false;
    if (isInterface) methods.add(index + 1);
    if (/\binterface \{\s*$/.test(line)) isInterface = true;
    for (const [, name] of line.matchAll(goDeclared)) if (!goKeywords.has(name!)) bound.add(name!);
    for (const [list] of line.matchAll(goList)) for (const name of list.split(', ')) bound.add(name);
    for (const [, name] of line.matchAll(/([A-Za-z_]\w*) :=/g)) bound.add(name!);
    const assigned = /^\s*(?:var|const) ([A-Za-z_]\w*)/.exec(line);
    if (assigned) bound.add(assigned[1]!);
  }
  return (number, at, name) => {
    const line = lines[number - 1]!;
    const { before, after } = around(line, at, name);
    // A key of a literal.
    if (/^:(?!=)/.test(after) && !/^\s*case\b/.test(before)) return false;
    // The name of a method, in its declaration or in an interface.
    if (/^func \([^)]*\) $/.test(before)) return false;
    if (methods.has(number) && before.trim() === '' && after.startsWith('(')) return false;
    if (/^[A-Z]/.test(name)) return !/^ +(?:[A-Za-z_]|\*\w|\[\])/.test(after) || /[(\w*\]] *$/.test(before);
    return !bound.has(name) || after.startsWith('{');
  };
}

/** Words that may precede a type or an expression. */
const leading = new Set(
  'abstract and as async await base case checked class const default delegate do else event explicit extends extern final fixed foreach get global goto if implements implicit in init instanceof interface internal is lock native new not on or out override params partial private protected public readonly record ref required return scoped sealed select set stackalloc static struct strictfp super switch synchronized this throw throws transient typeof unsafe using virtual volatile when where while with yield'.split(
    ' ',
  ),
);
const enumBody = /\benum \w+[^{;]{0,200}\{([^{}]{0,4000})\}/g;

/** `Type Name`: the second word is declared here. */
function isDeclared(before: string): boolean {
  const match = /(?:(@?\w+)|[\w\])]>|>>|\w\[\]|\w\?)\s+$/.exec(before.slice(-80));
  if (match === null) return false;
  const word = match[1];
  return word === undefined || !(word.startsWith('@') || leading.has(word));
}

function byTypes(lines: readonly string[]): Meaning {
  const bound = new Set<string>();
  for (const line of lines.filter(({ length }) => length <= longestLine))
    for (const { 0: name, index } of line.matchAll(/(?<![\w$.@])[A-Z]\w*/g))
      if (isDeclared(line.slice(0, index))) bound.add(name);
  for (const [, body] of lines.join('\n').matchAll(enumBody))
    for (const [name] of body!.matchAll(/\b[A-Z]\w*/g)) bound.add(name);
  return (number, at, name) => {
    const line = lines[number - 1]!;
    const { before, after } = around(line, at, name);
    // Assigned, or the name of an argument.
    if (/^\s*=(?!=)(?!>)/.test(after) || /^:(?!:)/.test(after) || isDeclared(before)) return false;
    if (!bound.has(name)) return true;
    const next = /^(?:<[^<>]*>)?(?:\[\])?\??\s+([A-Za-z_]\w*)/.exec(after)?.[1];
    return (
      /(?:\b(?:new|is|as|extends|implements|throws)\s+|\btypeof\(|<)$/.test(before) ||
      (next !== undefined && !leading.has(next))
    );
  };
}
