/**
 * Where else is this done? The places that the copy memory connects most strongly with the lines at the cursor: each token of those lines
 * is worth the bits that it takes to say it by its frequency alone, and a place earns it where the same run of tokens leads up to it.
 */
import type { Predictor } from '../copy-memory/predictor.ts';
import type { ConnectedPlace } from '../protocol/requests.ts';
import { contentOf } from '../sequence/content.ts';
import { renderFile } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

export interface WhereQuestion {
  readonly path: string;
  /** The file as it is now, saved or not. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** What is asked. */
export interface ConnectedMemory {
  readonly memory: Predictor;
  readonly tokenizer: Tokenizer;
  readonly paths: readonly string[];
  readonly tokensOf: (path: string) => Uint16Array | undefined;
  linesOf(path: string, first: number, last: number): string[];
}

/** Lines on either side of the cursor's that count too, and how much. */
const around = 2;
const aroundWeight = 0.35;
/** Tokens that lead up to a place; fewer than `shortest` are no connection. */
const context = 48;
const shortest = 3;
/** Places looked at for each token. What more places have than this connects nothing. */
const placesPerToken = 48;
const mostPlaces = 20;
const mostPlacesPerFile = 3;
const leastScore = 0.04;

/** @throws the signal's reason */
export async function placesLike(
  question: WhereQuestion,
  repository: ConnectedMemory,
  signal?: AbortSignal,
): Promise<ConnectedPlace[]> {
  const { tokenizer } = repository;
  const tokens = tokenizer.encodePieces(renderFile(question.path, question.text));
  const bits = bitsByFrequency(repository);
  const scores = new Map<string, Map<number, number>>();
  let whole = 0;
  for (const { index, weight } of regionOf(tokens, question.line, tokenizer)) {
    const worth = weight * bits[tokens[index]!]!;
    whole += worth;
    for (const { path, line, share } of leadingTo(tokens, index, repository)) {
      if (path === question.path && Math.abs(line - question.line) <= around) continue;
      let lines = scores.get(path);
      if (lines === undefined) {
        lines = new Map();
        scores.set(path, lines);
      }
      lines.set(line, (lines.get(line) ?? 0) + worth * share);
    }
    await new Promise(resolve => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  const places = [...scores].flatMap(([path, lines]) =>
    strongest(lines).map(place => ({ path, ...place, score: Math.min(1, place.score / whole) })),
  );
  return places
    .filter(({ score }) => score >= leastScore)
    .sort(
      (one, other) => other.score - one.score || (one.path < other.path ? -1 : 1) || one.line - other.line,
    )
    .slice(0, mostPlaces)
    .map(({ path, line, endLine, score }) => {
      const text = repository.linesOf(path, line, line)[0]?.trim() ?? '';
      return { path, line, endLine, text, score };
    });
}

/** The tokens of the cursor's line and those around it that say something: no white space. */
function regionOf(
  tokens: Uint16Array,
  wanted: number,
  tokenizer: Tokenizer,
): { index: number; weight: number }[] {
  const region: { index: number; weight: number }[] = [];
  const content = contentOf(tokenizer, tokens);
  let line = 1;
  for (let index = content.start; index < content.end; index++) {
    const id = tokens[index]!;
    const text = tokenizer.decode([id]);
    // A token that holds line ends and more counts for the line on which its words stand.
    const startsAt = line + (/^[ \t]*\n/.test(text) ? tokenizer.newlinesIn(id) : 0);
    line += tokenizer.newlinesIn(id);
    if (text.trim() === '' || Math.abs(startsAt - wanted) > around) continue;
    region.push({ index, weight: startsAt === wanted ? 1 : aroundWeight });
  }
  return region;
}

/** Where the run of tokens that ends with the one at `index` stands elsewhere; a run that stands in many places says less of each. */
function leadingTo(
  tokens: Uint16Array,
  index: number,
  { memory }: ConnectedMemory,
): { path: string; line: number; share: number }[] {
  const run = tokens.subarray(Math.max(0, index + 1 - context), index + 1);
  const drafts = memory
    .begin(run, undefined)
    .drafts({ count: placesPerToken, tokens: 1, before: 0 })
    .filter(({ matched, place }) => place !== undefined && matched >= shortest);
  const share = 1 / (1 + Math.log2(Math.max(1, drafts.length)) / 4);
  return drafts.map(({ place }) => ({ ...place!, share }));
}

/** One place for each cluster of lines, at its strongest line. */
function strongest(lines: ReadonlyMap<number, number>): { line: number; endLine: number; score: number }[] {
  const sorted = [...lines].sort(([one], [other]) => one - other);
  const clusters: [number, number][][] = [];
  for (const entry of sorted) {
    const last = clusters.at(-1);
    if (last !== undefined && entry[0] - last[0]![0] <= 2 * around) last.push(entry);
    else clusters.push([entry]);
  }
  return clusters
    .map(cluster => ({
      line: cluster.reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0],
      endLine: cluster.at(-1)![0],
      score: cluster.reduce((sum, [, score]) => sum + score, 0),
    }))
    .sort((one, other) => other.score - one.score)
    .slice(0, mostPlacesPerFile);
}

/** −log₂ of how frequent each token is in the repository. */
function bitsByFrequency({ paths, tokensOf, tokenizer }: ConnectedMemory): Float64Array {
  const counts = new Float64Array(tokenizer.vocabularySize).fill(1);
  let total = counts.length;
  for (const path of paths) {
    for (const token of tokensOf(path) ?? []) {
      counts[token]! += 1;
      total += 1;
    }
  }
  return counts.map(count => Math.log2(total / count));
}
