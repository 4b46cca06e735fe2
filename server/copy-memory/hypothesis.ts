import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Blender } from './blend.ts';
import { type EvidenceScope, evidenceOn } from './evidence.ts';
import { contentStart, lineAt, type PathProximity, promptLineAt } from './locality.ts';
import type { Distribution, Draft, DraftRequest, Hypothesis, TokenPlace } from './predictor.ts';
import { promptMatches, type RepositoryMatch, RepositoryMatches } from './search.ts';
import type { TokenFrequencies } from './unigram.ts';

/** Shared by all hypotheses of one `begin`. */
export interface CopyBasis {
  readonly tokenizer: Tokenizer;
  readonly blender: Blender;
  readonly scope: EvidenceScope;
  /** Prompt length in tokens; later ones were pushed. */
  readonly cursor: number;
  readonly nearness: PathProximity;
  /** The edited file. */
  readonly path: string;
}

/** One continuation of a prompt by copying. */
export class CopyHypothesis implements Hypothesis {
  readonly #basis: CopyBasis;
  readonly #history: SharedTokens;
  #length: number;
  readonly #frequencies: TokenFrequencies;

  constructor(basis: CopyBasis, history: SharedTokens, length: number, frequencies: TokenFrequencies) {
    this.#basis = basis;
    this.#history = history;
    this.#length = length;
    this.#frequencies = frequencies;
  }

