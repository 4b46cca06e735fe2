/** The only place that finds, verifies and loads a model folder's weights. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ModelConfig, parseConfig } from '../../../kernels/model/config.ts';
import { ModelWeights } from '../../../kernels/model/weights.ts';
import { readSafetensors, type SafetensorsFile } from '../../../kernels/weights/safetensors.ts';
import { messageOf } from '../../protocol/message-of.ts';
import { renderingVersion } from '../../sequence/render.ts';
import { modelIdOf } from '../../tokens/model-id.ts';
import type { ModelReference } from '../messages.ts';

export interface LoadedWeights {
  readonly name: string;
  /** Identifies weights, tokenizer and rendering: the key of cached results. */
  readonly modelId: string;
  readonly config: ModelConfig;
  readonly weights: ModelWeights;
}

const ending = '.safetensors';
const preferred = 'nano';

/** @throws Error that names the file and the problem: missing, truncated, changed, or of another tokenizer */
export function loadWeights({ folder, name, tokenizerHash }: ModelReference): LoadedWeights {
  const chosen = name ?? onlyWeights(folder);
  const file = path.join(folder, chosen + ending);
  const bytes = read(file, 'weights');
  const { tensors, metadata } = parse(file, bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const [expected = ''] = read(`${file}.sha256`, 'checksum').toString('utf8').trim().split(/\s+/);
  if (expected.toLowerCase() !== hash)
    throw new Error(
      `${file} does not have the checksum in ${file}.sha256: it is damaged or not the original.`,
    );
  const trainedWith = metadata['tokenizer_sha256'];
  if (trainedWith !== tokenizerHash)
    throw new Error(
      `${file} was trained with another tokenizer (${short(trainedWith)}) than is in use (${short(tokenizerHash)}).`,
    );
  if (metadata['rendering_version'] !== String(renderingVersion))
    throw new Error(
      `${file} was trained on files rendered in version ${metadata['rendering_version'] ?? 'unknown'}; this is version ${renderingVersion}.`,
    );
  return {
    name: chosen,
    modelId: modelIdOf({ hash: tokenizerHash }, hash),
    config: within(file, () => parseConfig(metadata['config'] ?? '')),
    weights: new ModelWeights(tensors),
  };
}

function onlyWeights(folder: string): string {
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch (error) {
    throw new Error(`The model's folder cannot be read: ${folder} (${codeOf(error)}).`);
  }
  const found = entries.filter(entry => entry.endsWith(ending)).map(entry => entry.slice(0, -ending.length));
  return found.length === 1 && found[0] !== undefined ? found[0] : preferred;
}

function read(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`The model's ${what} cannot be read: ${file} (${codeOf(error)}).`);
  }
}

/** Before the checksum, because "cut short" is more helpful than "changed". */
function parse(file: string, bytes: Uint8Array): SafetensorsFile {
  return within(file, () => readSafetensors(bytes));
}

function within<Result>(file: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function short(hash: string | undefined): string {
  return hash === undefined ? 'unknown' : hash.slice(0, 12);
}
