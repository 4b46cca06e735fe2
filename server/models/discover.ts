/** Finds GGUF files that other programs have downloaded; they are used in place. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

export type Origin = 'ollama' | 'lmstudio' | 'llama.cpp' | 'hub';

export interface FoundModel {
  /** Name in commands, such as `ollama:qwen2.5-coder:1.5b`. */
  readonly name: string;
  readonly origin: Origin;
  readonly path: string;
  readonly bytes: number;
}

export interface Places {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: string;
}

/** Entries of a folder to look at, at most. */
const maxEntries = 20_000;
const deepest = 8;

/** @returns models found, by name; unreadable folders are skipped */
export async function findModels(
  places: Places = { home: homedir(), environment: process.env, platform: process.platform },
): Promise<FoundModel[]> {
  const found = await Promise.all([
    ...ollamaFolders(places).map(inOllama),
    ...lmStudioFolders(places).map(folder => inFolder('lmstudio', folder)),
    inFolder('llama.cpp', llamaCppFolder(places)),
    inFolder('hub', hubFolder(places)),
  ]);
  const byPath = new Map(found.flat().map(model => [model.path, model]));
  return named([...byPath.values()].sort((left, right) => (left.path < right.path ? -1 : 1)));
}

/** Numbers duplicate names, and sorts by name. */
function named(models: readonly FoundModel[]): FoundModel[] {
  const times = new Map<string, number>();
  return models
    .map(model => {
      const time = (times.get(model.name) ?? 0) + 1;
      times.set(model.name, time);
      return time === 1 ? model : { ...model, name: `${model.name}-${time}` };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

function ollamaFolders({ home, environment, platform }: Places): string[] {
  const chosen = environment['OLLAMA_MODELS'];
  if (chosen) return [chosen];
  const own = path.join(home, '.ollama', 'models');
  // Models of its system service on Linux.
  return platform === 'linux' ? [own, '/usr/share/ollama/.ollama/models'] : [own];
}

function lmStudioFolders({ home }: Places): string[] {
  return [path.join(home, '.lmstudio', 'models'), path.join(home, '.cache', 'lm-studio', 'models')];
}

function llamaCppFolder({ home, environment, platform }: Places): string {
  const chosen = environment['LLAMA_CACHE'];
  if (chosen) return chosen;
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'llama.cpp');
  if (platform === 'win32')
    return path.join(environment['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'llama.cpp');
  return path.join(environment['XDG_CACHE_HOME'] || path.join(home, '.cache'), 'llama.cpp');
}

function hubFolder({ home, environment }: Places): string {
  const cache = environment['XDG_CACHE_HOME'] || path.join(home, '.cache');
  const hub = environment['HF_HOME'] || path.join(cache, 'huggingface');
  return environment['HF_HUB_CACHE'] || path.join(hub, 'hub');
}

const modelLayer = 'application/vnd.ollama.image.model';

/** Manifests name a blob for each layer of a model; one of them is the GGUF file. */
async function inOllama(folder: string): Promise<FoundModel[]> {
  const manifests = path.join(folder, 'manifests');
  const models: FoundModel[] = [];
  for (const file of await filesUnder(manifests)) {
    const digest = await modelDigest(file);
    if (digest === undefined) continue;
    const blob = path.join(folder, 'blobs', digest);
    const bytes = await sizeOf(blob);
    if (bytes === undefined) continue;
    const [, namespace, ...rest] = path.relative(manifests, file).split(path.sep);
    const tag = rest.pop() ?? '';
    const owner = namespace === undefined || namespace === 'library' ? [] : [namespace];
    const name = `ollama:${[...owner, ...rest].join('/')}:${tag}`;
    models.push({ name, origin: 'ollama', path: blob, bytes });
  }
  return models;
}

async function modelDigest(manifest: string): Promise<string | undefined> {
  try {
    const { layers } = JSON.parse(await readFile(manifest, 'utf8')) as {
      layers?: readonly { mediaType?: unknown; digest?: unknown }[];
    };
    const digest = layers?.find(layer => layer.mediaType === modelLayer)?.digest;
    // A digest becomes a file name, so it must be well-formed.
    return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)
      ? digest.replace(':', '-')
      : undefined;
  } catch {
    return undefined;
  }
}

/** Files ending in `.gguf`, except image projections and parts of split models. */
async function inFolder(origin: Origin, folder: string): Promise<FoundModel[]> {
  const models: FoundModel[] = [];
  for (const file of await filesUnder(folder)) {
    const base = path.basename(file);
    if (!/\.gguf$/i.test(base) || /mmproj/i.test(base) || /-\d{5}-of-\d{5}\.gguf$/i.test(base)) continue;
    const bytes = await sizeOf(file);
    if (bytes !== undefined) models.push({ name: `${origin}:${base}`, origin, path: file, bytes });
  }
  return models;
}

async function filesUnder(folder: string): Promise<string[]> {
  const files: string[] = [];
  const folders: (readonly [folder: string, depth: number])[] = [[folder, 0]];
  let seen = 0;
  for (let next = folders.shift(); next !== undefined && seen < maxEntries; next = folders.shift()) {
    const [current, depth] = next;
    for (const entry of await readdir(current, { withFileTypes: true }).catch(() => [])) {
      if (++seen > maxEntries) break;
      const file = path.join(current, entry.name);
      if (entry.isDirectory() && depth < deepest) folders.push([file, depth + 1]);
      // The hub's snapshots are links to its blobs.
      else if (entry.isFile() || entry.isSymbolicLink()) files.push(file);
    }
  }
  return files;
}

async function sizeOf(file: string): Promise<number | undefined> {
  const status = await stat(file).catch(() => undefined);
  return status?.isFile() ? status.size : undefined;
}
