/** `longsight eval`: evaluates a folder, as text or JSON. */
import path from 'node:path';
import { runEvaluation, settingsProblem } from '../evaluation/evaluate.ts';
import { evaluationText } from '../evaluation/report.ts';
import { runTyping } from '../evaluation/typing.ts';
import { typingText } from '../evaluation/typing-report.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { openPredictors } from './neural.ts';
import { CountLine, print, printJson } from './output.ts';
import { openRepository, openSession } from './session.ts';

const defaultSettings = ['file', 'repo', 'bm25'];

/** A repository without a line to hide is invalid input. */
async function run<Result>(evaluation: () => Promise<Result>): Promise<Result> {
  try {
    return await evaluation();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

export const evaluate: Command = async (line, signal) => {
  if (line.protocol === 'typing') await typeHidden(line, signal);
  else await hideLines(line, signal);
};

const typeHidden: Command = async (line, signal) => {
  const { repository, tokenizer } = await openSession(line, signal);
  const progress = new CountLine('stretches');
  const { files, seed, eagerness } = line;
  const evaluation = await run(() =>
    runTyping({
      memory: repository.memory,
      tokenizer,
      files,
      seed,
      eagerness,
      signal,
      onProgress: (done, total) => progress.show(done, total),
    }),
  );
  progress.end();
  if (line.json) printJson(evaluation);
  else print(typingText(evaluation));
};

const hideLines: Command = async (line, signal) => {
  const settings = line.settings ?? defaultSettings;
  const problem = settingsProblem(settings);
  if (problem !== undefined) throw new UsageError(problem);
  const { repository, tokenizer } = await openSession(line, signal);
  const neural = line.neural ? await openPredictors(line, repository, signal) : undefined;
  const progress = new CountLine('lines');
  const evaluation = await run(() =>
    runEvaluation({
      neural,
      memory: repository.memory,
      tokenizer,
      lines: line.lines,
      seed: line.seed,
      settings,
      eagerness: line.eagerness,
      signal,
      onProgress: (done, total) => progress.show(done, total),
      openOther: async folder => {
        const other = await openRepository(path.resolve(folder), tokenizer, line);
        await other.read(undefined, signal);
        return other.memory;
      },
    }),
  );
  progress.end();
  await neural?.close();
  signal.throwIfAborted();
  if (line.json) printJson(evaluation);
  else print(evaluationText(evaluation));
};
