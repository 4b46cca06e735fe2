/** Expands a Rust file's `use` declarations into single paths. */
import { languageById } from '../workspace/language.ts';
import { codeLines } from './code-text.ts';
import type { Import } from './definition.ts';
import { LineIndex } from './line-index.ts';

/** Start of a declaration, which ends at the next semicolon. */
const declaration =
  /^[ \t]{0,200}(?:pub(?:\([^)\n]{0,100}\))?[ \t]+)?(?:use[ \t]+|mod[ \t]+(\w{1,200})[ \t]*;)/gm;

/** Limits in characters and nested braces: anything larger is not code. */
const longestTree = 4000;
const deepestTree = 20;
/** In characters; longer lines are data. */
const longestLine = 400;

/** The standard library and other implicit crates. */
const foreign = new Set(['std', 'core', 'alloc']);

export function rustUses(text: string): Import[] {
  const found: Import[] = [];
  const lines = new LineIndex(text);
  let end = -1;
  for (const match of text.matchAll(declaration)) {
    const line = lines.lineAt(match.index);
    const start = match.index + match[0].length;
    let targets = match[1] === undefined ? [] : [match[1]];
    if (match[1] === undefined) {
      if (start < end) continue;
      end = text.indexOf(';', start);
      if (end < 0) break;
      if (end - start > longestTree) continue;
      targets = expand(
        text
          .slice(start, end)
          .replace(/\/\/.*$/gm, '')
          .replace(/\s+/g, ' '),
        0,
      );
    }
    for (const target of new Set(targets))
      if (!foreign.has(target.split('::')[0]!))
        found.push({ target, line, ...(match[1] !== undefined && { declares: true }) });
  }
  return [...found, ...written(text, new Set(found.map(({ target }) => target)))];
}

/** Paths used inline: `cmd::sort::run(…)`. */
function written(text: string, known: Set<string>): Import[] {
  const found: Import[] = [];
  for (const [index, line] of codeLines(text, languageById('rust')!).entries()) {
    if (!line.includes('::') || line.length > longestLine || /^\s*(?:pub )?use\b/.test(line)) continue;
    for (const path of pathsIn(line)) {
      if (foreign.has(path.split('::')[0]!) || known.has(path)) continue;
      known.add(path);
      found.push({ target: path, line: index + 1 });
    }
  }
  return found;
}

const word = /\w/;
const followers = /(?:::\w+)+/y;

/** Paths on a line that start with a lower-case name, found from their first colons on. */
function* pathsIn(line: string): Generator<string> {
  let from = 0;
  for (let at = line.indexOf('::'); at >= 0; at = line.indexOf('::', from)) {
    let start = at;
    while (start > from && word.test(line[start - 1]!)) start--;
    from = at + 2;
    if (!/[a-z_]/.test(line[start]!) || line[start - 1] === ':') continue;
    followers.lastIndex = at;
    if (!followers.test(line)) continue;
    from = followers.lastIndex;
    yield line.slice(start, from);
  }
}

/** `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`. Aliases and globs are dropped. */
function expand(tree: string, depth: number): string[] {
  const brace = tree.indexOf('{');
  if (brace < 0) {
    const path = tree
      .replace(/ as .*$/, '')
      .replace(/::\s*\*$/, '')
      .replace(/^::/, '')
      .replaceAll(' ', '');
    return path === '' ? [] : [path];
  }
  if (depth >= deepestTree) return [];
  const prefix = tree.slice(0, brace).replaceAll(' ', '');
  const inner = tree.slice(brace + 1, tree.lastIndexOf('}'));
  return splitOutermost(inner).flatMap(part => {
    const clean = part.trim();
    if (clean === '') return [];
    return clean === 'self'
      ? expand(prefix.replace(/::$/, ''), depth + 1)
      : expand(prefix + clean, depth + 1);
  });
}

function splitOutermost(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}') depth--;
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
