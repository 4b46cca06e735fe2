/** `longsight unusual`: lines that do not look like the rest of the repository, with what stands in their place elsewhere, and where. */

import path from 'node:path';
import { engineEntry } from '../engine/entry.ts';
import { createEngine } from '../engine/process.ts';
import { cleanLine } from '../protocol/clean-text.ts';
import { count, counted } from '../protocol/counted.ts';
import type { UnusualLine, UnusualLines, UnusualWord } from '../protocol/unusual.ts';
import { RevisionError } from '../unusual/changed-lines.ts';
import { unusualIn } from '../unusual/review.ts';
import { openViewer } from '../unusual/viewer.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { probesOf } from './cache.ts';
import { referenceInUse } from './coder.ts';
import type { Command } from './command.ts';
import { CountLine, note, print, printJson } from './output.ts';
import { findPart } from './place.ts';
import { openSession } from './session.ts';

export const unusual: Command = async (line, signal) => {
  const part = findPart(path.resolve(line.operands[0]!), line.path);
  const { repository } = await openSession(line, signal);
  // It starts with the first question.
  const engine = createEngine({
    entry: engineEntry(),
    device: line.device,
    log: () => {},
    ...probesOf(line),
  });
  const progress = new CountLine('files');
  try {
    const found = await unusualIn(repository, {
      model: await openViewer({
        engine,
        tokenizer: repository.tokenizer,
        coder: await referenceInUse(line),
        onProblem: note,
      }),
      ...(part !== undefined && { path: part }),
      ...(line.diff !== undefined && { revision: line.diff }),
      ...(line.top !== undefined && { top: line.top }),
      signal,
      onProgress: (done, total) => progress.show(done, total),
    });
    progress.end();
    if (line.json) printJson(found);
    else print(unusualText(found, line));
  } catch (error) {
    progress.end();
    if (error instanceof RangeError || error instanceof RevisionError) throw new UsageError(error.message);
    throw error;
  } finally {
    await engine.stop();
  }
};

/** A line each, and below it what is expected in place of each word. */
export function unusualText(
  { lines, files, checked }: UnusualLines,
  { diff, path: part, top }: Partial<Pick<CommandLine, 'diff' | 'path' | 'top'>> = {},
): string {
  const where = part === undefined ? '' : ` in ${cleanLine(part)}`;
  if (checked === 0)
    return diff === undefined
      ? `No code was read${where}: prose and data are not looked at.`
      : `No line of code${where} differs from ${cleanLine(diff)}.`;
  const looked = `${counted(checked, diff === undefined ? 'line' : 'changed line', count(checked))} in ${counted(files, 'file', count(files))}`;
  if (lines.length === 0)
    return top === undefined
      ? `Nothing unusual in ${looked}. --top <n> lists the most unusual lines all the same.`
      : `Nothing to judge in ${looked}: they are blank or hold comments alone.`;
  return [...lines.map(lineText), '', `${count(lines.length)} of ${looked}`].join('\n');
}

function lineText({ path: file, line, text, words }: UnusualLine): string {
  return [
    `${cleanLine(file)}:${line}  ${cleanLine(text)}`,
    ...words.map(word => `    ${wordText(word)}`),
  ].join('\n');
}

function wordText({ text, expected, places, count: number }: UnusualWord): string {
  if (expected === '') return `${cleanLine(text)}: stands nowhere like this`;
  const sources = places.map(place => `${cleanLine(place.path)}:${place.line}`);
  const more = number - places.length;
  return `${cleanLine(text)}: expected ${cleanLine(expected)}, as in ${sources.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}`;
}
