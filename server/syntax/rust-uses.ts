/** The `use` declarations of a Rust file, each tree of braces as the paths it stands for. */
import { languageById } from '../workspace/language.ts';
import { codeText } from './code-text.ts';
import type { Import } from './definition.ts';

const declaration = /^[ \t]*(?:pub(?:\([^)]*\))?\s+)?(?:use\s+([^;]{1,4000});|mod\s+(\w+)\s*;)/gm;
const longestLine = 400;
/** Of the standard library and of what every crate has. */
const foreign = new Set(['std', 'core', 'alloc']);

export function rustUses(text: string): Import[] {
  const found: Import[] = [];
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(declaration)) {
    line += text.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    const targets =
      match[2] === undefined ? expand(match[1]!.replace(/\/\/.*$/gm, '').replace(/\s+/g, ' ')) : [match[2]];
    for (const target of new Set(targets))
      if (!foreign.has(target.split('::')[0]!)) found.push({ target, line });
  }
  return [...found, ...written(text, new Set(found.map(({ target }) => target)))];
}

/** Paths that stand in the code itself: `cmd::sort::run(…)`. */
function written(text: string, known: Set<string>): Import[] {
  const found: Import[] = [];
  for (const [index, line] of codeText(text, languageById('rust')!).split('\n').entries()) {
    if (line.length > longestLine || /^\s*(?:pub )?use\b/.test(line)) continue;
    for (const [path] of line.matchAll(/(?<![\w:])[a-z_]\w*(?:::\w+)+/g)) {
      if (foreign.has(path.split('::')[0]!) || known.has(path)) continue;
      known.add(path);
      found.push({ target: path, line: index + 1 });
    }
  }
  return found;
}

/** `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`. Names given by `as` and globs are dropped. */
function expand(tree: string): string[] {
  const brace = tree.indexOf('{');
  if (brace < 0) {
    const path = tree
      .replace(/ as .*$/, '')
      .replace(/::\s*\*$/, '')
      .replace(/^::/, '')
      .replaceAll(' ', '');
    return path === '' ? [] : [path];
  }
  const prefix = tree.slice(0, brace).replaceAll(' ', '');
  const inner = tree.slice(brace + 1, tree.lastIndexOf('}'));
  return splitOutermost(inner).flatMap(part => {
    const clean = part.trim();
    return clean === 'self' ? expand(prefix.replace(/::$/, '')) : clean === '' ? [] : expand(prefix + clean);
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
