/** One colouring of the map, prepared for drawing, for the legend and for text. */
import type { RepositoryMap } from '../../server/protocol/requests.ts';
import type { Attention, ColourBy, Texts } from './messages.ts';
import type { Palette } from './palette.ts';
import { Relations } from './relations.ts';
import type { MapNode } from './tree.ts';
import { languageOf, languagesBySize, scaleOf } from './values.ts';
import { dateText, decimal, fill, whole } from './words.ts';

export interface Colouring {
  readonly colourOf: (node: MapNode) => string;
  /** Describes a file's or folder's value. */
  words(node: MapNode): string;
  readonly legend: Legend;
  /** Drawn over the map. */
  readonly relations?: Relations;
}

export type Legend =
  | { readonly kind: 'ramp'; readonly low: string; readonly high: string; readonly note: string }
  | {
      readonly kind: 'list';
      readonly entries: readonly { readonly colour: string; readonly text: string }[];
    };

export function colouringOf(
  map: RepositoryMap,
  colourBy: ColourBy,
  attention: Attention,
  palette: Palette,
  texts: Texts,
): Colouring {
  if (colourBy === 'relations') return byRelations(map, palette, texts);
  return colourBy === 'language'
    ? byLanguage(map, palette, texts)
    : byValue(map, colourBy, attention, palette, texts);
}

/** Parts by the references to them, each step on the ramp a doubling: few parts are used by most. */
function byRelations(map: RepositoryMap, palette: Palette, texts: Texts): Colouring {
  const relations = new Relations(map.parts);
  const most = Math.max(1, ...map.parts.map(part => Relations.usesOf(part)));
  return {
    colourOf(node) {
      const part = relations.partOf(node);
      return part === undefined
        ? palette.unknown
        : palette.ramp.of(Math.log1p(Relations.usesOf(part)) / Math.log1p(most));
    },
    words: node => relations.words(node, texts),
    legend: {
      kind: 'ramp',
      low: texts.unused,
      high: fill(texts.mostUsed, whole(most)),
      note: texts.arrows,
    },
    relations,
  };
}

function byValue(
  map: RepositoryMap,
  colourBy: Exclude<ColourBy, 'language' | 'relations'>,
  attention: Attention,
  palette: Palette,
  texts: Texts,
): Colouring {
  const scale = scaleOf(map, colourBy, attention);
  const inWords: Record<typeof colourBy, (value: number) => string> = {
    surprise: value => fill(texts.bitsPerByte, decimal(value)),
    attention: value => fill(texts.connected, `${Math.round(100 * value)} %`),
    recency: value => fill(texts.changed, dateText(value)),
  };
  const known = map.files.surprise.some(value => value !== null);
  const legends: Record<typeof colourBy, Legend> = {
    surprise: {
      kind: 'ramp',
      low: known ? `${texts.expected} ${decimal(scale.low)}` : texts.expected,
      high: known ? `${decimal(scale.high)} ${texts.surprising}` : texts.surprising,
      note: map.surpriseMethod,
    },
    attention: {
      kind: 'ramp',
      low: texts.weak,
      high: texts.strong,
      note: attention.cursor
        ? fill(texts.attentionFrom, `${attention.cursor.path}:${attention.cursor.line}`)
        : texts.attentionNone,
    },
    recency: {
      kind: 'ramp',
      low: `${texts.old} ${dateText(scale.low)}`,
      high: `${dateText(scale.high)} ${texts.recent}`,
      note: '',
    },
  };
  return {
    colourOf(node) {
      const value = scale.of(node);
      return value === undefined ? palette.unknown : palette.ramp.of(value);
    },
    words(node) {
      const value = scale.raw(node);
      return value === undefined ? texts.unknown : inWords[colourBy](value);
    },
    legend: legends[colourBy],
  };
}

function byLanguage(map: RepositoryMap, palette: Palette, texts: Texts): Colouring {
  const total = map.files.tokens.reduce((sum, tokens) => sum + tokens, 0);
  const largest = languagesBySize(map).slice(0, palette.categories.length);
  const colours = new Map(
    largest.map(({ language }, index) => [language, palette.categories[index] ?? palette.unknown]),
  );
  const share = (tokens: number): string => `${Math.round((100 * tokens) / Math.max(1, total))} %`;
  const entries = largest.map(({ language, tokens }) => ({
    colour: colours.get(language) ?? palette.unknown,
    text: `${map.languages[language]?.name ?? texts.other} ${share(tokens)}`,
  }));
  const rest = total - largest.reduce((sum, { tokens }) => sum + tokens, 0);
  if (rest > 0) entries.push({ colour: palette.unknown, text: `${texts.other} ${share(rest)}` });
  return {
    colourOf: node => colours.get(languageOf(map, node)) ?? palette.unknown,
    words: node => map.languages[languageOf(map, node)]?.name ?? texts.other,
    legend: { kind: 'list', entries },
  };
}
