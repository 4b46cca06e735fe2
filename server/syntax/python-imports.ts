/** Modules imported by a Python file; each name of `from … import a, b` counts as a possible module. */
import type { Import } from './definition.ts';

const longestLine = 400;
/** Lines that one import may span. */
const maxLines = 60;

export function pythonImports(text: string): Import[] {
  const lines = text.split('\n');
  const found: Import[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim();
    if (line.length > longestLine) continue;
    const number = at + 1;
    const plain = /^import ([\w., ]+)/.exec(line);
    if (plain)
      for (const part of plain[1]!.split(',')) {
        const target = part.trim().split(' ')[0]!;
        if (target !== '') found.push({ target, line: number });
      }
    const from = /^from +([.\w]+) +import\b(.*)$/.exec(line);
    if (!from) continue;
    const module = from[1]!;
    if (/\w/.test(module)) found.push({ target: module, line: number });
    let names = from[2]!;
    if (names.includes('(')) {
      const last = Math.min(lines.length - 1, at + maxLines);
      while (!names.includes(')') && at < last) names += ` ${lines[++at]!.split('#')[0]}`;
    }
    for (const part of names
      .replace(/[()\\]/g, ' ')
      .split('#')[0]!
      .split(',')) {
      const name = part.trim().split(' ')[0]!;
      if (/^\w+$/.test(name))
        found.push({ target: module.endsWith('.') ? module + name : `${module}.${name}`, line: number });
    }
  }
  return found;
}
