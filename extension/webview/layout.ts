/** Positions files and folders on the map: nested rectangles with areas proportional to tokens. */
import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { MapNode } from './tree.ts';

/** In CSS pixels from the top left. */
export interface Tile {
  readonly node: MapNode;
  /** Levels below the shown folder. */
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Height of the folder's name strip; 0 if there is no room, and for tiles without children. */
  readonly header: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Folders with visible content, outermost first. */
  readonly folders: readonly Tile[];
  /** Innermost tiles: files, and folders too small to show content. */
  readonly tiles: readonly Tile[];
}

const headerHeight = 18;
/** Smaller folders, in square pixels, are one tile. */
const smallest = 24;

export function layOut(shown: MapNode, width: number, height: number): Layout {
  const folders: Tile[] = [];
  const tiles: Tile[] = [];
  if (shown.size === 0 || width <= 0 || height <= 0) return { width, height, folders, tiles };
  const pixels = (width * height) / shown.size;
  const root = hierarchy(shown, node =>
    node.children.length > 0 && (node === shown || node.size * pixels > smallest) ? node.children : null,
  ) as HierarchyRectangularNode<MapNode>;
  // Sizes are precomputed, including folders'.
  root.eachBefore(node => {
    (node as { value?: number }).value = node.data.size;
  });
  const place = treemap<MapNode>()
    .tile(treemapSquarify)
    .size([width, height])
    .paddingInner(node => gapOf(node))
    .paddingOuter(node => (node === root ? 0 : gapOf(node)))
    .paddingTop(node => (node === root ? 0 : headerOf(node) || gapOf(node)));
  place(root).eachBefore(node => {
    const open = node.children !== undefined;
    const tile: Tile = {
      node: node.data,
      depth: node.depth,
      x: node.x0,
      y: node.y0,
      width: node.x1 - node.x0,
      height: node.y1 - node.y0,
      header: open && node !== root ? headerOf(node) : 0,
    };
    if (open) folders.push(tile);
    else tiles.push(tile);
  });
  return { width, height, folders, tiles };
}

/** The tile at a point, or the folder whose name or edge is there; `undefined` outside. */
export function tileAt(layout: Layout, x: number, y: number): Tile | undefined {
  const holds = (tile: Tile): boolean =>
    x >= tile.x && x < tile.x + tile.width && y >= tile.y && y < tile.y + tile.height;
  return layout.tiles.find(holds) ?? layout.folders.findLast(holds);
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The next tile from `from` in a direction: near, and not far to the side. */
export function neighbour(layout: Layout, from: Tile, direction: Direction): Tile | undefined {
  let best: Tile | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const tile of layout.tiles) {
    if (tile === from) continue;
    const [ahead, aside] = offsets(from, tile, direction);
    if (ahead < -0.5) continue;
    const cost = ahead + 3 * aside + 0.01 * Math.hypot(tile.x - from.x, tile.y - from.y);
    if (cost < least) {
      least = cost;
      best = tile;
    }
  }
  return best;
}

/** Pixels from the edge of `from` to that of `to` ahead, and sideways where they do not overlap. */
function offsets(from: Tile, to: Tile, direction: Direction): [ahead: number, aside: number] {
  const apart = (start: number, size: number, otherStart: number, otherSize: number): number =>
    Math.max(0, otherStart - (start + size), start - (otherStart + otherSize));
  const across = apart(from.y, from.height, to.y, to.height);
  const along = apart(from.x, from.width, to.x, to.width);
  switch (direction) {
    case 'left':
      return [from.x - (to.x + to.width), across];
    case 'right':
      return [to.x - (from.x + from.width), across];
    case 'up':
      return [from.y - (to.y + to.height), along];
    case 'down':
      return [to.y - (from.y + from.height), along];
  }
}

function headerOf(node: HierarchyRectangularNode<MapNode>): number {
  return node.x1 - node.x0 > 44 && node.y1 - node.y0 > 3 * headerHeight ? headerHeight : 0;
}

/** Pixels between a folder's children: none where they would cover small tiles. */
function gapOf(node: HierarchyRectangularNode<MapNode>): number {
  const each = ((node.x1 - node.x0) * (node.y1 - node.y0)) / (node.children?.length ?? 1);
  return each > 150 ? 1 : 0;
}
