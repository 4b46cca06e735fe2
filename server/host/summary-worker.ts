/** The summary and similar places, in the worker thread. */

import { FactBook } from '../analysis/fact-book.ts';
import { type SummarySource, sourceOf } from '../analysis/source.ts';
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type {
  Activity,
  DescribeParameters,
  Description,
  Digest,
  DigestParameters,
  LineSummaries,
  LineSummary,
  MapParameters,
  Part,
  Places,
  RepositoryMap,
  Statement,
  Summary,
  SummaryParameters,
} from '../protocol/requests.ts';
import { relatedDeclarations } from '../relations/related-declarations.ts';
import type { Declarations } from '../relations/signatures.ts';
import type { Repository } from '../repository/repository.ts';
import { type Changes, readChanges } from '../summary/changes.ts';
import { describe } from '../summary/describe.ts';
import { makeDigest } from '../summary/digest.ts';
import type { FactCache } from '../summary/fact-cache.ts';
import { type Ask, GeneratedSentences } from '../summary/generated.ts';
import { buildMap } from '../summary/map.ts';
import { summarize } from '../summary/summarize.ts';
import type { SummaryCache } from '../summary/summary-cache.ts';
import { SurpriseMeter } from '../summary/surprise.ts';
import { placesLike } from '../summary/where.ts';
import { surpriseAsRead, untilRead } from '../surprise/method.ts';
import type { SurpriseReader } from '../surprise/reader.ts';
import { Grammars } from '../syntax/grammars.ts';
import type { FilePosition } from './messages.ts';

/** Milliseconds that a request waits for syntax trees; the rest are parsed after the answer. */
const treeBudget = 500;

/** Milliseconds for git history. */
const historyBudget = 1000;

/** What is kept between sessions. */
export interface Kept {
  readonly summary: SummaryCache;
  readonly facts: FactCache;
}

export interface SummaryWorkerOptions {
  /** Undefined without a cache. */
  readonly kept: Kept | undefined;
  /** Called with each file before it is processed. */
  readonly workOn: (path: string) => void;
  /** Undefined if nothing is read in the background. */
  readonly read: SurpriseReader | undefined;
}

export class SummaryWorker {
  readonly #name: string;
  readonly #repository: Repository<CopyMemory>;
  readonly #meter = new SurpriseMeter();
  readonly #sentences = new GeneratedSentences();
  /** Of the latest summary. */
  #parts: readonly Part[] | undefined;
  #book: Promise<FactBook> | undefined;
  #changes: Promise<Changes> | undefined;
  readonly #kept: Kept | undefined;
  #keeping = false;
  /** Whether indexing has completed since the folders were opened. */
  #wasRead = false;

  readonly #workOn: (path: string) => void;
  readonly #read: SurpriseReader | undefined;

  constructor(
    name: string,
    repository: Repository<CopyMemory>,
    { kept, workOn, read }: SummaryWorkerOptions,
  ) {
    this.#name = name;
    this.#workOn = workOn;
    this.#kept = kept;
    this.#read = read;
    this.#repository = repository;
  }

