/**
 * The user's code models and the selected one: a small JSON file beside the models. All of it can be recreated, so a
 * damaged file counts as empty.
 */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CatalogueModel, catalogue } from './catalogue.ts';
import { hashOfFile } from './checksum.ts';
import { openCoder } from './coder.ts';
import { type FoundModel, findModels, type Origin } from './discover.ts';
import type { OnProgress } from './download.ts';
import { type GetOptions, type Got, getModel } from './get.ts';
import { knownSpeed, type ModelSpeed } from './speed.ts';

/** A model on this machine. */
export interface LocalModel {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Downloaded by Longsight, a file that the user named, or another program's folder. */
  readonly origin: 'longsight' | 'file' | Origin;
  /** On this machine; undefined before its first use. */
  readonly speed?: ModelSpeed;
}

export interface Listing {
  readonly local: readonly LocalModel[];
  /** Models of the catalogue that are not on this machine. */
  readonly available: readonly CatalogueModel[];
  /** Name of the selected one; its file may no longer exist. */
  readonly inUse: string | undefined;
}

/** A request that cannot be met, described for the user. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

interface Known {
  readonly name: string;
  readonly path: string;
}

/** A file's cached hash, valid while size and time are unchanged. */
interface KnownHash {
  readonly bytes: number;
  readonly modified: number;
  readonly sha256: string;
}

interface State {
  readonly version: 1;
  readonly inUse: Known | undefined;
  /** Files added by the user. */
  readonly added: readonly Known[];
  readonly hashes: Readonly<Record<string, KnownHash>>;
}

const empty: State = { version: 1, inUse: undefined, added: [], hashes: {} };

export class ModelLibrary {
  readonly folder: string;
  readonly #stateFile: string;
  readonly #find: () => Promise<readonly FoundModel[]>;

  /**
   * @param folder where models and the state are kept
   * @param find finds models of other programs; injectable for tests
   */
  constructor(folder: string, find: () => Promise<readonly FoundModel[]> = findModels) {
    this.folder = folder;
    this.#stateFile = path.join(folder, 'models.json');
    this.#find = find;
  }

  async list(): Promise<Listing> {
    const state = await this.#state();
    const fetched = await this.#fetched();
    const added = await withSizes(state.added, 'file');
    const local = await Promise.all(
      [...fetched, ...added, ...(await this.#find())].map(async (model): Promise<LocalModel> => {
        const sha256 = state.hashes[model.path]?.sha256;
        const speed = sha256 === undefined ? undefined : await knownSpeed(this.convertedFolder(sha256));
        return speed === undefined ? model : { ...model, speed };
      }),
    );
    const here = new Set(fetched.map(({ name }) => name));
    return {
      local,
      available: catalogue.filter(({ name }) => !here.has(name)),
      inUse: state.inUse?.name,
    };
  }

