/** White space at the start of lines. */

export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}

/** How a file indents: by tabs, or by so many spaces. Two spaces where it does not say. */
export function indentUnitOf(text: string): string {
  const steps = new Map<string, number>();
  let previous = 0;
  for (const line of text.split('\n', 2000)) {
    if (line.trim() === '') continue;
    const indent = indentOf(line);
    if (indent.startsWith('\t')) steps.set('\t', (steps.get('\t') ?? 0) + 1);
    else {
      const step = indent.length - previous;
      if (step >= 2 && step <= 8) steps.set(' '.repeat(step), (steps.get(' '.repeat(step)) ?? 0) + 1);
      previous = indent.length;
    }
  }
  const best = [...steps].sort((a, b) => b[1] - a[1])[0];
  return best?.[0] ?? '  ';
}

/** Lines moved from one indentation to another; what they are indented further is written in this file's unit. */
export function reindent(lines: readonly string[], from: string, to: string, unit: string): string[] {
  return lines.map(line => {
    if (line.trim() === '') return '';
    const indent = indentOf(line);
    const further = indent.startsWith(from) ? indent.slice(from.length) : '';
    // Less than where it started: as many steps back as it can go.
    const base = indent.startsWith(from)
      ? to
      : to.slice(0, Math.max(0, to.length - (from.length - indent.length)));
    return base + inUnit(further, unit) + line.slice(indent.length);
  });
}

function inUnit(indent: string, unit: string): string {
  if (unit === '\t') return indent.replace(/ {4}| {2}/g, '\t');
  return indent.replaceAll('\t', unit);
}
