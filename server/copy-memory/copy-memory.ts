import type { Tokenizer } from '../tokens/tokenizer.ts';
import { Blender } from './blend.ts';
import { type Continuations, continuationsOf } from './continuations.ts';
import { CopyHypothesis, SharedTokens } from './hypothesis.ts';
import { LikePlaces, type UnitEdges } from './like-places.ts';
import { PathProximity, promptDistances, promptPath } from './locality.ts';
import type { PredictionScope, Predictor, StoredFiles } from './predictor.ts';
import { type FileContent, Segment, type SegmentFile } from './segment.ts';
import { TokenFrequencies } from './unigram.ts';

/**
 * The copy memory: all tokens of a repository, exactly, with an index that continues any context from where it occurred
 * before.
 *
 * Files are collected in segments, each sorted once; small segments merge into larger ones, and a segment with many
 * dead tokens is re-sorted (a log-structured merge, O'Neil et al. 1996), so that adding, replacing and removing a file
 * takes amortised time proportional to the file, at about eight bytes a token. After any changes it predicts as one
 * rebuilt from the same files does: exactly for contexts with at most `mostCounted` occurrences, from an even sample of
 * occurrences beyond.
 */
export class CopyMemory implements Predictor {
  /** Names of the open folders, if there are several. */
  folders: readonly string[] = [];
  readonly #tokenizer: Tokenizer;
  readonly #blender: Blender;
  readonly #files = new Map<string, StoredFile>();
  /** The `set` call that last changed each file. */
  readonly #stamps = new Map<string, number>();
  #sets = 0;
  readonly #frequencies: Uint32Array;
  #tokens = 0;
  #segments: Segment[] = [];
  /** Files not yet in a segment. */
  #waiting = new Map<string, FileContent>();
  #waitingTokens = 0;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#blender = new Blender(tokenizer.vocabularySize);
    this.#frequencies = new Uint32Array(tokenizer.vocabularySize);
  }

  /**
   * Adds or replaces a file. The tokens are copied.
   * @param tokens the rendered file: `<file> path <text> content <end>`
   * @throws RangeError for an id outside the vocabulary, without any change
   */
  set(path: string, tokens: Uint16Array): void {
    const stranger = tokens.find(token => token >= this.#frequencies.length);
    if (stranger !== undefined) throw new RangeError(`Unknown token id ${stranger}`);
    this.delete(path);
    const content = { path, tokens: tokens.slice() };
    this.#files.set(path, { content });
    this.#stamps.set(path, ++this.#sets);
    this.#waiting.set(path, content);
    this.#waitingTokens += tokens.length;
    this.#count(tokens, 1);
    if (this.#waitingTokens >= segmentTokens) this.settle();
  }

  /** Removes a file; false if there was none. */
  delete(path: string): boolean {
    const stored = this.#files.get(path);
    if (stored === undefined) return false;
    this.#files.delete(path);
    this.#stamps.delete(path);
    this.#count(tokensIn(stored), -1);
    if ('content' in stored) {
      this.#waiting.delete(path);
      this.#waitingTokens -= stored.content.tokens.length;
    } else {
      const { segment, file } = stored;
      segment.kill(file);
      if (segment.deadTokens * mostDead > segment.size) this.#replace([segment]);
    }
    return true;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The tokens of a file, as passed to `set`. */
  tokensOf(path: string): Uint16Array | undefined {
    const stored = this.#files.get(path);
    return stored === undefined ? undefined : tokensIn(stored).slice();
  }

  stampOf(path: string): number | undefined {
    return this.#stamps.get(path);
  }

  get files(): StoredFiles {
    return this;
  }

  paths(): IterableIterator<string> {
    return this.#files.keys();
  }

  /** Number of tokens in all files. */
  get tokens(): number {
    return this.#tokens;
  }

  /** RAM used: all arrays, plus an estimate per file. */
  get bytes(): number {
    const segments = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const files = [...this.#files.keys()].reduce((sum, path) => sum + bytesPerFile + 2 * path.length, 0);
    return segments + this.#waitingTokens * 2 + this.#frequencies.byteLength + files;
  }

  begin(
    context: Uint16Array,
    exclude: string | undefined,
    scope: PredictionScope = 'repository',
  ): CopyHypothesis {
    this.settle();
    const stored = exclude === undefined ? undefined : this.#files.get(exclude);
    const path = exclude ?? promptPath(context, this.#tokenizer);
    const nearness = new PathProximity(path);
    const basis = {
      tokenizer: this.#tokenizer,
      blender: this.#blender,
      scope: {
        segments: scope === 'repository' ? this.#segments : [],
        excluded: stored === undefined || 'content' in stored ? undefined : stored,
        followerOf: (token: number) => this.#followerOf(token),
        weightOf: (segment: Segment, position: number) => nearness.weightOf(segment, position),
        promptDistance: promptDistances(context, this.#tokenizer),
      },
      nearness,
      cursor: context.length,
      path,
    };
    const frequencies = TokenFrequencies.of(this.#frequenciesWithout(stored, scope), context);
    return new CopyHypothesis(basis, SharedTokens.of(context), context.length, frequencies);
  }

  /** Finds places like those of a file, given as its current rendered tokens. The stored version is left out. */
  like(path: string, tokens: Uint16Array, edges: UnitEdges): LikePlaces {
    this.settle();
    const stored = this.#files.get(path);
    const excluded = stored === undefined || 'content' in stored ? undefined : stored;
    const scope = { segments: this.#segments, excluded };
    return new LikePlaces(scope, path, tokens, this.#tokenizer.vocabularySize, edges);
  }

  /**
   * Asks of the tokens of a file, one by one, what goes on elsewhere as they do. The stored version is left out.
   * @returns a function of the file's current rendered tokens and a position in them
   */
  elsewhere(path: string): (tokens: Uint16Array, at: number) => Continuations {
    this.settle();
    const stored = this.#files.get(path);
    const excluded = stored === undefined || 'content' in stored ? undefined : stored;
    const scope = { segments: this.#segments, excluded };
    return (tokens, at) => continuationsOf(scope, { tokens, length: at }, tokens[at]!);
  }

  /** `<text>` ends the suffix and thus the file; other structure is never predicted. */
  #followerOf(token: number): number {
    const { special } = this.#tokenizer;
    if (!this.#tokenizer.isSpecial(token)) return token;
    return token === special.text || token === special.end ? special.end : -1;
  }

  #frequenciesWithout(excluded: StoredFile | undefined, scope: PredictionScope): Uint32Array {
    if (scope === 'file') return new Uint32Array(this.#frequencies.length);
    const frequencies = this.#frequencies.slice();
    if (excluded !== undefined) for (const token of tokensIn(excluded)) frequencies[token]!--;
    return frequencies;
  }

  /**
   * Indexes waiting files, and merges segments of similar size. Queries do this on demand; doing it at the end of
   * indexing keeps the first query fast.
   */
  settle(): void {
    if (this.#waiting.size === 0) return;
    this.#segments = [...this.#segments, this.#build([...this.#waiting.values()])];
    this.#waiting.clear();
    this.#waitingTokens = 0;
    for (let alike = this.#alike(); alike !== undefined; alike = this.#alike()) this.#replace(alike);
  }

  /** Segments of similar size to merge, limited to one full-size result, which bounds the work of any change. */
  #alike(): Segment[] | undefined {
    const classes: Segment[][] = [];
    for (const segment of this.#segments) {
      if (segment.size >= segmentTokens / 2) continue;
      const sizeClass = Math.floor(Math.log(segment.size + 1) / Math.log(mostAlike));
      classes[sizeClass] ??= [];
      classes[sizeClass].push(segment);
    }
    const alike = classes.find(segments => segments !== undefined && segments.length >= mostAlike);
    let size = 0;
    return alike?.filter(segment => {
      size += segment.size;
      return size <= segmentTokens;
    });
  }

  /** Replaces segments by one of their live files. */
  #replace(segments: readonly Segment[]): void {
    const living = segments.flatMap(segment =>
      segment.files
        .filter(file => this.#isCurrent(segment, file))
        .map(file => ({ path: file.path, tokens: segment.tokens.subarray(file.start, file.end) })),
    );
    const rest = this.#segments.filter(segment => !segments.includes(segment));
    this.#segments = living.length === 0 ? rest : [...rest, this.#build(living)];
  }

  #build(contents: readonly FileContent[]): Segment {
    const segment = new Segment(contents, this.#tokenizer.vocabularySize);
    for (const file of segment.files) this.#files.set(file.path, { segment, file });
    return segment;
  }

  #isCurrent(segment: Segment, file: SegmentFile): boolean {
    const stored = this.#files.get(file.path);
    return stored !== undefined && 'segment' in stored && stored.segment === segment && stored.file === file;
  }

  #count(tokens: Uint16Array, sign: 1 | -1): void {
    for (const token of tokens) this.#frequencies[token]! += sign;
    this.#tokens += sign * tokens.length;
  }
}

/** Where a file is stored: waiting, or in a segment. */
type StoredFile =
  | { readonly content: FileContent }
  | { readonly segment: Segment; readonly file: SegmentFile };

function tokensIn(stored: StoredFile): Uint16Array {
  if ('content' in stored) return stored.content.tokens;
  return stored.segment.tokens.subarray(stored.file.start, stored.file.end);
}

/** Tokens indexed at once: about 0.1 s of work. Segments of at least half that size are not merged. */
const segmentTokens = 1 << 19;
/** This many segments of similar size merge into one. */
const mostAlike = 8;
/** A segment is re-sorted once more than one in this many of its tokens is dead. */
const mostDead = 4;
/** Estimate: two objects and a map entry. */
const bytesPerFile = 200;
