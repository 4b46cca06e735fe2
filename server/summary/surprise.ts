/**
 * Estimates how surprising each file is given the rest of the repository, in bits per byte, by the copy memory. Coding
 * every token would take hours for a large repository, so the code length is estimated from evenly spaced tokens of
 * each file. At each, the longest context that also occurs in another file predicts the token or not, and the value of
 * either is learnt from the whole sample: −log₂ of how often contexts of that length are right, or wrong and then the
 * token's own frequency.
 */
import type { Predictor } from '../copy-memory/predictor.ts';
import { contentOf } from '../sequence/content.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

export interface SurpriseSource {
  readonly memory: Predictor;
  readonly tokenizer: Tokenizer;
  files(): Iterable<{ readonly path: string; readonly version: string }>;
  readonly tokensOf: (path: string) => Uint16Array | undefined;
}

/** Tokens sampled in the whole repository, and the minimum and maximum per file. */
const sampleOfAll = 16_000;
const leastOfFile = 4;
const mostOfFile = 64;
/** Tokens of context to compare. */
const context = 32;
const stretch = 8;

interface Sampled {
  readonly token: number;
  readonly matched: number;
  readonly right: boolean;
}

export class SurpriseMeter {
  /** Samples of each file; valid while the file is unchanged, even if others change. */
  readonly #samples = new Map<string, { readonly version: string; readonly sample: readonly Sampled[] }>();
  #perFile = 0;

  /** For a legend. */
  get method(): string {
    return `Bits per byte of each file given all others, by the copy memory, estimated from up to ${this.#perFile || mostOfFile} tokens of each file.`;
  }

  /** Cached results: bits per byte by path. */
  known(source: SurpriseSource): Map<string, number> {
    const valid = [...source.files()].flatMap(({ path, version }) => {
      const known = this.#samples.get(path);
      return known?.version === version ? [[path, known.sample] as const] : [];
    });
    return codeLengths(new Map(valid), source.tokenizer);
  }

  /** @throws the signal's reason */
  async measure(source: SurpriseSource, signal?: AbortSignal): Promise<Map<string, number>> {
    const files = [...source.files()];
    const count = Math.round(sampleOfAll / Math.max(1, files.length));
    this.#perFile = Math.min(mostOfFile, Math.max(leastOfFile, count));
    let since = performance.now();
    for (const { path, version } of files) {
      if (this.#samples.get(path)?.version === version) continue;
      const sample: Sampled[] = [];
      for (const one of samplesOf(path, source, this.#perFile)) {
        sample.push(one);
        if (performance.now() - since <= stretch) continue;
        await new Promise(resolve => setImmediate(resolve));
        signal?.throwIfAborted();
        since = performance.now();
      }
      this.#samples.set(path, { version, sample });
    }
    return this.known(source);
  }
}

function* samplesOf(
  path: string,
  { memory, tokenizer, tokensOf }: SurpriseSource,
  most: number,
): Generator<Sampled> {
  const tokens = tokensOf(path);
  if (tokens === undefined) return;
  const { start, end } = contentOf(tokenizer, tokens);
  const step = Math.max(1, (end - start) / most);
  for (let at = start + step / 2; at < end; at += step) {
    const index = Math.floor(at);
    const run = tokens.subarray(Math.max(start, index - context), index);
    const [best] = memory.begin(run, path).drafts({ count: 1, tokens: 1, before: 0 });
    const token = tokens[index]!;
    yield { token, matched: best?.matched ?? 0, right: best?.tokens[0] === token };
  }
}

/** Longer matches count as this length. */
const longest = 16;

function codeLengths(
  samples: ReadonlyMap<string, readonly Sampled[]>,
  tokenizer: Tokenizer,
): Map<string, number> {
  const right = new Float64Array(longest + 1).fill(1);
  const all = new Float64Array(longest + 1).fill(2);
  const frequency = new Float64Array(tokenizer.vocabularySize).fill(1);
  let total = frequency.length;
  for (const sample of samples.values()) {
    for (const one of sample) {
      const length = Math.min(longest, one.matched);
      all[length]! += 1;
      if (one.right) right[length]! += 1;
      frequency[one.token]! += 1;
      total += 1;
    }
  }
  const surprises = new Map<string, number>();
  for (const [path, sample] of samples) {
    let bits = 0;
    let bytes = 0;
    for (const { token, matched, right: copied } of sample) {
      const length = Math.min(longest, matched);
      const share = right[length]! / all[length]!;
      bits += copied ? -Math.log2(share) : -Math.log2(1 - share) + Math.log2(total / frequency[token]!);
      bytes += tokenizer.bytesOf(token).length;
    }
    if (bytes > 0) surprises.set(path, bits / bytes);
  }
  return surprises;
}