  next(typed?: Uint8Array): Distribution {
    const { blender, scope, tokenizer } = this.#basis;
    const possible = typed === undefined || typed.length === 0 ? undefined : tokensThatFit(typed, tokenizer);
    return blender.blend(evidenceOn(this.#past(), scope), this.#frequencies, possible);
  }

  push(token: number): void {
    this.#history.write(this.#length++, token);
    this.#frequencies.push(token);
  }

  fork(): CopyHypothesis {
    return new CopyHypothesis(this.#basis, this.#history.fork(), this.#length, this.#frequencies.fork());
  }

  drafts(request: DraftRequest): Draft[] {
    const { scope, cursor } = this.#basis;
    const history = this.#past();
    const stored = this.#repositoryMatches(new RepositoryMatches(scope, history), request.count, match =>
      this.#opens(match.segment.tokens, match.position, request.typed),
    ).map(({ segment, position, matched }) => {
      const file = segment.fileAt(position);
      const line = lineAt(segment.tokens, file, position, this.#basis.tokenizer);
      return {
        ...this.#cut(segment.tokens, file.start, position, file.end, request),
        matched,
        place: { path: file.path, line },
      };
    });
    const content = contentStart(history.tokens, this.#basis.tokenizer);
    const own: Draft[] = [];
    for (const [matched, positions] of [...promptMatches(history).entries()].reverse()) {
      for (const position of positions ?? []) {
        if (own.length >= request.count) break;
        if (position >= cursor || position < content || !this.#opens(history.tokens, position, request.typed))
          continue;
        own.push({
          ...this.#cut(history.tokens, 0, position, history.length, request),
          matched,
          prompt: position,
        });
      }
    }
    return [...stored, ...own].sort((a, b) => b.matched - a.matched);
  }

  provenance(count: number): TokenPlace[] {
    const { cursor } = this.#basis;
    const found: { place: TokenPlace; covered: number; matched: number }[] = [];
    // The best sources of the last pushed tokens, then of those before them, and so on.
    for (let end = this.#length; end > cursor && found.length < count; ) {
      const sources = this.#sourcesOf(end, count);
      found.push(...sources);
      end -= Math.max(1, ...sources.map(source => source.covered));
    }
    found.sort((a, b) => b.covered - a.covered || b.matched - a.matched);
    const places = new Map(
      found.map(({ place }) => [`${place.path}:${place.line}`, place] as const).reverse(),
    );
    return [...places.values()].reverse().slice(0, count);
  }

  /** Occurrences of the pushed tokens before `end`, with the number each explains. */
  #sourcesOf(end: number, count: number): { place: TokenPlace; covered: number; matched: number }[] {
    const { scope, cursor, path, tokenizer } = this.#basis;
    const history = { tokens: this.#history.tokens, length: end };
    // Counting lines is slow, so only the places kept are resolved.
    const sources: { place: () => TokenPlace; covered: number; matched: number }[] = this.#repositoryMatches(
      new RepositoryMatches(scope, history),
      count,
      () => true,
    ).map(({ segment, position, matched }) => {
      const covered = Math.min(matched, end - cursor);
      const file = segment.fileAt(position);
      const place = () => ({
        path: file.path,
        line: lineAt(segment.tokens, file, position - covered, tokenizer),
      });
      return { place, covered, matched };
    });
    for (const [matched, positions] of promptMatches(history).entries()) {
      for (const position of positions ?? []) {
        const covered = Math.min(matched, end - cursor);
        if (position > cursor || covered === 0) continue;
        const place = () => ({
          path,
          line: promptLineAt(history.tokens, cursor, position - covered, tokenizer),
        });
        sources.push({ place, covered, matched });
      }
    }
    return sources
      .sort((a, b) => b.covered - a.covered || b.matched - a.matched)
      .slice(0, count)
      .map(source => ({ ...source, place: source.place() }));
  }

  #past() {
    return { tokens: this.#history.tokens, length: this.#length };
  }

  #repositoryMatches(
    matches: RepositoryMatches,
    count: number,
    fits: (match: RepositoryMatch) => boolean,
  ): RepositoryMatch[] {
    const found: RepositoryMatch[] = [];
    for (let n = matches.deepest; n >= 1 && found.length < count; n--) {
      found.push(...this.#basis.nearness.sort(matches.matchesAt(n, maxCompared).filter(fits)));
    }
    return found.slice(0, count);
  }

  /** Whether a run from `position` starts with the typed bytes and a visible token. */
  #opens(tokens: Uint16Array, position: number, typed: Uint8Array | undefined): boolean {
    const { tokenizer } = this.#basis;
    let at = 0;
    for (let p = position; p < tokens.length; p++) {
      const token = tokens[p]!;
      if (token >= tokenizer.vocabularySize || tokenizer.isSpecial(token)) return false;
      if (typed === undefined) return true;
      for (const byte of tokenizer.bytesOf(token)) {
        if (at === typed.length) return true;
        if (byte !== typed[at++]) return false;
      }
      if (at === typed.length) return true;
    }
    return false;
  }

  /** The tokens from `position` to the next special token, and those before it. */
  #cut(tokens: Uint16Array, start: number, position: number, end: number, request: DraftRequest) {
    const { tokenizer } = this.#basis;
    let stop = position;
    while (stop < Math.min(end, position + request.tokens) && !tokenizer.isSpecial(tokens[stop]!)) stop++;
    return {
      tokens: tokens.slice(position, stop),
      before: tokens.slice(Math.max(start, position - request.before), position),
    };
  }
}

/** Matches of one length compared by proximity. */
const maxCompared = 1024;

/** Tokens by their first byte. */
const tokensByFirstByte = new WeakMap<Tokenizer, readonly number[][]>();

function tokensWithFirstByte(byte: number, tokenizer: Tokenizer): readonly number[] {
  let all = tokensByFirstByte.get(tokenizer);
  if (all === undefined) {
    const lists = Array.from({ length: 256 }, (): number[] => []);
    for (let token = 0; token < tokenizer.vocabularySize; token++) {
      const bytes = tokenizer.bytesOf(token);
      if (bytes.length > 0) lists[bytes[0]!]!.push(token);
    }
    all = lists;
    tokensByFirstByte.set(tokenizer, all);
  }
  return all[byte]!;
}

/** Tokens that start with the typed bytes, or that these start with. */
function tokensThatFit(typed: Uint8Array, tokenizer: Tokenizer): Uint8Array {
  const fit = new Uint8Array(tokenizer.vocabularySize);
  for (const token of tokensWithFirstByte(typed[0]!, tokenizer)) {
    const bytes = tokenizer.bytesOf(token);
    const length = Math.min(bytes.length, typed.length);
    let i = 1;
    while (i < length && bytes[i] === typed[i]) i++;
    if (i >= length) fit[token] = 1;
  }
  return fit;
}

/** Tokens shared by hypotheses up to where they diverge: the first to continue writes in place, the others copy. */
export class SharedTokens {
  #buffer: { tokens: Uint16Array; used: number };

  constructor(buffer: { tokens: Uint16Array; used: number }) {
    this.#buffer = buffer;
  }

  static of(context: Uint16Array): SharedTokens {
    const tokens = new Uint16Array(context.length + 256);
    tokens.set(context);
    return new SharedTokens({ tokens, used: context.length });
  }

  get tokens(): Uint16Array {
    return this.#buffer.tokens;
  }

  write(at: number, token: number): void {
    if (at !== this.#buffer.used || at === this.#buffer.tokens.length) {
      const tokens = new Uint16Array(at + Math.max(256, at >> 2));
      tokens.set(this.#buffer.tokens.subarray(0, at));
      this.#buffer = { tokens, used: at };
    }
    this.#buffer.tokens[at] = token;
    this.#buffer.used = at + 1;
  }

  fork(): SharedTokens {
    return new SharedTokens(this.#buffer);
  }
}
