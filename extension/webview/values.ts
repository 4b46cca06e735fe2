/** Values behind the colours: from 0 to 1 for every file and folder, and in words. */
import type { RepositoryMap } from '../../server/protocol/requests.ts';
import type { Attention, ColourBy } from './messages.ts';
import { filesOf, type MapNode } from './tree.ts';

/** The unscaled value of one file; `undefined` if unknown. */
type Raw = (file: number) => number | undefined;

export interface Scale {
  readonly colourBy: ColourBy;
  /** The values at the ends of the scale. */
  readonly low: number;
  readonly high: number;
  /** Unscaled, for text: of a folder the mean by tokens (the latest for recency, the strongest for attention). */
  raw(node: MapNode): number | undefined;
  /** From 0 to 1. */
  of(node: MapNode): number | undefined;
}

/** Scale for a numeric colouring; for languages see `languageOf`. */
export function scaleOf(map: RepositoryMap, colourBy: ColourBy, attention: Attention): Scale {
  const raw = rawOf(map, colourBy, attention);
  const known = new Map<MapNode, number | undefined>();
  const rawOfNode = (node: MapNode): number | undefined => {
    if (node.file >= 0) return raw(node.file);
    if (!known.has(node)) known.set(node, together(node, raw, colourBy, map.files.tokens));
    return known.get(node);
  };
  const [low, high] = colourBy === 'attention' ? [0, 1] : ends(map.files.names.length, raw);
  const of = (node: MapNode): number | undefined => {
    const value = rawOfNode(node);
    if (value === undefined) return undefined;
    return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
  };
  return { colourBy, low, high, raw: rawOfNode, of };
}

/** The language of a file, or the largest by tokens in a folder: an index into the map's languages. */
export function languageOf(map: RepositoryMap, node: MapNode): number {
  if (node.file >= 0) return map.files.languages[node.file] ?? -1;
  const tokens = new Map<number, number>();
  for (const file of filesOf(node)) {
    const language = map.files.languages[file] ?? -1;
    tokens.set(language, (tokens.get(language) ?? 0) + (map.files.tokens[file] ?? 0));
  }
  return [...tokens].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [-1, -1])[0];
}

/** Languages by tokens, largest first. */
export function languagesBySize(map: RepositoryMap): { language: number; tokens: number }[] {
  const tokens = map.languages.map((_, language) => ({ language, tokens: 0 }));
  for (const [file, language] of map.files.languages.entries()) {
    const entry = tokens[language];
    if (entry) entry.tokens += map.files.tokens[file] ?? 0;
  }
  return tokens.filter(entry => entry.tokens > 0).sort((left, right) => right.tokens - left.tokens);
}

function rawOf(map: RepositoryMap, colourBy: ColourBy, attention: Attention): Raw {
  if (colourBy === 'surprise') return file => map.files.surprise[file] ?? undefined;
  if (colourBy === 'recency') return file => map.files.changed[file] ?? undefined;
  if (colourBy === 'language' || colourBy === 'relations') return () => undefined;
  const scores = new Map(attention.scores.map(({ path, score }) => [path, score]));
  const paths = pathsOf(map);
  return file => scores.get(paths[file] ?? '');
}

/** The path of every file, as in `Place`. */
export function pathsOf(map: RepositoryMap): string[] {
  const folders: string[] = [];
  for (const [index, name] of map.folders.names.entries()) {
    const parent = folders[map.folders.parents[index] ?? -1];
    folders.push(parent ? `${parent}/${name}` : name);
  }
  return map.files.names.map((name, file) => {
    const folder = folders[map.files.folders[file] ?? 0];
    return folder ? `${folder}/${name}` : name;
  });
}

function together(
  node: MapNode,
  raw: Raw,
  colourBy: ColourBy,
  tokens: readonly number[],
): number | undefined {
  let sum = 0;
  let weight = 0;
  let most: number | undefined;
  for (const file of filesOf(node)) {
    const value = raw(file);
    if (value === undefined) continue;
    const size = Math.max(1, tokens[file] ?? 0);
    sum += value * size;
    weight += size;
    most = most === undefined ? value : Math.max(most, value);
  }
  if (colourBy === 'recency' || colourBy === 'attention') return most;
  return weight > 0 ? sum / weight : undefined;
}

/** Without the outermost twentieth at either end: one outlier must not make all others look the same. */
function ends(files: number, raw: Raw): [low: number, high: number] {
  const values: number[] = [];
  for (let file = 0; file < files; file++) {
    const value = raw(file);
    if (value !== undefined) values.push(value);
  }
  if (values.length === 0) return [0, 1];
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return sorted.length < 20 ? [at(0), at(1)] : [at(0.05), at(0.95)];
}
