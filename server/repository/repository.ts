/** Orchestrates workspace → sequence → tokens → memory, and keeps it current. */

import path from 'node:path';
import { settings } from '../protocol/settings.ts';
import type { Verdict } from '../protocol/verdict.ts';
import { contentOf } from '../sequence/content.ts';
import { comparePaths } from '../sequence/order.ts';
import { OrderedPaths } from '../sequence/ordered-paths.ts';
import { renderFile } from '../sequence/render.ts';
import type { CacheStore } from '../storage/cache-store.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { FolderError } from '../workspace/folders.ts';
import { inOrder, Pace } from '../workspace/pace.ts';
import { FileReader, hashOf, type SourceBytes } from '../workspace/read.ts';
import { mayHoldSecret, verdictOnSecrets } from '../workspace/secrets/find.ts';
import type { SourceFile, WorkspaceFolder } from '../workspace/source.ts';
import { Workspace } from '../workspace/workspace.ts';
import { CoverageLedger } from './coverage.ts';
import { encodeFile, type Tokens } from './encode-file.ts';
import { isNewSource } from './new-source.ts';
import { isIn, partOf } from './places.ts';
import { disappeared, nothingIn, type Progress, type ReadReport, Run } from './read-report.ts';
import { type CachedTokens, TokenCache } from './token-cache.ts';
import type { Follower, TokenMemory } from './token-memory.ts';

export interface RepositoryOptions<Memory extends TokenMemory> {
  readonly folders: readonly WorkspaceFolder[];
  readonly tokenizer: Tokenizer;
  /** Must be empty. */
  readonly memory: Memory;
  readonly exclude?: readonly string[];
  readonly maxFileSize?: number;
  readonly maxTokens?: number;
  /** The cache between sessions; none if omitted. */
  readonly store?: CacheStore;
  /** Files that blocked the thread before; they are skipped. */
  readonly blocking?: readonly string[];
  /** Called with each file before it is processed, and again after the event loop has turned. */
  readonly workOn?: (path: string) => void;
  readonly follower?: Follower;
  /** Allows no folder at all: documents still complete from themselves. */
  readonly allowsNone?: boolean;
}

/** Files fetched from disk ahead of the current one. */
const ahead = 8;

/** An update of more paths than this rescans everything, which is cheaper. */
const manyPaths = 200;

export class Repository<Memory extends TokenMemory = TokenMemory> {
  readonly workspace: Workspace;
  readonly tokenizer: Tokenizer;
  readonly memory: Memory;
  readonly ledger = new CoverageLedger();
  readonly #paths = new OrderedPaths();
  readonly #reader: FileReader;
  readonly #maxTokens: number;
  readonly #cache: TokenCache | undefined;
  readonly #follower: Follower | undefined;
  readonly #blocking: ReadonlySet<string>;
  readonly #workOn: (path: string) => void;
  /** Updates run one after another. */
  #updates: Promise<unknown> = Promise.resolve();
  #reads: Promise<unknown> = Promise.resolve();
  /** Paths updated while `read` is running, whose result is newer than what `read` fetched. */
  readonly #updated = new Set<string>();
  /** Paths indexed with unsaved text instead of the file on disk, with the number of their last edit. */
  readonly #edited = new Map<string, number>();
  #edits = 0;

  private constructor(
    workspace: Workspace,
    cache: TokenCache | undefined,
    options: RepositoryOptions<Memory>,
  ) {
    this.workspace = workspace;
    this.tokenizer = options.tokenizer;
    this.memory = options.memory;
    this.#reader = new FileReader(options.maxFileSize ?? defaultOf('read.maxFileSize'));
    this.#maxTokens = options.maxTokens ?? defaultOf('read.maxTokens');
    this.#cache = cache;
    this.#follower = options.follower;
    this.#blocking = new Set(options.blocking);
    this.#workOn = options.workOn ?? (() => {});
  }

