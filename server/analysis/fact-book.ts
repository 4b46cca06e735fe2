/**
 * The facts about all files of a repository, cached between requests: only changed files are analyzed again. The first
 * answer does not wait for all syntax trees: until `refine` has run, late files have outlines by line patterns.
 */

import { countingJudge } from '../documents/candidates.ts';
import { packageFolders } from '../manifests/manifests.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { importResolver } from '../syntax/imports.ts';
import { importsForFolder } from '../syntax/markup-uses.ts';
import { outline } from '../syntax/outline.ts';
import { usesIn } from '../syntax/uses.ts';
import { languageOfText } from '../workspace/language.ts';
import { type DocumentFacts, documentFacts } from './document-facts.ts';
import { factsOf } from './facts.ts';
import type { FileFacts } from './file-facts.ts';
import { type Ranked, rank } from './graph.ts';
import type { GraphFile } from './graph-file.ts';
import type { SummarySource } from './source.ts';
import { sentencesInCommon, speak } from './statements.ts';
import { Symbols } from './symbols.ts';

export interface RepositoryFacts {
  readonly files: ReadonlyMap<string, FileFacts>;
  readonly ranked: Ranked;
  readonly symbols: Symbols;
  readonly documents: DocumentFacts;
}

/** Facts that need no more work, each with the version of its file. */
export type KnownFacts = readonly { readonly version: string; readonly facts: FileFacts }[];

export interface CollectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Time limit for syntax trees in milliseconds; unlimited by default. */
  readonly treeBudget?: number;
}

interface Entry {
  readonly version: string;
  readonly facts: FileFacts;
  /** Its outline comes from line patterns although there is a grammar. */
  readonly rough: boolean;
}

/** Milliseconds of work between pauses. */
const stretch = 8;

export class FactBook {
  readonly #grammars: Grammars | undefined;
  /** Languages whose grammars have been asked for. */
  readonly #languages = new Set<string>();
  #entries = new Map<string, Entry>();
  /** From an earlier session, of files that were not asked for yet. */
  readonly #earlier: Map<string, Entry>;
  /** Derived from all entries; undefined after a change. */
  #facts: RepositoryFacts | undefined;

  /** @param known facts from an earlier session */
  constructor(grammars: Grammars | undefined, known: KnownFacts = []) {
    this.#grammars = grammars;
    this.#earlier = new Map(
      known.map(({ version, facts }) => [facts.path, { version, facts, rough: false }]),
    );
  }

  get known(): KnownFacts {
    return [...this.#entries.values()].filter(({ rough }) => !rough);
  }

  /** @throws the signal's reason */
  async collect(source: SummarySource, options: CollectOptions = {}): Promise<RepositoryFacts> {
    const { signal, treeBudget = Number.POSITIVE_INFINITY } = options;
    const entries = new Map<string, Entry>();
    let spent = 0;
    let changed = false;
    let since = performance.now();
    for (const { path, tokens, version } of source.files()) {
      const known = this.#entries.get(path) ?? this.#earlier.get(path);
      if (known?.version === version) {
        if (this.#earlier.delete(path)) changed = true;
        entries.set(path, known);
        continue;
      }
      // Yields every few milliseconds so as not to delay completions.
      if (performance.now() - since > stretch) {
        await new Promise(resolve => setImmediate(resolve));
        signal?.throwIfAborted();
        since = performance.now();
      }
      let text = source.textOf(path);
      if (text === undefined) continue;
      const language = languageOfText(path, text).id;
      const isFirst = !this.#languages.has(language);
      const grammar = await this.#load(language);
      // Loading turned the event loop: asked for again, the file is the current one again.
      if (isFirst) text = source.textOf(path);
      if (text === undefined) continue;
      const started = performance.now();
      const late = grammar && spent >= treeBudget;
      const facts = factsOf(path, text, tokens, late ? undefined : this.#grammars);
      if (grammar && !late) spent += performance.now() - started;
      entries.set(path, { version, facts, rough: late });
      changed = true;
    }
    if (changed || entries.size !== this.#entries.size) this.#facts = undefined;
    this.#entries = entries;
    return this.#made(source);
  }

  /**
   * Replaces outlines by line patterns with those of syntax trees, yielding between files.
   * @returns whether anything changed
   */
  async refine(source: SummarySource, signal?: AbortSignal): Promise<boolean> {
    const rough = [...this.#entries].filter(([, entry]) => entry.rough);
    for (const [path, entry] of rough) {
      await new Promise(resolve => setImmediate(resolve));
      if (signal?.aborted) return true;
      // The next collection handles later changes.
      if (this.#entries.get(path) !== entry) continue;
      const text = source.textOf(path);
      if (text === undefined) continue;
      const facts = factsOf(path, text, entry.facts.tokens, this.#grammars);
      this.#entries.set(path, { version: entry.version, facts, rough: false });
      this.#facts = undefined;
    }
    return rough.length > 0;
  }

  /** What decides to which files an unsaved document refers; by line patterns in a language of which no file was collected. */
  graphFile(path: string, text: string): GraphFile {
    const language = languageOfText(path, text);
    const { definitions, imports, namespace } = outline(path, text, this.#grammars);
    const uses = usesIn(text, language);
    return {
      path,
      language: language.id,
      definitions,
      imports,
      uses,
      ...(namespace !== undefined && { namespace }),
    };
  }

  get isRough(): boolean {
    return [...this.#entries.values()].some(entry => entry.rough);
  }

  async #load(language: string): Promise<boolean> {
    this.#languages.add(language);
    return (await this.#grammars?.load(language)) ?? false;
  }

  #made(source: SummarySource): RepositoryFacts {
    if (this.#facts !== undefined) return this.#facts;
    const entries = [...this.#entries].map(([, { facts }]) => facts);
    const paths = entries.map(({ path }) => path);
    const resolve = importResolver(paths, packageFolders(entries.flatMap(({ manifest }) => manifest ?? [])));
    const ranked = rank(
      entries.filter(file => file.code),
      resolve,
      entries.filter(({ code, uses, path }) => !code && (uses.size > 0 || importsForFolder(path))),
    );
    const used = new Map<string, string[]>();
    for (const { path, definition } of ranked.symbols) {
      const names = used.get(path);
      if (names) names.push(definition.name);
      else used.set(path, [definition.name]);
    }
    const documents = documentFacts(paths, path => source.textOf(path));
    const surroundings = {
      judge: countingJudge(entries.map(({ candidates }) => candidates)),
      ...sentencesInCommon(entries),
      used,
      supportingOf: ranked.supportingOf,
      usersOf: (path: string) =>
        (ranked.files.get(path)?.users ?? []).filter(
          user => ranked.supportingOf(user) === undefined || ranked.supportingOf(path) === 'test',
        ),
    };
    const files = speak(entries, surroundings);
    for (const [path, own] of files) {
      const said = documents.statements.get(path);
      // A document's statement about a path takes precedence over the file's own.
      if (said !== undefined) files.set(path, { ...own, statement: said, unspoken: false });
    }
    const symbols = new Symbols(files, ranked, path => source.textOf(path));
    this.#facts = { files, ranked, symbols, documents };
    return this.#facts;
  }
}
