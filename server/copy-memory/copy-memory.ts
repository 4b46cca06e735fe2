import type { Tokenizer } from '../tokens/tokenizer.ts';
import { Blender } from './blend.ts';
import { CopyHypothesis, SharedTokens } from './hypothesis.ts';
import { PathProximity, promptDistances, promptPath } from './locality.ts';
import type { PredictionScope, Predictor, StoredFiles } from './predictor.ts';
import { type FileContent, Segment, type SegmentFile } from './segment.ts';
import { TokenFrequencies } from './unigram.ts';

/**
 * The copy memory: every token of a repository, exactly, with an index that continues any context from where it was seen before.
 *
 * Files gather in segments, each sorted once; small segments merge into larger ones, and a segment with many dead tokens is sorted again
 * (a log-structured merge, O'Neil et al. 1996), so that adding, replacing and removing a file costs time proportional to the file,
 * amortised, and about eight bytes a token are held. After any series of changes it predicts as one built afresh from the same files does:
 * exactly for every context that stands in at most `mostCounted` places, from an even sample of places beyond.
 */
export class CopyMemory implements Predictor {
  readonly #tokenizer: Tokenizer;
  readonly #blender: Blender;
  readonly #files = new Map<string, StoredFile>();
  /** When each file was set last, in calls of `set`. */
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
   * Adds a file, or replaces it. The tokens are copied.
   * @param tokens the file as rendered: `<file> path <text> content <end>`
   * @throws RangeError for an id outside the vocabulary; the memory is then as it was.
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

  /** Forgets a file; false where there was none. */
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

  /** The tokens of a file, as they were set. */
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

  /** Tokens of all files. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Bytes held: all arrays, and what files cost beside their tokens, by estimate. */
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

  /** The suffix ends where `<text>` opens the prefix: there the file ends. Other structure follows nothing that is written. */
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
   * Puts waiting files into a segment, and merges segments of like size once there are many. Questions do it by themselves; done when a
   * reading ends, the first question need not wait for it.
   */
  settle(): void {
    if (this.#waiting.size === 0) return;
    this.#segments = [...this.#segments, this.#build([...this.#waiting.values()])];
    this.#waiting.clear();
    this.#waitingTokens = 0;
    for (let alike = this.#alike(); alike !== undefined; alike = this.#alike()) this.#replace(alike);
  }

  /** Segments of like size that are enough to merge, as many as make one of full size: no change ever waits for more work than that. */
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

  /** Puts one segment of their living files in the place of some segments. */
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

/** Where a file is: waiting to be indexed, or in a segment. */
type StoredFile =
  | { readonly content: FileContent }
  | { readonly segment: Segment; readonly file: SegmentFile };

function tokensIn(stored: StoredFile): Uint16Array {
  if ('content' in stored) return stored.content.tokens;
  return stored.segment.tokens.subarray(stored.file.start, stored.file.end);
}

/** Tokens that are indexed at once: some 0.1 s of work. Segments of half that size and more are left alone. */
const segmentTokens = 1 << 19;
/** This many segments of like size merge into one. */
const mostAlike = 8;
/** A segment is sorted again when more than one in this many of its tokens are dead. */
const mostDead = 4;
/** Two objects and an entry of a map. */
const bytesPerFile = 200;