  /**
   * Opens the folders without reading files. Folders that cannot be opened are reported as problems of every `read`.
   * @throws FolderError when no folder can be opened
   */
  static async open<Memory extends TokenMemory>(
    options: RepositoryOptions<Memory>,
  ): Promise<Repository<Memory>> {
    const workspace = await Workspace.open(options.folders, {
      maxFileSize: options.maxFileSize ?? defaultOf('read.maxFileSize'),
      ...(options.exclude && { exclude: options.exclude }),
      ...(options.blocking && { blocking: new Set(options.blocking) }),
      ...(options.workOn && { workOn: options.workOn }),
    });
    const failure: FolderError | undefined = workspace.failures[0];
    if (failure !== undefined && workspace.folders.length === 0 && !options.allowsNone) throw failure;
    const { store, tokenizer } = options;
    const cache = store && (await TokenCache.open(store, workspace.folders, tokenizer.hash));
    return new Repository(workspace, cache, options);
  }

  /** Indexed paths, in sequence order. */
  get paths(): readonly string[] {
    return this.#paths.all;
  }

  /**
   * Updates the index from disk, reading what is new or has changed; everything the first time. Yields to other work,
   * which may use what is already indexed.
   * @param signal stops it at once; the report then says it is incomplete
   */
  read(onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<ReadReport> {
    const reading = this.#reads.then(() => this.#bringUpToDate(undefined, onProgress, signal));
    this.#reads = reading.catch(() => undefined);
    return reading;
  }

  /**
   * Updates single files or folders: changed, new or gone. Takes time proportional to them.
   * @param paths absolute, or as in the sequence; paths outside the workspace are ignored
   */
  update(paths: readonly string[], signal?: AbortSignal): Promise<ReadReport> {
    const inside = new Set<string>();
    for (const changed of paths) {
      const relative = path.isAbsolute(changed) ? this.workspace.pathOf(changed) : changed;
      const part = relative === undefined ? undefined : partOf(relative);
      if (part !== undefined) inside.add(part);
    }
    for (const part of inside) {
      this.#updated.add(part);
      this.ledger.noteStale(part);
    }
    const everything = inside.size > manyPaths || inside.has('');
    const update = this.#updates.then(() =>
      this.#bringUpToDate(everything ? undefined : [...inside], undefined, signal),
    );
    this.#updates = update.catch(() => undefined);
    return update;
  }