  /** Available at once, even during indexing: then from an earlier session, or from the files indexed so far. */
  async summarize(
    { path, budget, complete = false }: SummaryParameters,
    signal: AbortSignal,
  ): Promise<Summary> {
    const whole = path === undefined && budget === undefined;
    if (whole && !this.#wasRead) {
      const kept = await this.#kept?.summary.get();
      if (kept !== undefined) return { ...kept, earlier: true };
    }
    const wasRead = this.#wasRead;
    const { source, facts, isRough } = await this.#facts(signal, complete);
    const { tokenizer } = this.#repository;
    const summary = summarize(source, facts, {
      countTokens: (text: string) => tokenizer.encode(text).length,
      ...(path === undefined ? {} : { path }),
      ...(budget === undefined ? {} : { budget }),
    });
    if (!wasRead) return { ...summary, earlier: true };
    if (whole) this.#parts = summary.parts;
    const current = { ...summary, ...activityOf(await this.#whatChanged()) };
    if (whole) void this.#keep(current);
    return isRough ? { ...current, partial: true } : current;
  }

  /** A generated sentence about a folder; undefined if there is none worth showing. */
  async sentenceAbout(path: string, ask: Ask, signal: AbortSignal): Promise<Statement | undefined> {
    if (this.#parts === undefined) {
      const { source, facts } = await this.#facts(signal);
      this.#parts = summarize(source, facts).parts;
    }
    return await this.#sentences.about(this.#parts, path, ask);
  }

  async describe(parameters: DescribeParameters, signal: AbortSignal): Promise<Description> {
    const { source, facts } = await this.#facts(signal);
    return describe(source, facts, parameters);
  }

  /** What the files related to a document declare. */
  async declarationsFor(path: string, text: string, signal: AbortSignal): Promise<Declarations[]> {
    const { source, facts } = await this.#facts(signal);
    const file = (await this.#opened()).graphFile(path, text);
    return relatedDeclarations(facts, file, text, other => source.textOf(other));
  }

  async lineSummary(position: FilePosition, signal: AbortSignal): Promise<LineSummary | null> {
    const document = this.#document(position);
    if (document === undefined) return null;
    const { facts } = await this.#facts(signal);
    return facts.symbols.at(document.path, document.text, position.line, position.column) ?? null;
  }

  async lineSummaries(file: string, signal: AbortSignal): Promise<LineSummaries> {
    const { facts } = await this.#facts(signal);
    return facts.symbols.linesOf(this.#repository.workspace.pathOfDocument(file) ?? file);
  }

  async where(position: FilePosition, signal: AbortSignal): Promise<Places> {
    const document = this.#document(position);
    if (document === undefined) return { places: [] };
    const { memory, tokenizer, paths } = this.#repository;
    const asked = {
      memory,
      tokenizer,
      paths,
      tokensOf: (path: string) => memory.tokensOf(path),
      linesOf: (path: string, first: number, last: number) => this.#repository.linesOf(path, first, last),
    };
    return { places: await placesLike({ ...document, line: position.line }, asked, signal) };
  }

  async map({ path, measure }: MapParameters, signal: AbortSignal): Promise<RepositoryMap> {
    const { source, facts } = await this.#facts(signal);
    const measured = await this.#surprise(source, measure ?? false, signal);
    const { changed } = await this.#whatChanged();
    return buildMap(this.#name, facts, { changed, ...measured }, path);
  }

  async digest({ path, budget, format }: DigestParameters, signal: AbortSignal): Promise<Digest> {
    const { source, facts } = await this.#facts(signal);
    const { tokenizer, ledger } = this.#repository;
    return makeDigest(source, facts, {
      ...(path === undefined ? {} : { path }),
      ...(budget === undefined ? {} : { budget }),
      format,
      countTokens: text => tokenizer.encode(text).length,
      skipped: [...ledger.skipped()],
    });
  }

  /** As read in the background, once there is enough of it; until then estimated from a sample. */
  async #surprise(source: SummarySource, measure: boolean, signal: AbortSignal) {
    if (this.#read?.isEnough) {
      const files = [...source.files()].map(({ path }) => [path, this.#read?.surpriseOf(path)] as const);
      return surpriseAsRead(files, this.#read.progress);
    }
    const { memory, tokenizer } = this.#repository;
    const measured = { ...source, memory, tokenizer, tokensOf: (file: string) => memory.tokensOf(file) };
    const surprise = measure ? await this.#meter.measure(measured, signal) : this.#meter.known(measured);
    const about = this.#read === undefined ? '' : ` ${untilRead(this.#read.progress)}`;
    return { surprise, peaks: new Map<string, number>(), surpriseMethod: this.#meter.method + about };
  }

  /** Marks the index as complete. */
  noteRead(): void {
    this.#wasRead = true;
  }

  /** Something was indexed: git history may be new, too. */
  noteChange(): void {
    this.#changes = undefined;
    this.#parts = undefined;
  }

  async clear(): Promise<void> {
    this.#wasRead = false;
    this.#book = undefined;
    await this.#kept?.summary.clear();
    await this.#kept?.facts.clear();
  }

  /** Caches summary and facts for the next session: the summary at once, and again with all syntax trees. */
  async #keep(summary: Summary): Promise<void> {
    if (this.#kept === undefined || this.#keeping) return;
    this.#keeping = true;
    try {
      await this.#kept.summary.put(summary);
      const book = await this.#opened();
      const source = this.#source();
      const isRefined = await book.refine(source);
      if (!this.#wasRead) return;
      if (isRefined)
        await this.#kept.summary.put({
          ...summarize(source, await book.collect(source)),
          ...activityOf(summary),
        });
      await this.#kept.facts.put(book.known);
    } finally {
      this.#keeping = false;
    }
  }

  /** Texts are requested one by one, just before analysis. */
  #source(): SummarySource {
    return sourceOf(this.#name, this.#repository);
  }

  #opened(): Promise<FactBook> {
    this.#book ??= Promise.all([Grammars.open(), this.#kept?.facts.get()]).then(
      ([grammars, known]) => new FactBook(grammars, known),
    );
    return this.#book;
  }

  #whatChanged(): Promise<Changes> {
    this.#changes ??= readChanges(this.#repository, historyBudget);
    return this.#changes;
  }

  /** The editor's text of the document, or the indexed one; undefined also for one that blocked the thread before. */
  #document({ file, text }: FilePosition): { path: string; text: string } | undefined {
    const path = this.#repository.workspace.pathOfDocument(file) ?? file;
    const known = text ?? this.#repository.textOf(path);
    if (known === undefined || this.#repository.isBlocking(path)) return undefined;
    this.#workOn(path);
    return { path, text: known };
  }

  /** @param complete waits for all syntax trees */
  async #facts(signal: AbortSignal, complete = false) {
    const book = await this.#opened();
    const source = this.#source();
    const facts = await book.collect(source, { signal, treeBudget });
    if (!complete) {
      const { isRough } = book;
      void book.refine(source);
      return { source, facts, isRough };
    }
    await book.refine(source, signal);
    signal.throwIfAborted();
    return { source, facts: await book.collect(source, { signal }), isRough: false };
  }
}

function activityOf({ activity }: { readonly activity?: Activity }): { readonly activity?: Activity } {
  return activity === undefined ? {} : { activity };
}
