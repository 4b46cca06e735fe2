/**
 * Fits the copy memory's escape probabilities (server/copy-memory/escape.ts) by maximum likelihood on real repositories:
 *   npm run bench -- copy-fit <folder> … --held <folder> …
 * A sample of each repository's files is read against all the others; the loss is the code length of their tokens. Prints the logits, and
 * the bits a token before and after on the repositories fitted to and on those held out.
 */
import {
  escapeCellCount,
  escapeCells,
  escapeLogits,
  frequencyCell,
} from '../../server/copy-memory/escape.ts';
import { type EvidenceScope, evidenceOn } from '../../server/copy-memory/evidence.ts';
import { PathProximity } from '../../server/copy-memory/locality.ts';
import { Segment } from '../../server/copy-memory/segment.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { heldOut, readRepository } from './repositories.ts';

/** One context length's evidence on one token: its logits, and the probability it gives the token. */
interface Level {
  readonly cells: readonly number[];
  readonly share: number;
}

/** The evidence on one token, longest context first, and its unigram probability. */
interface Observation {
  readonly levels: readonly Level[];
  readonly base: number;
}

const tokenizer = loadTokenizer();
const filesPerRepository = 24;

function observe(folder: string): Observation[] {
  const repository = readRepository(folder, tokenizer);
  const segment = new Segment(repository.files, tokenizer.vocabularySize);
  const frequencies = new Float64Array(tokenizer.vocabularySize).fill(1);
  for (const file of repository.files) for (const token of file.tokens) frequencies[token]!++;
  const observations: Observation[] = [];
  for (const { path, tokens } of heldOut(repository, filesPerRepository, 1)) {
    const file = segment.files.find(one => one.path === path)!;
    const nearness = new PathProximity(path);
    const scope = {
      segments: [segment],
      excluded: { segment, file },
      followerOf: (token: number) => (tokenizer.isSpecial(token) ? -1 : token),
      promptDistance: (position: number, length: number) => length - position,
      weightOf: (one: Segment, position: number) => nearness.weightOf(one, position),
    };
    const left = frequencies.slice();
    for (const token of tokens) left[token]!--;
    const total = left.reduce((sum, count) => sum + count, 0);
    for (let at = tokens.indexOf(tokenizer.special.text) + 1; at < tokens.length; at++) {
      const levels = levelsOf(scope, tokens, at);
      observations.push({ levels, base: left[tokens[at]!]! / total });
    }
  }
  return observations;
}

function levelsOf(scope: EvidenceScope, tokens: Uint16Array, at: number): Level[] {
  const tallies = { prompt: new Map<number, Tally>(), repository: new Map<number, Tally>() };
  const levels: Level[] = [];
  for (const { source, matched, follows, weights, sampled } of evidenceOn({ tokens, length: at }, scope)) {
    const tally = tallies[source];
    if (sampled) tally.clear();
    for (const [i, token] of follows.entries()) {
      const { count, weight } = tally.get(token) ?? { count: 0, weight: 0 };
      tally.set(token, { count: count + 1, weight: weight + (weights?.[i] ?? 1) });
    }
    let total = 0;
    let whole = 0;
    let most = 0;
    for (const { count, weight } of tally.values()) {
      total += count;
      whole += weight;
      most = Math.max(most, count);
    }
    const cells = escapeCells(source, matched, total, tally.size, most);
    levels.push({ cells, share: (tally.get(tokens[at]!)?.weight ?? 0) / whole });
  }
  const seen = tokens.subarray(0, at);
  const again = seen.reduce((sum, token) => sum + Number(token === tokens[at]), 0);
  levels.push({ cells: [frequencyCell(at)], share: again / at });
  return levels;
}

interface Tally {
  readonly count: number;
  readonly weight: number;
}

/** Mean code length in bits, and optionally its gradient by the logits. */
function codeLength(
  observations: readonly Observation[],
  logits: Float64Array,
  gradient?: Float64Array,
): number {
  let bits = 0;
  for (const { levels, base } of observations) {
    // From the last level up: the probability given by each level and those below it.
    const below = [base];
    const escapes = levels.map(
      ({ cells }) => 1 / (1 + Math.exp(-cells.reduce((sum, cell) => sum + logits[cell]!, 0))),
    );
    for (let k = levels.length - 1; k >= 0; k--) {
      below.push((1 - escapes[k]!) * levels[k]!.share + escapes[k]! * below.at(-1)!);
    }
    const probability = below.at(-1)!;
    bits -= Math.log2(probability);
    if (gradient === undefined) continue;
    let reached = 1;
    for (let k = 0; k < levels.length; k++) {
      const { cells, share } = levels[k]!;
      const slope =
        (reached * escapes[k]! * (1 - escapes[k]!) * (below[levels.length - 1 - k]! - share)) / probability;
      for (const cell of cells) gradient[cell]! -= slope / observations.length;
      reached *= escapes[k]!;
    }
  }
  return bits / observations.length;
}

/** Adam (arXiv 1412.6980) on the whole sample. */
function fit(observations: readonly Observation[], steps: number): Float64Array {
  const logits = new Float64Array(escapeCellCount);
  const first = new Float64Array(logits.length);
  const second = new Float64Array(logits.length);
  for (let step = 1; step <= steps; step++) {
    const gradient = new Float64Array(logits.length);
    codeLength(observations, logits, gradient);
    // Slight shrinkage: rare cells stay near zero.
    for (let i = 0; i < logits.length; i++) gradient[i]! += 3e-6 * logits[i]!;
    for (let i = 0; i < logits.length; i++) {
      first[i] = 0.9 * first[i]! + 0.1 * gradient[i]!;
      second[i] = 0.99 * second[i]! + 0.01 * gradient[i]! ** 2;
      const rate = 0.15 * Math.min(1, (2 * (steps - step)) / steps);
      logits[i]! -=
        (rate * first[i]!) / (1 - 0.9 ** step) / (Math.sqrt(second[i]! / (1 - 0.99 ** step)) + 1e-6);
    }
  }
  return logits;
}

const divider = process.argv.indexOf('--held');
const fitted = process.argv.slice(2, divider < 0 ? undefined : divider).flatMap(observe);
const held = divider < 0 ? [] : process.argv.slice(divider + 1).flatMap(observe);
const before = Float64Array.from({ length: escapeCellCount }, (_, i) => escapeLogits[i] ?? 0);
const after = fit(fitted, 150);
const line = (name: string, sample: readonly Observation[]) =>
  `${name}: ${sample.length} tokens, bits a token ${codeLength(sample, before).toFixed(3)} before, ${codeLength(sample, after).toFixed(3)} after`;
console.error(line('fitted', fitted));
if (held.length > 0) console.error(line('held out', held));
console.log(JSON.stringify(Array.from(after, logit => Number(logit.toFixed(2)))));
