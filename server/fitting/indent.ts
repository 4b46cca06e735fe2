/** Leading white space, and its conversion between files. */
import type { Language } from '../workspace/language.ts';

/** How an editor indents a document. */
export interface Indentation {
  readonly insertSpaces: boolean;
  readonly tabSize: number;
}

export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0];
}

/** A file's indentation: tabs, or a number of spaces; undefined if unknown. */
export function indentUnitOf(text: string): string | undefined {
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
  return [...steps].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The last text: unchanged while a line is typed. */
let lastUnit: { readonly text: string; readonly unit: string | undefined } | undefined;

/**
 * A document's indentation step: from its own lines, else from its editor, else the language's convention.
 * @param indent of the cursor's line, which is not in `text`: it decides between tabs and spaces where nothing else does
 */
export function unitFor(text: string, language: Language, indent: string, editor?: Indentation): string {
  // A recipe begins with a tab, whatever else in the file is indented by.
  if (language.id === 'makefile') return '\t';
  if (lastUnit?.text !== text) lastUnit = { text, unit: indentUnitOf(text) };
  const own = lastUnit.unit;
  if (own !== undefined) return own;
  if (indent.startsWith('\t')) return '\t';
  const usual = usualUnit(language, editor);
  return usual === '\t' && /^ {2,8}$/.test(indent) ? indent : usual;
}

function usualUnit(language: Language, editor?: Indentation): string {
  if (editor !== undefined) return editor.insertSpaces ? ' '.repeat(Math.max(1, editor.tabSize)) : '\t';
  if (language.id === 'go') return '\t';
  return inFours.has(language.id) ? '    ' : '  ';
}

const inFours = new Set(
  'python rust java csharp kotlin swift php c cpp cuda-cpp objective-c groovy perl solidity zig'.split(' '),
);

/** From where, and to where. */
export interface Move {
  /** The indentation of the lines there, and here. */
  readonly from: string;
  readonly to: string;
  /** The step there, and here. */
  readonly theirUnit: string;
  readonly ourUnit: string;
}

/**
 * Reindents lines: each is as many steps deeper here as there. Anything less than a step, such as alignment, is kept.
 */
export function reindent(lines: readonly string[], { from, to, theirUnit, ourUnit }: Move): string[] {
  const start = stepsIn(from, theirUnit);
  return lines.map(line => {
    if (line.trim() === '') return '';
    const indent = indentOf(line);
    const rest = line.slice(indent.length);
    if (indent.startsWith(from)) {
      const further = indent.slice(from.length);
      return to + (theirUnit === ourUnit ? further : inSteps(further, theirUnit, ourUnit)) + rest;
    }
    const back = start.steps - stepsIn(indent, theirUnit).steps;
    return (back >= 0 ? withoutSteps(to, back, ourUnit) : to + ourUnit.repeat(-back)) + rest;
  });
}

/**
 * Lines that a model wrote, the first whole, in steps of `unit`. Where the first line opens no block, what is deeper
 * may be aligned, so only tabs are exchanged for spaces and the reverse.
 */
export function inStepsOf(unit: string, lines: readonly string[]): string[] {
  const [first = '', ...below] = lines;
  const to = indentOf(first);
  const opensBlock = /[{:]\s*$/.test(first);
  const deeper = indentOf(below.find(line => line.trim() !== '') ?? '');
  let from = to;
  let theirUnit = deeper.startsWith(to) ? deeper.slice(to.length) : '';
  if (!deeper.startsWith(to) && opensBlock) {
    // All of it in steps of another kind.
    const { steps } = stepsIn(to, unit);
    theirUnit = deeper.slice(0, Math.floor(deeper.length / (steps + 1)));
    from = theirUnit.repeat(steps);
    if (from + theirUnit !== deeper) return [...lines];
  }
  if (theirUnit.startsWith('\t')) theirUnit = '\t';
  const isOther = opensBlock ? theirUnit !== unit : (theirUnit === '\t') !== (unit === '\t');
  if (theirUnit === '' || !isOther) return [...lines];
  return [first, ...reindent(below, { from, to, theirUnit, ourUnit: unit })];
}

function inSteps(indent: string, theirUnit: string, ourUnit: string): string {
  const { steps, rest } = stepsIn(indent, theirUnit);
  return ourUnit.repeat(steps) + ' '.repeat(rest);
}

/** A tab is one step in any unit; in a file of tabs, two spaces are alignment. */
function stepsIn(indent: string, unit: string): { steps: number; rest: number } {
  let steps = 0;
  let spaces = 0;
  for (const char of indent) {
    if (char === '\t') {
      steps++;
      spaces = 0;
    } else if (++spaces === unit.length && unit !== '\t') {
      steps++;
      spaces = 0;
    }
  }
  return { steps, rest: spaces };
}

function withoutSteps(indent: string, count: number, unit: string): string {
  let left = indent;
  for (let i = 0; i < count && left !== ''; i++)
    left = left.endsWith('\t') ? left.slice(0, -1) : left.slice(0, Math.max(0, left.length - unit.length));
  return left;
}
