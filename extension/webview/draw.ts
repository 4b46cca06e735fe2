/** Draws a layout on a canvas: the map, and above it the highlights. */
import { inkOn } from '../../server/protocol/colours.ts';
import type { Layout, Tile } from './layout.ts';
import type { Palette } from './palette.ts';
import { Raster } from './raster.ts';
import type { MapNode } from './tree.ts';

export interface Drawing {
  readonly layout: Layout;
  readonly palette: Palette;
  readonly colourOf: (node: MapNode) => string;
  /** Everything else is dimmed; nothing without it. */
  readonly found: ReadonlySet<MapNode> | undefined;
}

export interface Marks {
  readonly hovered: Tile | undefined;
  readonly selected: Tile | undefined;
  /** The active file in the editor. */
  readonly current: Tile | undefined;
}

const dimmed = 0.15;
const padding = 4;

/** Sizes a canvas for the layout at the screen's density. @returns its context, in CSS pixels, cleared */
export function prepare(
  canvas: HTMLCanvasElement,
  { width, height }: Layout,
  density: number,
): CanvasRenderingContext2D {
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser does not support canvas.');
  context.scale(density, density);
  return context;
}

export function drawMap(context: CanvasRenderingContext2D, drawing: Drawing, density: number): void {
  const { layout, palette, found } = drawing;
  const raster = new Raster(layout.width, layout.height, density, palette.background);
  const opacityOf = ({ node }: Tile): number => (found && !found.has(node) ? dimmed : 1);
  for (const folder of layout.folders) {
    if (folder.depth > 0 && folder.width > 8 && folder.height > 8)
      raster.frame(folder, palette.edge, opacityOf(folder));
  }
  const colours = layout.tiles.map(({ node }) => drawing.colourOf(node));
  for (const [index, tile] of layout.tiles.entries()) {
    const opacity = opacityOf(tile);
    raster.fill(tile, colours[index] ?? palette.unknown, opacity);
    if (palette.highContrast && tile.width > 6 && tile.height > 6) raster.frame(tile, palette.edge, opacity);
  }
  context.putImageData(new ImageData(raster.bytes, raster.width, raster.height), 0, 0);
  drawNames(context, drawing, colours, opacityOf);
}

function drawNames(
  context: CanvasRenderingContext2D,
  { layout, palette }: Drawing,
  colours: readonly string[],
  opacityOf: (tile: Tile) => number,
): void {
  context.font = palette.font;
  context.textBaseline = 'middle';
  const letter = context.measureText('n').width;
  for (const folder of layout.folders) {
    if (folder.header === 0) continue;
    context.globalAlpha = opacityOf(folder);
    context.fillStyle = palette.foreground;
    write(context, folder.node.name, folder, folder.y + folder.header / 2 + 1, letter);
  }
  for (const [index, tile] of layout.tiles.entries()) {
    if (tile.height < 14 || tile.width < 30) continue;
    context.globalAlpha = opacityOf(tile);
    context.fillStyle = inkOn(colours[index] ?? palette.unknown);
    write(context, tile.node.name, tile, tile.y + Math.min(tile.height / 2, 9), letter);
  }
  context.globalAlpha = 1;
}

export function drawMarks(context: CanvasRenderingContext2D, palette: Palette, marks: Marks): void {
  const { current, hovered, selected } = marks;
  // A dark and a light line, one of which is visible on any colour.
  if (current) {
    outline(context, current, palette.foreground, 4);
    outline(context, current, palette.background, 2);
  }
  if (hovered) outline(context, hovered, palette.foreground, 2);
  if (selected) {
    outline(context, selected, palette.background, 5);
    outline(context, selected, palette.selection, 3);
  }
}

function outline(context: CanvasRenderingContext2D, tile: Tile, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  const inset = width / 2;
  const [across, down] = [Math.max(0, tile.width - width), Math.max(0, tile.height - width)];
  context.strokeRect(tile.x + inset, tile.y + inset, across, down);
}

/**
 * As much of a name as fits by average letter width; measuring thousands of names would take longer than drawing them.
 */
function write(
  context: CanvasRenderingContext2D,
  name: string,
  tile: Tile,
  middle: number,
  letter: number,
): void {
  const room = tile.width - 2 * padding;
  const letters = Math.floor(room / letter);
  if (letters < 3) return;
  const text = name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
  context.fillText(text, tile.x + padding, middle, room);
}