  /**
   * Indexes the unsaved text of an open document instead of the file on disk; `undefined` reverts. Also for a file that
   * is new or still empty on disk; excluded files stay out, and so does text with a secret.
   */
  async edit(path: string, text: string | undefined): Promise<void> {
    if (text === undefined) {
      if (this.#edited.delete(path)) await this.update([path]);
      return;
    }
    if (this.isBlocking(path)) return;
    const workOn = (): void => this.#workOn(path);
    workOn();
    if (mayHoldSecret(path, text) && (await verdictOnSecrets(path, text, workOn)) !== undefined) return;
    if (!this.memory.has(path) && !(await isNewSource(path, this.workspace, this.ledger))) return;
    workOn();
    const tokens = this.tokenizer.encodePieces(renderFile(path, text));
    this.memory.set(path, tokens);
    this.#paths.add(path);
    this.#edited.set(path, ++this.#edits);
    this.#follower?.edited(path);
  }

  /** Whether a file blocked the thread before, so that its text must not be looked at. */
  isBlocking(path: string): boolean {
    return this.#blocking.has(path);
  }

  /** Whether a file's unsaved text is in memory. */
  isEdited(path: string): boolean {
    return this.#edited.has(path);
  }

  /** Deletes the index and its cache. */
  async clear(): Promise<void> {
    for (const path of this.#paths.all) {
      this.memory.delete(path);
      this.#follower?.removed(path);
    }
    this.#paths.clear();
    this.#edited.clear();
    this.ledger.clear();
    await this.#cache?.clear();
  }

  /** Writes the cache; `read` does so itself. */
  async save(): Promise<void> {
    await this.#cache?.save();
  }

  /** The indexed text of a file, which becomes the current one: decoded, with `\n` line ends. */
  textOf(path: string): string | undefined {
    const tokens = this.memory.tokensOf(path);
    if (tokens === undefined) return undefined;
    this.#workOn(path);
    const { start, end } = contentOf(this.tokenizer, tokens);
    return this.tokenizer.decode(tokens.subarray(start, end));
  }

  /** Changes with the indexed text; undefined for a file that is not indexed. */
  versionOf(path: string): string | undefined {
    const entry = this.ledger.entryOf(path);
    const edit = this.#edited.get(path);
    return entry && (edit === undefined ? entry.hash : `${entry.hash} ${edit}`);
  }

  /** Lines `first` to `last` (1-based, inclusive) of an indexed file, as far as it has them. */
  linesOf(path: string, first: number, last: number): string[] {
    const text = this.textOf(path);
    return text === undefined ? [] : text.split('\n').slice(Math.max(0, first - 1), last);
  }

  async #bringUpToDate(
    within: readonly string[] | undefined,
    onProgress: ((progress: Progress) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ReadReport> {
    const run = new Run(onProgress);
    if (within === undefined) this.#updated.clear();
    try {
      await this.#synchronise(within, run, signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      run.complete = false;
    }
    if (within === undefined) await run.clock.wait('cache', async () => this.#cache?.save(run.complete));
    run.problems.push(...(this.#cache?.takeProblems() ?? []));
    return run.result();
  }

  async #synchronise(
    within: readonly string[] | undefined,
    run: Run,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    run.report('listing', this.ledger, '');
    const found = await run.clock.wait('discover', () => this.workspace.discover(within, signal));
    run.problems.push(...this.workspace.failures.map(failure => failure.message), ...found.problems);
    const listed = new Set(found.files.map(file => file.path));
    for (const skipped of found.skipped) {
      this.#drop(skipped.path, run);
      this.ledger.noteSkipped(skipped);
      listed.add(skipped.path);
    }
    this.#forgetAllBut(listed, within, found.absent, run);

    const files = found.files.filter(file => !this.ledger.isCurrent(file));
    run.kept = found.files.length - files.length;
    run.total = files.length;
    // Top-level files describe the whole and can be shown while the rest is read.
    const outermost = ({ path: name }: SourceFile): number => (name.includes('/') ? 1 : 0);
    files.sort((one, other) => outermost(one) - outermost(other) || comparePaths(one.path, other.path));
    await this.#readAll(files, within === undefined, run, signal);
    run.clock.time('index', () => this.memory.settle());
    if (within === undefined && run.total > 0)
      run.problems.push(...(await this.workspace.findAbsent()).map(disappeared));
    if (within === undefined && this.ledger.files === 0) run.problems.push(nothingIn(this.workspace));
  }

  async #readAll(
    files: readonly SourceFile[],
    yields: boolean,
    run: Run,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const pace = new Pace();
    const fetching = inOrder(files, ahead, file => this.#fetch(file));
    try {
      for (;;) {
        // Only waiting counts as reading: the next files arrive while one is processed.
        const fetched = await run.clock.wait('read', () => fetching.next());
        if (fetched.done) return;
        await pace.rest(signal);
        await this.#settle(fetched.value, yields, run);
        run.done++;
        run.report('reading', this.ledger, fetched.value.file.path);
      }
    } finally {
      await fetching.return(undefined);
    }
  }

  /** The cache's result for the file, or its bytes. */
  async #fetch(file: SourceFile): Promise<Fetched> {
    const cached = await this.#cache?.findByState(file);
    return cached === undefined ? { file, read: await this.#reader.read(file) } : { file, cached };
  }

  /** Indexes a fetched file, or records why not. */
  async #settle(fetched: Fetched, yields: boolean, run: Run): Promise<void> {
    // A later update may have overtaken this one.
    const overtaken = (): boolean => yields && this.#updated.has(fetched.file.path);
    if (this.#blocking.has(fetched.file.path)) {
      this.#drop(fetched.file.path, run);
      this.ledger.noteSkipped({ path: fetched.file.path, reason: 'blocking', detail: blockedBefore });
      return;
    }
    this.#workOn(fetched.file.path);
    if ('cached' in fetched) {
      run.tookFromCache(fetched.cached.outcome);
      if (!overtaken()) this.#commit(fetched.file, fetched.cached.hash, fetched.cached.outcome, run);
      return;
    }
    run.read++;
    if ('reason' in fetched.read) {
      if (overtaken()) return;
      this.#drop(fetched.file.path, run);
      this.ledger.noteSkipped({ path: fetched.file.path, ...fetched.read });
      return;
    }
    const { file, bytes } = fetched.read;
    const hash = run.clock.time('read', () => hashOf(bytes));
    const known = await run.clock.wait('cache', async () => this.#cache?.findByContent(file, hash));
    const workOn = (): void => this.#workOn(file.path);
    workOn();
    const outcome =
      known?.outcome ?? (await encodeFile(fetched.read, hash, this.tokenizer, run.clock, workOn));
    if (known === undefined) this.#cache?.note(file, hash, outcome);
    else run.tookFromCache(outcome);
    if (!overtaken()) this.#commit(file, hash, outcome, run);
  }

  #commit(file: SourceFile, hash: string, outcome: Tokens | Verdict, run: Run): void {
    const path = file.path;
    if ('reason' in outcome) {
      this.#drop(path, run);
      this.ledger.noteSkipped({ path, ...outcome }, file);
      return;
    }
    const { tokens, note } = outcome;
    const others = this.ledger.tokens - (this.ledger.entryOf(path)?.tokens ?? 0);
    if (others + tokens.length > this.#maxTokens) {
      this.#drop(path, run);
      // Recorded without its state, so that the next `read` retries once there is room.
      const detail = `Over the limit of ${this.#maxTokens} tokens (longsight.read.maxTokens).`;
      this.ledger.noteSkipped({ path, reason: 'limit', detail });
      return;
    }
    // The editor's text is newer than the disk.
    if (!this.#edited.has(path)) {
      run.clock.time('index', () => {
        this.memory.set(path, tokens);
        this.#paths.add(path);
      });
      this.#follower?.changed(path);
    }
    this.ledger.noteRead(
      { path, hash, tokens: tokens.length, bytes: file.bytes, ...(note !== undefined && { note }) },
      file,
    );
  }

  #drop(path: string, run: Run): void {
    if (!this.memory.has(path)) return;
    this.#edited.delete(path);
    this.memory.delete(path);
    this.#paths.delete(path);
    this.ledger.forget(path);
    this.#follower?.removed(path);
    run.removed++;
  }

  /**
   * Removes files in the scanned places that no longer exist. Files in a folder that is missing as a whole are kept.
   */
  #forgetAllBut(
    listed: ReadonlySet<string>,
    within: readonly string[] | undefined,
    absent: readonly string[],
    run: Run,
  ): void {
    const places = within ?? [''];
    const known = places.flatMap(place => this.#paths.under(place));
    for (const { path } of this.ledger.skipped())
      if (places.some(place => isIn(path, place))) known.push(path);
    for (const path of known) {
      if (listed.has(path) || absent.some(folder => isIn(path, folder))) continue;
      if (within === undefined && this.#updated.has(path)) continue;
      this.#drop(path, run);
      this.ledger.forget(path);
      this.#cache?.forget(path);
    }
  }
}

type Fetched =
  | { readonly file: SourceFile; readonly cached: CachedTokens }
  | { readonly file: SourceFile; readonly read: SourceBytes | Verdict };

const blockedBefore = 'It kept the indexing thread busy for too long; reload the window to try again.';

function defaultOf(name: 'read.maxFileSize' | 'read.maxTokens'): number {
  return settings.find(setting => setting.name === name)?.default as number;
}
