/**
 * The map as SVG: a squarified treemap (Bruls, Huizing and van Wijk 2000; d3-hierarchy) in which area is size in
 * tokens.
 */

import { type HierarchyRectangularNode, hierarchy, treemap } from 'd3-hierarchy';
import { escapeXml } from '../protocol/clean-text.ts';
import { inkOn } from '../protocol/colours.ts';
import { counted } from '../protocol/counted.ts';
import type { PartRelations, RepositoryMap } from '../protocol/requests.ts';
import { pathInMap } from './map.ts';
import { type Rectangle, relationShapes } from './map-relations.ts';

export const mapColours = ['language', 'recency', 'surprise'] as const;
export type MapColour = (typeof mapColours)[number];

export interface PictureOptions {
  readonly colour: MapColour;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Seconds since 1970, for ages. */
  readonly now: number;
  /** Parts whose relations are drawn. */
  readonly relations?: readonly PartRelations[];
}

interface Node {
  readonly name: string;
  /** Index into the map's files; absent for folders. */
  readonly file?: number;
  readonly children: Node[];
}

const titleHeight = 28;
const legendHeight = 28;
/** Smaller rectangles have no name. */
const [nameWidth, nameHeight] = [48, 13];
/** Approximate width of a character. */
const characterWidth = 6;

export function mapSvg(map: RepositoryMap, options: PictureOptions): string {
  const { width = 1280, height = 800 } = options;
  const tokensOf = (node: Node): number => (node.file === undefined ? 0 : map.files.tokens[node.file]!);
  const root = hierarchy(treeOf(map))
    .sum(tokensOf)
    .sort((one, other) => other.value! - one.value! || (one.data.name < other.data.name ? -1 : 1));
  const laidOut = treemap<Node>()
    .size([width, height - titleHeight - legendHeight])
    .paddingTop(node => (node.depth > 0 && isLabelled(node) ? nameHeight + 2 : 1))
    .paddingInner(1)
    .round(true)(root);
  const colours = scaleOf(map, options);
  const shapes: string[] = [];
  laidOut.eachBefore(node => {
    if (node.x1 <= node.x0 || node.y1 <= node.y0) return;
    if (node.data.file !== undefined) shapes.push(fileShape(map, node, node.data.file, colours));
    else if (node.depth > 0) shapes.push(folderShape(node));
  });
  const places = new Map<string, Rectangle>();
  laidOut.each(node => {
    const names = node.ancestors().reverse().slice(1);
    places.set(names.map(({ data }) => data.name).join('/'), node);
  });
  if (options.relations) shapes.push(...relationShapes(options.relations, path => places.get(path)));
  const { files } = map;
  const tokens = files.tokens.reduce((sum, count) => sum + count, 0);
  const title = `${map.name}: ${counted(files.names.length, 'file', files.names.length.toLocaleString('en-US'))}, ${tokens.toLocaleString('en-US')} tokens, coloured by ${options.colour}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="19" font-size="14" fill="#222">${escapeXml(title)}</text>`,
    `<g transform="translate(0 ${titleHeight})">`,
    ...shapes,
    '</g>',
    legend(colours, height - legendHeight / 2, width),
    '</svg>',
    '',
  ].join('\n');
}

function treeOf(map: RepositoryMap): Node {
  const folders = map.folders.names.map((name): Node => ({ name, children: [] }));
  for (const [at, parent] of map.folders.parents.entries())
    if (parent >= 0) folders[parent]!.children.push(folders[at]!);
  for (const [file, name] of map.files.names.entries())
    folders[map.files.folders[file]!]!.children.push({ name, file, children: [] });
  return folders[0]!;
}

interface Scale {
  /** Colour of each file. */
  readonly of: readonly string[];
  readonly legend: readonly { readonly text: string; readonly colour: string }[];
}

/** Okabe and Ito's colour-blind safe palette, and lighter variants. */
const hues = [
  '#56b4e9',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#f0e442',
  '#d55e00',
  '#8ab6d9',
  '#b2cf9c',
  '#e0b7cf',
];
const otherHue = '#bbbbbb';
/** Low to high, readable in greyscale (after ColorBrewer's YlGnBu). */
const ramp = ['#edf8b1', '#c7e9b4', '#7fcdbb', '#41b6c4', '#1d91c0', '#225ea8'];

