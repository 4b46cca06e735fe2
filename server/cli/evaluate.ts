/** `longsight eval`: evaluates a folder, as text or JSON. */
import path from 'node:path';
import { runEvaluation, settingsProblem } from '../evaluation/evaluate.ts';
import { evaluationText } from '../evaluation/report.ts';
import { runTyping, type TypingEvaluation, typingSettings } from '../evaluation/typing.ts';
import { typingText } from '../evaluation/typing-report.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { type OpenCoder, openCoderInUse } from './coder.ts';
import type { Command } from './command.ts';
import { openPredictors } from './neural.ts';
import { CountLine, print, printJson } from './output.ts';
import { openRepository, openSession } from './session.ts';
import { declarationsFor } from './summarize.ts';

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
  const settings = (line.settings ?? ['repo']).map(name => {
    const setting = typingSettings.find(one => one === name);
    if (setting === undefined)
      throw new UsageError(`--settings for typing are ${typingSettings.join(', ')}, not "${name}".`);
    return setting;
  });
  const coder = await coderFor(line, settings);
  try {
    const { repository, tokenizer } = await openSession(line, signal);
    const { files, seed, eagerness } = line;
    const evaluations: TypingEvaluation[] = [];
    for (const setting of settings) {
      const progress = new CountLine('stretches');
      const evaluation = await run(() =>
        runTyping({
          memory: repository.memory,
          tokenizer,
          setting,
          coder: coder?.client,
          files,
          seed,
          eagerness,
          signal,
          onProgress: (done, total) => progress.show(done, total),
        }),
      );
      progress.end();
      evaluations.push(evaluation);
    }
    if (line.json) printJson(evaluations.length === 1 ? evaluations[0]! : { settings: evaluations });
    else print(evaluations.map(typingText).join('\n\n'));
  } finally {
    await coder?.close();
  }
};

const hideLines: Command = async (line, signal) => {
  const settings = line.settings ?? defaultSettings;
  const problem = settingsProblem(settings);
  if (problem !== undefined) throw new UsageError(problem);
  const coder = await coderFor(line, settings);
  try {
    const session = await openSession(line, signal);
    const { repository, tokenizer } = session;
    const relatedTo = coder && (await declarationsFor(session, signal));
    const neural = line.neural ? await openPredictors(line, repository, signal) : undefined;
    const progress = new CountLine('lines');
    const evaluation = await run(() =>
      runEvaluation({
        neural,
        coder: coder?.client,
        relatedTo,
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
  } finally {
    await coder?.close();
  }
};

/** The code model, if a setting needs it. @throws UsageError when none is selected */
async function coderFor(line: CommandLine, settings: readonly string[]): Promise<OpenCoder | undefined> {
  if (!settings.some(name => name === 'mixed' || name.startsWith('coder'))) return undefined;
  const coder = await openCoderInUse(line, { writesAll: line.protocol === 'lines' });
  if (coder === undefined)
    throw new UsageError(
      'No code model is in use: "longsight model get" and "longsight model use" set one up.',
    );
  return coder;
}
