/** Facts about the files that suggestions are copied from: indentation, and the kind of place at each line's start. */
import type { AsyncPredictor, StoredFiles } from '../copy-memory/predictor.ts';
import { contentOf } from '../sequence/content.ts';
import { canScan, type PlaceKind, Scanner } from '../source-text/scanner.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { languageOf } from '../workspace/language.ts';
import { indentUnitOf } from './indent.ts';

interface Known {
  readonly stamp: number;
  readonly text: string;
  readonly unit: string | undefined;
  /** Its lines, scanned on demand. */
  lines?: ScannedLines;
}

/** Larger files are copied from without analysis. */
const mostTokens = 100_000;
const mostFiles = 64;

const byPredictor = new WeakMap<AsyncPredictor, SourceFiles>();

export class SourceFiles {
  readonly #files: StoredFiles | undefined;
  readonly #tokenizer: Tokenizer;
  /** Least recently used first. */
  readonly #known = new Map<string, Known>();

  private constructor(files: StoredFiles | undefined, tokenizer: Tokenizer) {
    this.#files = files;
    this.#tokenizer = tokenizer;
  }

  /** One per predictor; changed files are analyzed again. */
  static of(predictor: AsyncPredictor, tokenizer: Tokenizer): SourceFiles {
    let files = byPredictor.get(predictor);
    if (files === undefined) {
      files = new SourceFiles(predictor.files, tokenizer);
      byPredictor.set(predictor, files);
    }
    return files;
  }

  /** Whether the list of files is complete. */
  get isListed(): boolean {
    return this.#files !== undefined;
  }

  get folders(): readonly string[] | undefined {
    return this.#files?.folders;
  }

  has(path: string): boolean {
    return this.#files?.has(path) ?? false;
  }

  /** Undefined for a file that is not stored, or is too large. */
  textOf(path: string): string | undefined {
    return this.#at(path)?.text;
  }

  /** Undefined if the file does not tell. */
  indentUnitOf(path: string): string | undefined {
    return this.#at(path)?.unit;
  }

  /**
   * The kind of place in a line.
   * @param line 1-based
   * @param start the line up to the place
   * @returns undefined if unknown
   */
  kindAt(path: string, line: number, start: string): PlaceKind | undefined {
    const known = this.#at(path);
    if (known === undefined) return undefined;
    const language = languageOf(path);
    if (!canScan(language)) return undefined;
    known.lines ??= new ScannedLines(known.text, new Scanner(language));
    return known.lines
      .at(line - 1)
      ?.fork()
      .feed(start).kind;
  }

  #at(path: string): Known | undefined {
    const stamp = this.#files?.stampOf(path);
    if (stamp === undefined) return undefined;
    let known = this.#known.get(path);
    this.#known.delete(path);
    if (known?.stamp !== stamp) {
      const tokens = this.#files!.tokensOf(path);
      if (tokens === undefined || tokens.length > mostTokens) return undefined;
      const { start, end } = contentOf(this.#tokenizer, tokens);
      const text = this.#tokenizer.decode(tokens.subarray(start, end));
      // Tabs and spaces differ in meaning there, so that neither becomes the other.
      const unit = languageOf(path).id === 'makefile' ? '\t' : indentUnitOf(text);
      known = { stamp, text, unit };
    }
    this.#known.set(path, known);
    if (this.#known.size > mostFiles) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }
}

/**
 * States at the starts of a file's lines, scanned only as far as needed. Lines that start in the same state share it.
 */
class ScannedLines {
  readonly #text: string;
  readonly #scanner: Scanner;
  readonly #lines: Scanner[] = [];
  readonly #states = new Map<string, Scanner>();
  /** Start of the first unscanned line; undefined at the end. */
  #start: number | undefined = 0;

  constructor(text: string, scanner: Scanner) {
    this.#text = text;
    this.#scanner = scanner;
  }

  /** @param line 0-based */
  at(line: number): Scanner | undefined {
    while (this.#lines.length <= line && this.#start !== undefined) this.#next(this.#start);
    return this.#lines[line];
  }

  #next(start: number): void {
    const key = `${this.#scanner.kind} ${this.#scanner.inside?.closer ?? ''}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = this.#scanner.fork();
      this.#states.set(key, state);
    }
    this.#lines.push(state);
    const end = this.#text.indexOf('\n', start);
    this.#start = end < 0 ? undefined : end + 1;
    this.#scanner.feed(this.#text.slice(start, this.#start));
  }
}
