/** `longsight model`: lists and downloads code models. */
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { GgufError } from '../gguf/error.ts';
import { FetchError } from '../models/download.ts';
import { hubUrl } from '../models/get.ts';
import { type Listing, type LocalModel, ModelError, ModelLibrary, modelNamed } from '../models/library.ts';
import { bytes } from '../protocol/counted.ts';
import { cacheFolder } from '../storage/cache-store.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { ByteLine, note, print, printJson } from './output.ts';

type Action = (library: ModelLibrary, line: CommandLine, signal: AbortSignal) => Promise<void>;

const actions: Readonly<Record<string, Action>> = { list, get, add, use, remove };

export const model: Command = async (line, signal) => {
  const [name = 'list', operand] = line.operands;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined)
    throw new UsageError(
      `"longsight model" requires one of ${Object.keys(actions).join(', ')}, not "${name}".`,
    );
  if (operand === undefined && name !== 'list')
    throw new UsageError(
      `"longsight model ${name}" requires ${name === 'add' ? 'a file' : 'the name of a model'}.`,
    );
  try {
    const folder = path.join(cacheFolder(line.cache?.folder ?? ''), 'models');
    await action(new ModelLibrary(folder), line, signal);
  } catch (error) {
    if (error instanceof ModelError || error instanceof GgufError) throw new UsageError(error.message);
    if (error instanceof FetchError) throw new Error(`could not download the model. ${error.message}`);
    throw error;
  }
};

async function list(library: ModelLibrary, line: CommandLine): Promise<void> {
  const listing = await library.list();
  if (line.json) printJson({ folder: library.folder, ...listing });
  else print(listText(listing));
}

function listText({ local, available, inUse }: Listing): string {
  const rows = local.map(
    one =>
      `  ${one.name === inUse ? '*' : ' '} ${one.name.padEnd(40)} ${bytes(one.bytes).padStart(8)}  ${one.path}${speedText(one)}`,
  );
  const offers = available.map(
    one =>
      `    ${one.name.padEnd(40)} ${bytes(one.bytes).padStart(8)}  ${one.purpose}; ${one.licence}; ${bytes(one.memory)} of memory in use`,
  );
  return [
    ...(rows.length > 0
      ? ['On this machine (* is in use; change it with "longsight model use <name>"):', ...rows]
      : ['No code models found on this machine.']),
    ...(offers.length > 0 ? ['', 'Download with "longsight model get <name>":', ...offers] : []),
  ].join('\n');
}

function speedText({ speed }: LocalModel): string {
  return speed === undefined
    ? ''
    : `; here it reads ${speed.read} and writes ${speed.written} tokens per second`;
}

async function get(library: ModelLibrary, line: CommandLine, signal: AbortSignal): Promise<void> {
  const wanted = modelNamed(line.operands[1]!);
  const isHere = (await library.list()).local.some(one => one.name === wanted.name);
  if (!isHere) {
    const source = new URL(hubUrl(wanted)).host;
    const other = wanted.packages.length > 0 ? ` or, where that cannot be reached, from Python packages` : '';
    const question = `Download ${wanted.title} (${bytes(wanted.bytes)}, ${wanted.licence}) from ${source}${other} into ${library.folder}?`;
    if (!line.yes && !(await agreed(question, signal))) {
      if (process.stdin.isTTY) throw new UsageError('Nothing was downloaded.');
      throw new UsageError(`${question} Use --yes to download without a prompt.`);
    }
  }
  const progress = new ByteLine(wanted.name);
  const { file, source } = await library
    .get(wanted.name, { signal, onProgress: (done, total) => progress.show(done, total), onNote: note })
    .finally(() => progress.end());
  if (line.json) printJson({ name: wanted.name, file, source });
  else
    print(
      source === 'here'
        ? `${wanted.name} is already on this machine: ${file}`
        : `${wanted.name} downloaded, checksum correct: ${file}\n"longsight model use ${wanted.name}" starts using it.`,
    );
}

async function agreed(question: string, signal: AbortSignal): Promise<boolean> {
  if (process.stdin.isTTY !== true) return false;
  const input = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await input.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    input.close();
  }
}

async function add(library: ModelLibrary, line: CommandLine): Promise<void> {
  const added = await library.add(line.operands[1]!);
  if (line.json) printJson(added);
  else print(`${added.path} added as ${added.name}. "longsight model use ${added.name}" starts using it.`);
}

async function use(library: ModelLibrary, line: CommandLine): Promise<void> {
  const used = await library.use(line.operands[1]!);
  if (line.json) printJson(used);
  else print(`${used.name} is in use: ${used.path}`);
}

async function remove(library: ModelLibrary, line: CommandLine): Promise<void> {
  const name = line.operands[1]!;
  const deleted = await library.remove(name);
  if (line.json) printJson({ name, deleted });
  else print(deleted ? `${name} was deleted.` : `${name} was removed from the list; its file is kept.`);
}
