import { indentOf } from '../fitting/indent.ts';
import { languageOf } from '../workspace/language.ts';
import type { EvaluatedFile } from './lines.ts';
import { shuffled } from './random.ts';

/** A stretch of a hidden file to retype. */
export interface Sitting {
  readonly file: EvaluatedFile;
  readonly manner: 'top to bottom' | 'one function';
  /** Start and end of typing: UTF-16 offsets into the file's text. */
  readonly start: number;
  readonly end: number;
  /** Text after the typed part: empty when a file is typed from top to bottom. */
  readonly after: string;
}

/** Lines per stretch, and stretches per file: a long file is typed in parts, spread over it. */
const stretchLines = 8;
const maxStretches = 4;
/** Lines of a function typed into a finished file. */
const functionLines = { least: 3, most: 24 } as const;
const longestLine = 300;

/**
 * Chooses what to type: random code files, and in each a few stretches from top to bottom and one function.
 * @returns sittings of `count` files, or of all there are
 */
export function chooseSittings(
  files: readonly EvaluatedFile[],
  count: number,
  random: () => number,
): Sitting[] {
  const isTyped = ({ path, text }: EvaluatedFile): boolean =>
    languageOf(path).kind === 'code' &&
    text.split('\n').length >= stretchLines &&
    text.split('\n').every(line => line.length <= longestLine);
  return shuffled(files.filter(isTyped), random)
    .slice(0, count)
    .flatMap(file => sittingsOf(file, random));
}

function sittingsOf(file: EvaluatedFile, random: () => number): Sitting[] {
  const { text } = file;
  const starts = lineStarts(text);
  const lines = starts.length;
  const stretches = Math.min(maxStretches, Math.max(1, Math.floor(lines / stretchLines)));
  const sittings: Sitting[] = [];
  for (let part = 0; part < stretches; part++) {
    const room = lines / stretches;
    const first = Math.floor(part * room + random() * Math.max(0, room - stretchLines));
    const end = starts[first + stretchLines] ?? text.length;
    sittings.push({ file, manner: 'top to bottom', start: starts[first]!, end, after: '' });
  }
  const [chosen] = shuffled(functionsIn(text), random);
  if (chosen !== undefined)
    sittings.push({ file, manner: 'one function', ...chosen, after: text.slice(chosen.end) });
  return sittings;
}

const functionOpener =
  /^[ \t]*(?:(?:export|default|async|static|public|private|protected|internal|override|final|pub(?:\([^)]*\))?|unsafe|inline)\s+)*(?:function\*?|def|fn|func|class|interface|struct|impl|trait|enum)\b|^[ \t]+[\w<>[\], ]+\([^;=]*\)[^;=]*\{\s*$|^\w[\w\s*]*\([^;=]*\)\s*\{?\s*$|=>\s*\{\s*$/;

/** Blocks that define something, by their first line and the indentation below. Ends are exclusive. */
export function functionsIn(text: string): { readonly start: number; readonly end: number }[] {
  const lines = text.split('\n');
  const starts = lineStarts(text);
  const found: { start: number; end: number }[] = [];
  for (const [i, line] of lines.entries()) {
    if (!functionOpener.test(line)) continue;
    const depth = indentOf(line).length;
    let last = i;
    for (let k = i + 1; k < lines.length && k <= i + functionLines.most; k++) {
      const next = lines[k]!;
      if (next.trim() === '') continue;
      const deeper = indentOf(next).length > depth;
      if (!deeper && !/^\s*[)\]}]|^\s*end\b|^\s*\{\s*$/.test(next)) break;
      if (indentOf(next).length < depth) break;
      last = k;
      if (!deeper && !/^\s*[)\]}].*\{\s*$|^\s*\{\s*$/.test(next)) break;
    }
    const count = last - i + 1;
    if (count < functionLines.least || count > functionLines.most) continue;
    found.push({ start: starts[i]!, end: starts[last]! + lines[last]!.length });
  }
  return found;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0 && at + 1 < text.length; at = text.indexOf('\n', at + 1))
    starts.push(at + 1);
  return starts;
}
