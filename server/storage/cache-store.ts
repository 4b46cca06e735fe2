/**
 * The cache folder shared by sessions. Losing any of it is harmless, and corrupt data is never returned: each entry is
 * checked against its hash (by cacache) on read.
 */
import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import cacache from 'cacache';
import { messageOf } from '../protocol/message-of.ts';
import { RecordLog } from './record-log.ts';

export interface StoreSize {
  /** Bytes on disk, including data waiting to be removed. */
  readonly bytes: number;
  readonly entries: number;
  /** Repositories, counted once per tokenizer and version. */
  readonly repositories: number;
}

export interface Verification {
  readonly intact: number;
  /** Damaged or missing entries; they have been removed. */
  readonly damaged: number;
  /** Bytes freed. */
  readonly reclaimedBytes: number;
}

interface Entry {
  readonly key: string;
  readonly integrity: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** An algorithm, and a hash in three parts. */
const contentPath = /^\w+\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]+$/;

/** Keys are `repository / name`; neither part contains a `/`. */
const separator = '/';

/**
 * cacache names content by its hash and never overwrites it, so damaged content would stay damaged when put again. A
 * random prefix makes all content unique.
 */
const saltLength = 16;

/** Share of the cache for leaves, which are by far the largest and most expensive data. */
const leavesShare = 0.75;

/** Unreferenced entries may belong to a process that has not yet written their reference. */
const graceForOrphans = 24 * 60 * 60 * 1000;

export class CacheStore {
  readonly folder: string;
  readonly #maxBytes: number;

  private constructor(folder: string, maxBytes: number) {
    this.folder = folder;
    this.#maxBytes = maxBytes;
  }

  /**
   * @param folder the user's cache folder if empty
   * @throws Error with a sentence when the folder cannot be used
   */
  static async open(folder: string, maxBytes: number): Promise<CacheStore> {
    const resolved = cacheFolder(folder);
    try {
      // Indexed content is private to the user.
      const isNew = await makeFolder(resolved);
      if (isNew) await markAsCache(resolved);
      await access(resolved, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      const why = messageOf(error);
      throw new Error(`The cache folder ${resolved} cannot be used: ${why}.`);
    }
    return new CacheStore(resolved, maxBytes);
  }

  /**
   * Whether a folder holds a cache of this program, so that it may be verified and pruned: other programs' caches bear
   * the same tag, or have the same layout.
   */
  static async isIn(folder: string): Promise<boolean> {
    const tag = await readFile(path.join(folder, 'CACHEDIR.TAG'), 'utf8').catch(() => '');
    if (tag !== '') return tag === cacheTag;
    // A folder that was there before has no tag: then the keys tell.
    const keys = Object.keys(await cacache.ls(folder).catch(() => ({})));
    return keys.length > 0 && keys.every(key => key.split(separator).length === 2);
  }

  /** The store of leaves: a part of the cache that may use three quarters of it. */
  leaves(): RecordLog {
    return new RecordLog(path.join(this.folder, 'leaves'), this.#maxBytes * leavesShare);
  }

  /** `damaged` if the entry differs from what was put; it is removed. */
  async get(repository: string, name: string): Promise<Uint8Array | 'damaged' | undefined> {
    const key = repository + separator + name;
    try {
      return (await cacache.get(this.folder, key, { memoize: false })).data.subarray(saltLength);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      await this.remove(repository, name).catch(() => undefined);
      return 'damaged';
    }
  }

  /** Adds or replaces an entry. Other processes see the old or the new one, never a partial one. */
  async put(repository: string, name: string, data: Uint8Array): Promise<void> {
    const key = repository + separator + name;
    const before = await cacache.get.info(this.folder, key).catch(() => null);
    const salted = Buffer.concat([randomBytes(saltLength), data]);
    const after = await cacache.put(this.folder, key, salted, { algorithms: ['sha256'], memoize: false });
    if (before && before.integrity !== String(after)) await cacache.rm.content(this.folder, before.integrity);
  }

  async remove(repository: string, name: string): Promise<void> {
    const key = repository + separator + name;
    const info = await cacache.get.info(this.folder, key).catch(() => null);
    // The options are newer than the types; without them, the index only gains a tombstone line.
    const removeEntry = cacache.rm.entry as (
      folder: string,
      key: string,
      options: object,
    ) => Promise<unknown>;
    await removeEntry(this.folder, key, { removeFully: true });
    if (info) await cacache.rm.content(this.folder, info.integrity);
  }

  async size(): Promise<StoreSize> {
    const entries = await this.#entries();
    const repositories = new Set(entries.map(({ key }) => repositoryOf(key)));
    return { bytes: await bytesUnder(this.folder), entries: entries.length, repositories: repositories.size };
  }

  /** Checks every entry; removes damaged and unreferenced ones. @throws Error naming a file that is not the cache's own */
  async verify(): Promise<Verification> {
    // The hash of each is its path, which other files do not have.
    const contents = path.join(this.folder, 'content-v2');
    for (const file of await readdir(contents, { recursive: true, withFileTypes: true }).catch(() => [])) {
      const own = path.join(file.parentPath, file.name);
      if (!file.isDirectory() && !contentPath.test(path.relative(contents, own).replaceAll('\\', '/')))
        throw new Error(`${own} is not a file of the cache. Remove it, and verify again.`);
    }
    const result = (await cacache.verify(this.folder)) as unknown as Record<string, number | undefined>;
    return {
      intact: result['verifiedContent'] ?? 0,
      damaged: (result['badContentCount'] ?? 0) + (result['missingContent'] ?? 0),
      reclaimedBytes: result['reclaimedSize'] ?? 0,
    };
  }

  /**
   * Removes whole repositories, least recently used first, until the rest fits.
   * @param maxBytes defaults to the store's limit
   * @param keep a repository in use
   * @returns bytes removed
   */
  async prune(maxBytes = this.#maxBytes, keep?: string): Promise<number> {
    const groups = new Map<string, Entry[]>();
    for (const entry of await this.#entries()) {
      const repository = repositoryOf(entry.key);
      groups.set(repository, [...(groups.get(repository) ?? []), entry]);
    }
    const byUse = [...groups].sort(([, one], [, other]) => lastUse(one) - lastUse(other));
    let total = byUse.reduce((sum, [, entries]) => sum + sizeOf(entries), 0);
    let removed = 0;
    for (const [repository, entries] of byUse) {
      if (total <= maxBytes) break;
      if (repository === keep) continue;
      await this.#removeAll(entries);
      total -= sizeOf(entries);
      removed += sizeOf(entries);
    }
    return removed;
  }

  /**
   * Removes the entries of a repository other than `names`, except new ones that another process may be about to use.
   */
  async removeOrphans(repository: string, names: ReadonlySet<string>): Promise<void> {
    const prefix = repository + separator;
    const orphans = (await this.#entries()).filter(
      ({ key, time }) =>
        key.startsWith(prefix) && !names.has(key.slice(prefix.length)) && time + graceForOrphans < Date.now(),
    );
    await this.#removeAll(orphans);
  }

  async removeRepository(repository: string): Promise<void> {
    const prefix = repository + separator;
    await this.#removeAll((await this.#entries()).filter(({ key }) => key.startsWith(prefix)));
  }

  async #removeAll(entries: readonly Entry[]): Promise<void> {
    for (const { key } of entries) {
      const at = key.indexOf(separator);
      await this.remove(key.slice(0, at), key.slice(at + 1));
    }
  }

  async #entries(): Promise<Entry[]> {
    try {
      return Object.values(await cacache.ls(this.folder));
    } catch {
      // No index yet, or an unreadable one: no entries.
      return [];
    }
  }
}

