/** What a Ruby file requires, autoloads and references. */
import { languageById } from '../workspace/language.ts';
import { codeLines } from './code-text.ts';
import type { Import } from './definition.ts';

const longestLine = 400;
/** Prefix of a target that names a constant instead of a file; a name from the top level has another `::`. */
export const constantMark = '::';

export function rubyImports(text: string): Import[] {
  const found: Import[] = [];
  const seen = new Set<string>();
  const code = codeLines(text, languageById('ruby')!);
  for (const [index, line] of text.split('\n').entries()) {
    if (line.length > longestLine) continue;
    const required =
      /^\s*(?:require|require_relative|load)[ (]+['"]([^'"]+)['"]/.exec(line) ??
      /^\s*autoload[ (]+:\w+, *['"]([^'"]+)['"]/.exec(line);
    if (required) {
      const relative = /^\s*require_relative/.test(line) && !required[1]!.startsWith('.');
      found.push({ target: relative ? `./${required[1]}` : required[1]!, line: index + 1 });
      continue;
    }
    // A declaration of a constant is not a use.
    const used = code[index]!.replace(/^\s*(?:class|module)\s+[\w:]+/, '');
    for (const [name] of used.matchAll(/(?<![\w:$@])(?:::)?[A-Z]\w*(?:::[A-Z]\w*)*/g)) {
      const target = constantMark + name;
      if (seen.has(target)) continue;
      seen.add(target);
      found.push({ target, line: index + 1 });
    }
  }
  return found;
}
