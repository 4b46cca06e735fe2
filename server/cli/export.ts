/** `longsight export`: the model as one ONNX file, for other programs. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportModelGraphs, longestRun } from '../engine/worker/onnx-export.ts';
import { loadWeights } from '../engine/worker/weights.ts';
import { bytes as bytesText } from '../protocol/counted.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { modelOf } from './neural.ts';
import { print, printJson } from './output.ts';
import { tokenizerOf } from './session.ts';

export const exportModel: Command = async line => {
  const file = path.resolve(line.operands[0]!);
  if (path.extname(file) !== '.onnx') throw new UsageError(`${file} does not end in .onnx.`);
  if (!statSync(path.dirname(file), { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`The folder ${path.dirname(file)} does not exist.`);
  if (existsSync(file)) throw new UsageError(`${file} already exists and is not overwritten.`);
  const loaded = loadWeights(modelOf(line, tokenizerOf(line)));
  const { bytes, optional } = exportModelGraphs(loaded);
  writeFileSync(file, bytes, { flag: 'wx' });
  const { name, modelId, config } = loaded;
  if (line.json) {
    printJson({
      file,
      bytes: bytes.length,
      name,
      modelId,
      vocabulary: config.vocabulary,
      longestRun,
      optional,
    });
    return;
  }
  print(
    [
      `Wrote ${name} to ${file}, ${bytesText(bytes.length)}.`,
      `  in   ids int64 [T], at most ${longestRun} token ids of tokenizer.json`,
      `  out  logits float32 [T, ${config.vocabulary}] for the next token at each position`,
      `  ${optional.length} more inputs may be left out. To go on after a run, give each state x the output x' of that run;`,
      '  memory.* is the memory of a repository, without which the model reads the file alone.',
    ].join('\n'),
  );
};