/** @param folder from the settings; the user's cache folder if empty */
export function cacheFolder(folder: string): string {
  return folder === '' ? defaultCacheFolder() : path.resolve(folder);
}

/** The operating system's place for user caches. */
export function defaultCacheFolder(environment = process.env, platform: string = process.platform): string {
  const home = homedir();
  if (platform === 'win32')
    return path.join(
      environment['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'),
      'longsight',
      'Cache',
    );
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'longsight');
  // The XDG base directory specification says to ignore relative paths.
  const folder = environment['XDG_CACHE_HOME'];
  return path.join(folder && path.isAbsolute(folder) ? folder : path.join(home, '.cache'), 'longsight');
}

/** By https://bford.info/cachedir/, which backups follow. */
const cacheTag = 'Signature: 8a477f597d28d172789f06886806bc55\n# A cache of Longsight. It may be deleted.\n';

/**
 * Keeps a cache inside a repository out of commits, backups and what is read of that repository. Only a folder made for
 * the cache is marked: in any other, the marks would hide what else it holds.
 */
async function markAsCache(folder: string): Promise<void> {
  // Without them the cache works too.
  await writeFile(path.join(folder, 'CACHEDIR.TAG'), cacheTag).catch(() => {});
  await writeFile(path.join(folder, '.gitignore'), '*\n').catch(() => {});
}

/**
 * Makes a folder and its missing parents. Node's recursive mkdir never ends below `/proc`, where a folder just made
 * does not exist.
 * @returns whether it was missing
 */
async function makeFolder(folder: string): Promise<boolean> {
  const missing: string[] = [];
  for (let at = folder; !(await isFolder(at)); at = path.dirname(at)) missing.push(at);
  for (const at of missing.reverse())
    await mkdir(at, { mode: 0o700 }).catch(async (error: unknown) => {
      // Another process may have made it.
      if (!(await isFolder(at))) throw error;
    });
  return missing.length > 0;
}

/** @throws when something other than a folder exists there */
async function isFolder(place: string): Promise<boolean> {
  const there = await stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (there !== undefined && !there.isDirectory()) throw new Error(`${place} is a file`);
  return there !== undefined;
}

function repositoryOf(key: string): string {
  return key.slice(0, key.indexOf(separator));
}

function lastUse(entries: readonly Entry[]): number {
  return Math.max(...entries.map(({ time }) => time));
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += await stat(path.join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      // Another process removed it.
      () => 0,
    );
  }
  return bytes;
}