  /** The selected model; undefined if none is, or its file no longer exists. */
  async current(): Promise<LocalModel | undefined> {
    const { inUse } = await this.#state();
    if (inUse === undefined) return undefined;
    const local = (await this.#fetched()).find(({ path: file }) => file === inUse.path);
    return local ?? (await withSizes([inUse], 'file'))[0];
  }

  /**
   * Downloads a model of the catalogue. Call only with the user's consent. @throws as `getModel` does; ModelError for
   * an unknown name
   */
  async get(name: string, options?: GetOptions): Promise<Got> {
    return getModel(modelNamed(name), this.folder, options);
  }

  /**
   * Adds a file at any path, after checking that it can be used.
   * @throws GgufError if it cannot
   */
  async add(file: string): Promise<LocalModel> {
    const resolved = path.resolve(file);
    await (await openCoder(resolved)).close();
    const state = await this.#state();
    const before = state.added.find(one => one.path === resolved);
    if (before !== undefined) return (await withSizes([before], 'file'))[0]!;
    const taken = new Set((await this.list()).local.map(({ name }) => name));
    const base = path.basename(resolved).replace(/\.gguf$/i, '');
    let name = base;
    for (let i = 2; taken.has(name) || catalogue.some(model => model.name === name); i++)
      name = `${base}-${i}`;
    await this.#write({ ...state, added: [...state.added, { name, path: resolved }] });
    return (await withSizes([{ name, path: resolved }], 'file'))[0]!;
  }

  /**
   * Selects a model, after checking that it can be used.
   * @throws ModelError when there is none of that name here; GgufError when it cannot be used
   */
  async use(name: string): Promise<LocalModel> {
    const { local, available } = await this.list();
    const model = local.find(one => one.name === name);
    if (model === undefined) {
      const isKnown = available.some(one => one.name === name);
      throw new ModelError(
        isKnown
          ? `${name} is not on this machine. Download it with "longsight model get ${name}".`
          : `Unknown model ${name}. See "longsight model list".`,
      );
    }
    await (await openCoder(model.path)).close();
    await this.#write({ ...(await this.#state()), inUse: { name, path: model.path } });
    return model;
  }

  /** Deselects the model. */
  async useNone(): Promise<void> {
    await this.#write({ ...(await this.#state()), inUse: undefined });
  }

  /**
   * Removes a model. A downloaded one's file and converted form are deleted; files elsewhere stay.
   * @returns whether a file was deleted
   * @throws ModelError when there is none of that name, or it belongs to another program
   */
  async remove(name: string): Promise<boolean> {
    const state = await this.#state();
    const fetched = (await this.#fetched()).find(one => one.name === name);
    const own = fetched ?? state.added.find(one => one.name === name);
    const inUse = state.inUse?.name === name ? undefined : state.inUse;
    const others = await this.#find();
    const removed = own ?? others.find(one => one.name === name);
    if (removed === undefined) throw new ModelError(`No model ${name} to remove.`);
    if (own === undefined && inUse === state.inUse)
      throw new ModelError(`${name} belongs to another program; it is not in use here.`);
    if (fetched !== undefined) await rm(fetched.path, { force: true });
    const kept = await this.#fetched();
    const sha256 = fetched === undefined ? state.hashes[removed.path]?.sha256 : modelNamed(name).sha256;
    const hashes = [
      ...kept.map(one => modelNamed(one.name).sha256),
      ...[...state.added, ...others]
        .filter(one => one.path !== removed.path)
        .map(one => state.hashes[one.path]?.sha256),
    ];
    // The same file under another name may be in use.
    if (sha256 !== undefined && !hashes.includes(sha256))
      await rm(this.convertedFolder(sha256), { recursive: true, force: true });
    await this.#write({ ...state, inUse, added: state.added.filter(one => one.name !== name) });
    return fetched !== undefined;
  }

  /** Folder of a file's converted form. */
  convertedFolder(sha256: string): string {
    return path.join(this.folder, sha256);
  }

  /**
   * The SHA-256 of a model's file in hex, cached while the file is unchanged.
   * @throws file system errors, and the signal's reason
   */
  async hashOf(model: LocalModel, signal?: AbortSignal, onProgress?: OnProgress): Promise<string> {
    const { size, mtimeMs } = await stat(model.path);
    const kept = (await this.#state()).hashes[model.path];
    if (kept?.bytes === size && kept.modified === mtimeMs) return kept.sha256;
    let done = 0;
    const hash = await hashOfFile(model.path, signal, bytes => {
      done += bytes;
      onProgress?.(done, size);
    });
    const sha256 = hash.digest('hex');
    const state = await this.#state();
    const hashes = { ...state.hashes, [model.path]: { bytes: size, modified: mtimeMs, sha256 } };
    await this.#write({ ...state, hashes });
    return sha256;
  }

  /** Models of the catalogue in the folder, complete by size: `get` has verified their checksums. */
  async #fetched(): Promise<LocalModel[]> {
    const models = catalogue.map(({ name, fileName }) => ({ name, path: path.join(this.folder, fileName) }));
    const here = await withSizes(models, 'longsight');
    return here.filter(({ name, bytes }) => bytes === modelNamed(name).bytes);
  }

  async #state(): Promise<State> {
    try {
      const state = JSON.parse(await readFile(this.#stateFile, 'utf8')) as Partial<State>;
      if (state.version !== 1) return empty;
      const added = Array.isArray(state.added) ? state.added.filter(isKnown) : [];
      const inUse = isKnown(state.inUse) ? state.inUse : undefined;
      return { version: 1, inUse, added, hashes: state.hashes ?? {} };
    } catch {
      return empty;
    }
  }

  async #write(state: State): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const next = `${this.#stateFile}.${process.pid}`;
    await writeFile(next, `${JSON.stringify(state, undefined, 2)}\n`);
    await rename(next, this.#stateFile);
  }
}

/** @throws ModelError when the catalogue has none of that name */
export function modelNamed(name: string): CatalogueModel {
  const model = catalogue.find(one => one.name === name);
  if (model !== undefined) return model;
  const names = catalogue.map(one => one.name).join(', ');
  throw new ModelError(
    `The catalogue has no model ${name}, only ${names}. Add any other file with "longsight model add".`,
  );
}

async function withSizes(models: readonly Known[], origin: LocalModel['origin']): Promise<LocalModel[]> {
  const found = await Promise.all(
    models.map(async ({ name, path: file }) => {
      const status = await stat(file).catch(() => undefined);
      return status?.isFile() ? [{ name, path: file, bytes: status.size, origin }] : [];
    }),
  );
  return found.flat();
}

function isKnown(value: unknown): value is Known {
  const { name, path: file } = (value ?? {}) as Partial<Record<keyof Known, unknown>>;
  return typeof name === 'string' && typeof file === 'string';
}