function scaleOf(map: RepositoryMap, { colour, now }: PictureOptions): Scale {
  const { files } = map;
  if (colour === 'language') {
    const sizes = map.languages.map(() => 0);
    for (const [file, language] of files.languages.entries()) sizes[language]! += files.tokens[file]!;
    const order = [...sizes.keys()].sort((one, other) => sizes[other]! - sizes[one]!);
    const hueOf = new Map(order.map((language, at) => [language, hues[at] ?? otherHue]));
    return {
      of: files.languages.map(language => hueOf.get(language)!),
      legend: [
        ...order
          .slice(0, hues.length)
          .map((language, at) => ({ text: map.languages[language]!.name, colour: hues[at]! })),
        ...(order.length > hues.length ? [{ text: 'others', colour: otherHue }] : []),
      ],
    };
  }
  if (colour === 'recency') {
    const bounds = [7, 30, 91, 365, 1095];
    const texts = ['a week', 'a month', 'a quarter', 'a year', 'three years', 'longer'];
    return stepped(
      files.changed.map(at => (at === null ? null : (now - at) / 86_400)),
      bounds,
      texts,
      [...ramp].reverse(),
    );
  }
  const known = files.surprise.filter(value => value !== null).sort((one, other) => one - other);
  const bounds = [1, 2, 3, 4, 5].map(part => known[Math.floor((known.length * part) / 6)] ?? 0);
  const texts = bounds.map((bound, at) => (at === 0 ? `under ${bound}` : `from ${bounds[at - 1]}`));
  return stepped(files.surprise, bounds, [...texts, `from ${bounds.at(-1)} bits per byte`], ramp);
}

function stepped(
  values: readonly (number | null)[],
  bounds: readonly number[],
  texts: readonly string[],
  colours: readonly string[],
): Scale {
  const stepOf = (value: number): number => {
    const step = bounds.findIndex(bound => value < bound);
    return step < 0 ? bounds.length : step;
  };
  return {
    of: values.map(value => (value === null ? otherHue : colours[stepOf(value)]!)),
    legend: texts.map((text, at) => ({ text, colour: colours[at]! })),
  };
}

function fileShape(
  map: RepositoryMap,
  node: HierarchyRectangularNode<Node>,
  file: number,
  colours: Scale,
): string {
  const { x0, y0, x1, y1 } = node;
  const { tokens, texts, surprise } = map.files;
  const about = [
    `${pathInMap(map, file)}: ${tokens[file]!.toLocaleString('en-US')} tokens`,
    ...(surprise[file] === null ? [] : [`${surprise[file]} bits per byte`]),
  ].join(', ');
  const text = texts[file] === null ? about : `${about}\n${texts[file]}`;
  const shape = `<rect x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}" fill="${colours.of[file]}"><title>${escapeXml(text)}</title></rect>`;
  return isLabelled(node) ? shape + label(node, inkOn(colours.of[file]!), '') : shape;
}

function folderShape(node: HierarchyRectangularNode<Node>): string {
  const { x0, y0, x1, y1 } = node;
  const shape = `<rect x="${x0}" y="${y0}" width="${x1 - x0}" height="${y1 - y0}" fill="#f4f4f4" stroke="#999"/>`;
  return isLabelled(node) ? shape + label(node, '#333', ' font-weight="600"') : shape;
}

function isLabelled({ x0, y0, x1, y1 }: HierarchyRectangularNode<Node>): boolean {
  return x1 - x0 >= nameWidth && y1 - y0 >= nameHeight;
}

function label({ x0, y0, x1, data }: HierarchyRectangularNode<Node>, colour: string, style: string): string {
  const room = Math.floor((x1 - x0 - 6) / characterWidth);
  const name = data.name.length > room ? `${data.name.slice(0, Math.max(1, room - 1))}…` : data.name;
  return `<text x="${x0 + 3}" y="${y0 + 11}" fill="${colour}"${style}>${escapeXml(name)}</text>`;
}

function legend({ legend: entries }: Scale, middle: number, width: number): string {
  const step = Math.min(150, width / entries.length);
  return entries
    .map(
      ({ text, colour }, at) =>
        `<rect x="${4 + at * step}" y="${middle - 6}" width="12" height="12" fill="${colour}"/><text x="${20 + at * step}" y="${middle + 4}" fill="#222">${escapeXml(text)}</text>`,
    )
    .join('');
}
