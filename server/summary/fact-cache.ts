/**
 * Caches what is known about a repository's files between sessions: reopening analyzes only files that changed since.
 * Facts are kept by the hash of the text they come from, and dropped when the code that collects them changes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { KnownFacts } from '../analysis/fact-book.ts';
import type { CacheStore } from '../storage/cache-store.ts';

const name = 'facts';

export class FactCache {
  readonly #store: CacheStore;
  readonly #key: string;
  /** The files of the facts that are stored, with their versions. */
  #written = '';

  /** @param roots absolute paths of the folders, with the names that prefix their files */
  constructor(store: CacheStore, roots: readonly { readonly name: string; readonly root: string }[]) {
    const identity = JSON.stringify(['facts', collectors(), roots.map(root => [root.name, root.root])]);
    this.#store = store;
    this.#key = createHash('sha256').update(identity).digest('hex').slice(0, 40);
  }

  /** Empty if there are none, or they are damaged. */
  async get(): Promise<KnownFacts> {
    const kept = await this.#store.get(this.#key, name).catch(() => undefined);
    if (kept === undefined || kept === 'damaged') return [];
    try {
      const known = deserialize(kept) as KnownFacts;
      this.#written = versionsOf(known);
      return known;
    } catch {
      return [];
    }
  }

  /** Failures are ignored: the files are analyzed again next time. */
  async put(known: KnownFacts): Promise<void> {
    const versions = versionsOf(known);
    if (versions === this.#written) return;
    await this.#store.put(this.#key, name, serialize(known)).then(
      () => {
        this.#written = versions;
      },
      () => undefined,
    );
  }

  async clear(): Promise<void> {
    this.#written = '';
    await this.#store.remove(this.#key, name).catch(() => undefined);
  }
}

function versionsOf(known: KnownFacts): string {
  const hash = createHash('sha256');
  for (const { version, facts } of known) hash.update(`${facts.path}\0${version}\0`);
  return hash.digest('hex');
}

/** Rooms whose code determines the facts about a file. */
const rooms = ['analysis', 'documents', 'manifests', 'syntax', 'source-text', 'workspace'];
let hashed: string | undefined;

/** A hash of the code that collects facts: of the bundle, or of the sources where they run unbundled. */
function collectors(): string {
  if (hashed !== undefined) return hashed;
  const hash = createHash('sha256');
  const server = path.join(import.meta.dirname, '..');
  const files = import.meta.url.endsWith('.ts')
    ? rooms.flatMap(room =>
        readdirSync(path.join(server, room))
          .filter(file => file.endsWith('.ts'))
          .sort()
          .map(file => path.join(server, room, file)),
      )
    : [import.meta.filename];
  for (const file of files) hash.update(readFileSync(file));
  hashed = hash.digest('hex');
  return hashed;
}
