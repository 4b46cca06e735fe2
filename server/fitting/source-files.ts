/** What is known of the files that suggestions are copied from: how they indent, and what kind of place each line begins in. */
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
  /** Its lines, scanned as far as they were asked for. */
  lines?: ScannedLines;
}

/** Larger files are copied from without a look at them. */
const mostTokens = 100_000;
const mostFiles = 64;

const byPredictor = new WeakMap<AsyncPredictor, SourceFiles>();

export class SourceFiles {
  readonly #files: StoredFiles | undefined;
  readonly #tokenizer: Tokenizer;
  /** Used longest ago first. */
  readonly #known = new Map<string, Known>();

  private constructor(files: StoredFiles | undefined, tokenizer: Tokenizer) {
    this.#files = files;
    this.#tokenizer = tokenizer;
  }

  /** One for each predictor; what has changed since is looked at again. */
  static of(predictor: AsyncPredictor, tokenizer: Tokenizer): SourceFiles {
    let files = byPredictor.get(predictor);
    if (files === undefined) {
      files = new SourceFiles(predictor.files, tokenizer);
      byPredictor.set(predictor, files);
    }
    return files;
  }

  /** Whether it can be said which files there are. */
  get isListed(): boolean {
    return this.#files !== undefined;
  }

  has(path: string): boolean {
    return this.#files?.has(path) ?? false;
  }

  /** Undefined for a file that is not held, or is too large. */
  textOf(path: string): string | undefined {
    return this.#at(path)?.text;
  }

  /** Undefined where the file does not say. */
  indentUnitOf(path: string): string | undefined {
    return this.#at(path)?.unit;
  }

  /**
   * The kind of place in a line.
   * @param line from 1
   * @param start the line up to the place
   * @returns undefined where it cannot be told
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
      known = { stamp, text, unit: indentUnitOf(text) };
    }
    this.#known.set(path, known);
    if (this.#known.size > mostFiles) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }
}

/** The states at the starts of a text's lines, scanned only as far down as somebody looks. Lines that begin in the same state share it. */
class ScannedLines {
  readonly #text: string;
  readonly #scanner: Scanner;
  readonly #lines: Scanner[] = [];
  readonly #states = new Map<string, Scanner>();
  /** Where the next line starts that is not scanned; undefined after the last. */
  #start: number | undefined = 0;

  constructor(text: string, scanner: Scanner) {
    this.#text = text;
    this.#scanner = scanner;
  }

  /** @param line from 0 */
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
