/** Caches a repository's summary between sessions, so that reopening shows it at once, until indexing is done. */
import { createHash } from 'node:crypto';
import type { Summary } from '../protocol/requests.ts';
import type { CacheStore } from '../storage/cache-store.ts';

/** Increased when `Summary` changes its form, or its contents change much. */
const format = 4;
const name = 'summary';

export class SummaryCache {
  readonly #store: CacheStore;
  readonly #key: string;
  #written = '';

  /** @param roots absolute paths of the folders, with the names that prefix their files */
  constructor(store: CacheStore, roots: readonly { readonly name: string; readonly root: string }[]) {
    const identity = JSON.stringify(['summary', format, roots.map(root => [root.name, root.root])]);
    this.#store = store;
    this.#key = createHash('sha256').update(identity).digest('hex').slice(0, 40);
  }

  /** Undefined if there is none, or it is damaged. */
  async get(): Promise<Summary | undefined> {
    const kept = await this.#store.get(this.#key, name).catch(() => undefined);
    if (kept === undefined || kept === 'damaged') return undefined;
    try {
      return JSON.parse(Buffer.from(kept).toString('utf8')) as Summary;
    } catch {
      return undefined;
    }
  }

  /** Failures are ignored: the summary is made again next time. */
  async put(summary: Summary): Promise<void> {
    const text = JSON.stringify(summary);
    if (text === this.#written) return;
    await this.#store.put(this.#key, name, Buffer.from(text)).then(
      () => {
        this.#written = text;
      },
      () => undefined,
    );
  }

  async clear(): Promise<void> {
    this.#written = '';
    await this.#store.remove(this.#key, name).catch(() => undefined);
  }
}
