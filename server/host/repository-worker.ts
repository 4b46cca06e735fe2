/** The repository of the open folders, and everything built from it. */
import { LookAhead } from '../completion/ahead.ts';
import { CompletionCache } from '../completion/cache.ts';
import type { Completion } from '../completion/complete.ts';
import { warmUp } from '../completion/warm-up.ts';
import { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { CoderReference } from '../engine/messages.ts';
import { watchPower } from '../engine/power.ts';
import { messageOf } from '../protocol/message-of.ts';
import type { Coverage, Statement } from '../protocol/requests.ts';
import type { ReadReport } from '../repository/read-report.ts';
import { Repository } from '../repository/repository.ts';
import { lineIn } from '../source-text/position.ts';
import { CacheStore } from '../storage/cache-store.ts';
import { CoderClient } from '../suggestions/coder-client.ts';
import { suggest } from '../suggestions/suggest.ts';
import { FactCache } from '../summary/fact-cache.ts';
import { SummaryCache } from '../summary/summary-cache.ts';
import { Activity } from '../surprise/activity.ts';
import { loadTokenizer } from '../tokens/load.ts';
import { modelIdOf } from '../tokens/model-id.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { FolderError } from '../workspace/folders.ts';
import { verdictOnName } from '../workspace/names.ts';
import { maskSecrets } from '../workspace/secrets/names.ts';
import { allOf, BackgroundWorker } from './background-worker.ts';
import type { Engines } from './engine-link.ts';
import {
  type DocumentRequest,
  type FilePosition,
  type IndexStats,
  nothingRead,
  type Opened,
  type OpenParameters,
  type Read,
} from './messages.ts';
import { ModelWorker } from './model-worker.ts';
import { RelatedFiles } from './related-files.ts';
import { ReviewWorker } from './review-worker.ts';
import { SummaryWorker } from './summary-worker.ts';

interface Open {
  readonly tokenizer: Tokenizer;
  readonly repository: Repository<CopyMemory>;
  readonly summary: SummaryWorker;
  readonly neural: ModelWorker | undefined;
  readonly background: BackgroundWorker | undefined;
  readonly coder: CoderClient | undefined;
}

export class RepositoryWorker {
  readonly #changed: () => void;
  readonly #engines: Engines;
  readonly #workOn: (path: string) => void;
  readonly #onProblem: (problem: string) => void;
  /** Requests in progress. */
  readonly activity = new Activity();
  readonly #suggestions = new CompletionCache();
  readonly #lookAhead = new LookAhead(this.#suggestions);
  #stopWatchingPower: () => void = () => {};
  /** Counts the places where the cursor came to rest. */
  #rests = 0;
  readonly #related = new RelatedFiles();
  #warming = new AbortController();
  #open: Open | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  #parameters: OpenParameters | undefined;
  /** Files still to be indexed. */
  #ahead = 0;
  #reading: Promise<ReadReport> | undefined;

  /**
   * @param changed called when the statistics may have changed
   * @param workOn called with each file before it is processed
   * @param onProblem gets a sentence when an optional feature cannot be used
   */
  constructor(
    changed: () => void,
    engines: Engines,
    workOn: (path: string) => void = () => {},
    onProblem: (problem: string) => void = () => {},
  ) {
    this.#changed = changed;
    this.#engines = engines;
    this.#workOn = workOn;
    this.#onProblem = onProblem;
  }

  /** One after another: of two changes of settings, the later one counts. */
  open(parameters: OpenParameters): Promise<Opened> {
    const opened = this.#opening.then(() => this.#openNext(parameters));
    this.#opening = opened.catch(() => {});
    return opened;
  }

  async #openNext(parameters: OpenParameters): Promise<Opened> {
    const { folders, exclude, maxFileSize, maxTokens, modelFolder } = parameters;
    this.#parameters = parameters;
    // Release the old repository first: two at once may not fit in RAM.
    this.#open?.neural?.stop();
    const reading = this.#open?.background?.reader.stop();
    this.#stopWatchingPower();
    this.#open = undefined;
    await reading;
    this.#suggestions.clear();
    const problems: string[] = [];
    const tokenizer = loadTokenizer(modelFolder);
    const store = await storeOf(parameters, problems);
    const memory = new CopyMemory(tokenizer);
    const neural = parameters.neural
      ? new ModelWorker({
          engine: this.#engines.engine,
          modelFolder,
          tokenizer,
          store,
          tokensOf: file => memory.tokensOf(file),
          onProgress: this.#changed,
        })
      : undefined;
    const background =
      parameters.backgroundMinutes > 0
        ? await BackgroundWorker.open({
            engine: this.#engines.background,
            modelFolder,
            tokenizer,
            memory,
            folders,
            store,
            activity: this.activity,
            minutes: parameters.backgroundMinutes,
            onProgress: this.#changed,
          })
        : undefined;
    const repository = await Repository.open({
      folders,
      allowsNone: true,
      tokenizer,
      memory,
      exclude,
      maxFileSize,
      maxTokens,
      ...(parameters.blocking && { blocking: parameters.blocking }),
      workOn: this.#workOn,
      ...(store === undefined ? {} : { store }),
      follower: allOf([neural?.scheduler, background?.reader].filter(follower => follower !== undefined)),
    });
    const name = folders.map(folder => folder.name).join(', ');
    const roots = repository.workspace.folders;
    if (roots.length > 1) memory.folders = roots.map(root => root.name);
    const kept = store && { summary: new SummaryCache(store, roots), facts: new FactCache(store, roots) };
    this.#open = {
      tokenizer,
      repository,
      summary: new SummaryWorker(name, repository, {
        kept,
        workOn: this.#workOn,
        read: background?.reader,
      }),
      neural,
      background,
      coder: parameters.coder && this.#clientOf(parameters.coder),
    };
    this.#changed();
    return { modelId: modelIdOf(tokenizer), problems };
  }

  #clientOf(coder: CoderReference): CoderClient {
    const client = new CoderClient(this.#engines.engine, coder, { onProblem: this.#onProblem });
    this.#stopWatchingPower = watchPower(isOnBattery => client.saveEnergy(isOnBattery));
    return client;
  }

  /** @throws FolderError when no folder can be read; documents still complete from themselves */
  async read(signal: AbortSignal): Promise<Read> {
    // A missing folder may exist by now.
    if (this.#missing() !== undefined && this.#parameters !== undefined) await this.open(this.#parameters);
    const missing = this.#missing();
    if (missing !== undefined) throw missing;
    const { repository } = this.#opened();
    const reading = repository.read(({ done, filesTotal }) => {
      this.#ahead = filesTotal - done;
      this.#suggestions.states.clear();
      this.#changed();
    }, signal);
    this.#reading = reading;
    const read = this.#settled(
      await reading.finally(() => {
        this.#ahead = 0;
      }),
    );
    if (read.complete) this.#open?.summary.noteRead();
    void this.#warmUp();
    return read;
  }

  #missing(): FolderError | undefined {
    const workspace = this.#open?.repository.workspace;
    return workspace?.folders.length === 0 ? workspace.failures[0] : undefined;
  }

  async update(paths: readonly string[]): Promise<Read> {
    const { repository, background } = this.#opened();
    const update = repository.update(paths);
    this.#changed();
    const read = this.#settled(await update);
    background?.noteChanged(repository, paths);
    return read;
  }

  async edit(file: string, text: string | undefined): Promise<null> {
    const { repository } = this.#opened();
    const path = repository.workspace.pathOfDocument(file);
    if (path === undefined) return null;
    await repository.edit(path, text);
    // The files were read from disk again and are no longer stale.
    if (text === undefined) this.#changed();
    this.#suggestions.clear();
    return null;
  }

  pause(paused: boolean): null {
    this.#open?.neural?.scheduler.pause(paused);
    this.#open?.background?.reader.pause(paused);
    return null;
  }

  async clear(): Promise<null> {
    // A stopped read may still index its current file.
    await this.#reading?.catch(() => {});
    await this.#open?.repository.clear();
    await this.#open?.summary.clear();
    this.#open?.neural?.clear();
    await this.#open?.background?.clear();
    await this.#open?.coder?.forget();
    this.#suggestions.clear();
    this.#changed();
    return null;
  }

  async complete({ file, ...question }: DocumentRequest, signal: AbortSignal): Promise<Completion> {
    const { repository, tokenizer } = this.#opened();
    // A file outside keeps its full path: its bare name could be a file inside.
    const path = repository.workspace.pathOfDocument(file) ?? file;
    const request = { path, ...question, onTurn: () => this.#workOn(path) };
    if (this.#isKeptOut(path)) return { reason: 'excluded', milliseconds: 0 };
    this.#open?.neural?.scheduler.prioritize(path);
    this.#lookAhead.stop();
    this.#warming.abort();
    this.#rests++;
    this.#open?.background?.reader.expectSave();
    const coder = this.#open?.coder;
    const from = { predictor: repository.memory, tokenizer, coder, cache: this.#suggestions };
    const found = await suggest(request, from, signal);
    // With a model, the next answer is ranked again, beside its line.
    if (coder === undefined && found.item !== undefined && !signal.aborted)
      void this.#lookAhead.begin(request, found.item, repository.memory, tokenizer);
    return found;
  }

  /** The model is told of a document's imports when the cursor rests there, not at a key: what it has read stays valid. */
  async readAhead(
    { file, text, line, column, scope }: FilePosition & Pick<DocumentRequest, 'scope'>,
    signal: AbortSignal,
  ): Promise<null> {
    const { repository, coder, summary } = this.#opened();
    const path = repository.workspace.pathOfDocument(file) ?? file;
    if (coder === undefined || text === undefined || this.#isKeptOut(path)) return null;
    const place = lineIn(text, line);
    // The document has changed since.
    if ('lines' in place) return null;
    const offset = place.start + Math.min(column - 1, place.length);
    const rest = ++this.#rests;
    if (scope !== 'file')
      await this.#related.tell(coder, path, text, () => summary.declarationsFor(path, text, signal));
    // Meanwhile the cursor may have come to rest elsewhere, or the user types.
    if (rest === this.#rests) coder.readAhead({ path, text, offset, scope });
    return null;
  }

  /** Files with secrets, excluded files and files that blocked the thread get no suggestions. */
  #isKeptOut(path: string): boolean {
    const { repository } = this.#opened();
    if (repository.isBlocking(path)) return true;
    const shown = maskSecrets(path);
    for (const { path: skipped, reason } of repository.ledger.skipped()) {
      if (reason !== 'secret' && reason !== 'excluded' && reason !== 'blocking') continue;
      // Folders end with a slash.
      if (path === skipped || shown === skipped || (skipped.endsWith('/') && path.startsWith(skipped)))
        return true;
    }
    // Files ignored by git are on no list.
    return verdictOnName(path)?.reason === 'secret';
  }

  get summary(): SummaryWorker {
    return this.#opened().summary;
  }

  async generatedSentence(path: string, signal: AbortSignal): Promise<Statement | null> {
    const { coder, summary } = this.#opened();
    if (coder === undefined) return null;
    return (await summary.sentenceAbout(path, question => coder.say(question, signal), signal)) ?? null;
  }

  get review(): ReviewWorker {
    return new ReviewWorker({
      repository: this.#opened().repository,
      workOn: this.#workOn,
      viewer: {
        engine: this.#engines.engine,
        coder: this.#parameters?.coder,
        onProblem: this.#onProblem,
      },
    });
  }

  coverage(): Coverage {
    return this.#open?.repository.ledger.coverage() ?? { files: [], skipped: [] };
  }

  folders(): string[] {
    if (this.#open === undefined) return [];
    const { repository } = this.#open;
    const folders = new Set<string>();
    for (const file of repository.paths) {
      // Includes folders that contain only folders: files may appear there.
      for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
        const folder = file.slice(0, end);
        if (folders.has(folder)) break;
        folders.add(folder);
      }
    }
    return [...folders]
      .map(folder => repository.workspace.absoluteOf(folder))
      .filter(folder => folder !== undefined);
  }

  stats(): IndexStats {
    if (this.#open === undefined) return nothingRead;
    const { ledger, memory } = this.#open.repository;
    return {
      files: ledger.files,
      filesTotal: ledger.files + this.#ahead,
      tokens: ledger.tokens,
      bytes: ledger.bytes,
      skipped: ledger.skippedFiles,
      stale: ledger.staleFiles,
      memoryBytes: memory.bytes,
      ...(this.#open.neural && { neural: this.#open.neural.status }),
      ...(this.#open.background && { background: this.#open.background.reader.progress }),
    };
  }

  /** Runs some queries before the user does: the first ones are slow, because nothing is compiled yet. */
  async #warmUp(): Promise<void> {
    if (this.#open === undefined) return;
    const { repository, tokenizer } = this.#open;
    this.#warming.abort();
    this.#warming = new AbortController();
    const textOf = (path: string) => repository.textOf(path);
    await warmUp(repository.paths, textOf, repository.memory, tokenizer, this.#warming.signal);
  }

  #settled({ complete: whole, seconds, cached, milliseconds, problems }: ReadReport): Read {
    this.#suggestions.clear();
    this.#open?.summary.noteChange();
    return { complete: whole, seconds, cached, milliseconds, problems, stats: this.stats() };
  }

  #opened(): Open {
    if (this.#open === undefined) throw new Error('No folder is open.');
    return this.#open;
  }
}

/** Without a cache, everything is read again next time, which deserves a sentence and no more. */
async function storeOf(
  { cacheFolder, cacheSize }: OpenParameters,
  problems: string[],
): Promise<CacheStore | undefined> {
  try {
    return await CacheStore.open(cacheFolder, cacheSize * 1e6);
  } catch (error) {
    problems.push(messageOf(error));
    return undefined;
  }
}
