/**
 * "Where else is this done?" finds the places that the copy memory connects most strongly with the lines at the cursor:
 * each token of those lines is worth its unigram code length in bits, and a place scores it where the same run of
 * tokens leads up to it.
 */
import type { Predictor } from '../copy-memory/predictor.ts';
import type { ConnectedPlace } from '../protocol/requests.ts';
import { contentOf } from '../sequence/content.ts';
import { renderFile } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

export interface WhereQuestion {
  readonly path: string;
  /** The current text, saved or not. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** The memory to search. */
export interface ConnectedMemory {
  readonly memory: Predictor;
  readonly tokenizer: Tokenizer;
  readonly paths: readonly string[];
  readonly tokensOf: (path: string) => Uint16Array | undefined;
  linesOf(path: string, first: number, last: number): string[];
}

/** Lines around the cursor's that count too, and their weight. */
const around = 2;
const aroundWeight = 0.35;
/** Tokens of context compared; runs shorter than `shortest` do not count. */
const context = 48;
const shortest = 3;
/** Places per token. Tokens with more occurrences connect nothing. */
const placesPerToken = 48;
const maxPlaces = 20;
const maxPlacesPerFile = 3;
const minScore = 0.04;
/** Lines searched for a non-blank one, and for the enclosing definition. */
const [furthestSpoken, furthestOpening, longestOpening] = [12, 80, 160];
const [siblingWeight, noiseWeight] = [1.5, 0.3];

/** @throws the signal's reason */
export async function placesLike(
  question: WhereQuestion,
  repository: ConnectedMemory,
  signal?: AbortSignal,
): Promise<ConnectedPlace[]> {
  const { tokenizer } = repository;
  const asked = question.text.split('\n');
  const at = spokenLine(asked, question.line);
  if (at === undefined) return [];
  const opening = openingOf(asked, at);
  const tokens = tokenizer.encodePieces(renderFile(question.path, question.text));
  const bits = bitsByFrequency(repository);
  const scores = new Map<string, Map<number, number>>();
  let whole = 0;
  for (const { index, weight } of regionOf(tokens, at, tokenizer)) {
    const worth = weight * bits[tokens[index]!]!;
    whole += worth;
    for (const { path, line, share } of leadingTo(tokens, index, repository)) {
      if (path === question.path && Math.abs(line - at) <= around) continue;
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
    .filter(({ score }) => score >= minScore)
    .map(place => judged(place, opening, repository))
    .sort(
      (one, other) => other.score - one.score || (one.path < other.path ? -1 : 1) || one.line - other.line,
    )
    .slice(0, maxPlaces);
}

/** The line itself, or the nearest non-blank one; below before above. */
function spokenLine(lines: readonly string[], line: number): number | undefined {
  for (let away = 0; away <= furthestSpoken; away++)
    for (const at of [line + away, line - away]) if (lines[at - 1]?.trim()) return at;
  return undefined;
}

/** Whether a line opens a block. */
const opens =
  /\b(?:function|def|class|fn|func|fun|sub|impl|interface|struct|trait|module|enum|object|protocol|extension|defp|defmodule)\b|^[\w<>,*&:[\]?. ]+\w\([^;]*$|=>\s*\{?$/;
const branches = /^(?:if|for|while|switch|else|return|catch|elif|match)\b/;

/** The nearest enclosing opener: a line above with less indentation, including this one. */
function openingOf(lines: readonly string[], line: number): string | undefined {
  let indent = indentOf(lines[line - 1] ?? '') + 1;
  for (let at = line; at > 0 && line - at < furthestOpening; at--) {
    const text = lines[at - 1]!;
    if (text.trim() === '' || indentOf(text) >= indent) continue;
    indent = indentOf(text);
    const clean = text.trim().slice(0, longestOpening);
    if (opens.test(clean) && !branches.test(clean)) return clean.replace(/[{:]$/, '').trimEnd();
  }
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Adjusts a place's score by its line and enclosing block: siblings up; comments, imports and parameters down. */
function judged(
  { path, line, endLine, score }: Pick<ConnectedPlace, 'path' | 'line' | 'endLine' | 'score'>,
  opening: string | undefined,
  repository: ConnectedMemory,
): ConnectedPlace {
  const above = repository.linesOf(path, Math.max(1, line - furthestOpening), line);
  const text = above.at(-1)?.trim() ?? '';
  const inside = openingOf(above, above.length);
  const weight = (isNoise(text) ? noiseWeight : 1) * (isSibling(opening, inside) ? siblingWeight : 1);
  return {
    path,
    line,
    endLine,
    text,
    score: Math.min(1, score * weight),
    ...(inside !== undefined && inside !== text && { inside }),
  };
}

/** Comments, imports, brackets, and parameters on lines of their own. */
function isNoise(text: string): boolean {
  return /^(?:\/\/|\/?\*|#(?!\[|include)|--|"{3}|<!--|import\b|from\b|use\b|using\b|package\b|[)\]}\s;,]*$|@param)|^[\w\s:<>?*&.=[\]|'"]+,$/.test(
    text.slice(0, longestOpening),
  );
}

/** Siblings: members of the same name, or declarations that differ only in name. */
function isSibling(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one === other || skeleton(one) === skeleton(other) || nameIn(one) === nameIn(other);
}

function skeleton(line: string): string {
  return line
    .replace(/\([^)]*\)?/g, '()')
    .replace(/(?<=\b(?:class|struct|interface|trait|impl|object) )\w+/, '_');
}

function nameIn(line: string): string {
  return /(\w+) ?(?:<[^<>]*>)?\(/.exec(line)?.[1] ?? line;
}

/** The meaningful tokens of the cursor's line and its neighbours: no white space. */
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
    // A token that includes line breaks counts for the line of its words.
    const startsAt = line + (/^[ \t]*\n/.test(text) ? tokenizer.newlinesIn(id) : 0);
    line += tokenizer.newlinesIn(id);
    if (text.trim() === '' || Math.abs(startsAt - wanted) > around) continue;
    region.push({ index, weight: startsAt === wanted ? 1 : aroundWeight });
  }
  return region;
}

/** Other occurrences of the run of tokens ending at `index`; a frequent run counts less. */
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

/** One place per cluster of lines, at its strongest line. */
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
    .slice(0, maxPlacesPerFile);
}

/** −log₂ of each token's frequency in the repository. */
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
