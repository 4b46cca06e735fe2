/** Who uses whom, over the map: the parts of the repository, lines from each to those it uses, and the same in words. */
import type { MapPart, PartLink } from '../../server/protocol/requests.ts';
import type { Layout, Tile } from './layout.ts';
import type { Texts } from './messages.ts';
import type { Palette } from './palette.ts';
import type { MapNode } from './tree.ts';
import { fill, whole } from './words.ts';

const maxLines = 80;
/** Links named for a part. */
const linksShown = 3;
const [thinnest, thickest] = [1, 6];
const [faint, strong] = [0.45, 1];
/** Curvature as a share of a line's length, which separates the two directions between parts. */
const bow = 0.15;
const [headLength, headWidth] = [9, 4];

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Line {
  readonly from: MapPart;
  readonly to: MapPart;
  readonly start: Point;
  readonly end: Point;
  readonly width: number;
}

export class Relations {
  readonly parts: readonly MapPart[];
  readonly #byKey: ReadonlyMap<string, MapPart>;

  constructor(parts: readonly MapPart[]) {
    this.parts = parts;
    this.#byKey = new Map(parts.map(part => [part.key, part]));
  }

  /** The part that a file belongs to, or that a folder is or lies in; undefined for a folder of several parts. */
  partOf({ path, file }: MapNode): MapPart | undefined {
    let best: MapPart | undefined;
    for (const part of this.parts) {
      const isInside =
        path === part.path ||
        part.path === '' ||
        (part.kind === 'folder' && path.startsWith(`${part.path}/`));
      // A loose part consists of files directly in its folder.
      const isDirect = file >= 0 && path.slice(0, Math.max(0, path.lastIndexOf('/'))) === part.path;
      if (!isInside || (part.loose && !isDirect)) continue;
      if (best === undefined || part.path.length > best.path.length) best = part;
    }
    return best;
  }

  /** How many parts lie in a folder. */
  partsIn({ path }: MapNode): number {
    return this.parts.filter(part => path === '' || part.path === path || part.path.startsWith(`${path}/`))
      .length;
  }

  /** References to a part from others. */
  static usesOf({ usedBy }: MapPart): number {
    return usedBy.reduce((sum, { references }) => sum + Math.max(1, references), 0);
  }

  /** Both directions, each link with its count and one line. */
  words(node: MapNode, texts: Texts): string {
    const part = this.partOf(node);
    if (part === undefined) {
      const inside = node.file < 0 ? this.partsIn(node) : 0;
      return inside > 0 ? fill(texts.parts, whole(inside)) : texts.unrelated;
    }
    const said = [
      ...(part.uses.length > 0 ? [fill(texts.uses, listed(part.uses))] : []),
      ...(part.usedBy.length > 0 ? [fill(texts.usedBy, listed(part.usedBy))] : []),
    ];
    return `${part.key}: ${said.length > 0 ? said.join('; ') : texts.unrelated}`;
  }

  /** The lines between parts that are visible, strongest first. */
  #lines(layout: Layout): Line[] {
    const tiles = new Map([...layout.folders, ...layout.tiles].map(tile => [tile.node.path, tile]));
    const centres = new Map(
      this.parts.flatMap(part => {
        const tile = tileFor(part, tiles);
        return tile ? [[part, centreOf(tile, part.loose)] as const] : [];
      }),
    );
    const links = this.parts
      .flatMap(from => from.uses.map(link => ({ from, to: this.#byKey.get(link.part), link })))
      .sort((one, other) => other.link.references - one.link.references)
      .slice(0, maxLines);
    const most = Math.max(1, ...links.map(({ link }) => link.references));
    return links.flatMap(({ from, to, link }) => {
      const [start, end] = [centres.get(from), to && centres.get(to)];
      if (!start || !end || !to || (start.x === end.x && start.y === end.y)) return [];
      const width = thinnest + (thickest - thinnest) * Math.sqrt(link.references / most);
      return [{ from, to, start, end, width }];
    });
  }

  /** @param only draws the lines of this part alone, stronger */
  draw(context: CanvasRenderingContext2D, layout: Layout, palette: Palette, only?: MapPart): void {
    for (const line of this.#lines(layout)) {
      if (only !== undefined && line.from !== only && line.to !== only) continue;
      // A dark and a light line, one of which is visible on any colour.
      context.globalAlpha = only === undefined ? faint : strong;
      drawLine(context, line, palette.background, line.width + 2);
      drawLine(context, line, only === undefined ? palette.foreground : palette.selection, line.width);
    }
    context.globalAlpha = 1;
  }
}

/** `core/data/ (12, app/Main.kt:3), …`. */
function listed(links: readonly PartLink[]): string {
  const shown = links.slice(0, linksShown).map(({ part, references, at }) => {
    const place = `${at.path.slice(at.path.lastIndexOf('/') + 1)}:${at.line}`;
    return `${part} (${references > 0 ? `${whole(references)}, ` : ''}${place})`;
  });
  return shown.join(', ') + (links.length > linksShown ? ', …' : '');
}

/** The tile of a part, or of the folder in which it is too small to be seen. */
function tileFor(part: MapPart, tiles: ReadonlyMap<string, Tile>): Tile | undefined {
  for (let path = part.path; ; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    const tile = tiles.get(path);
    if (tile !== undefined) return tile.depth > 0 || path === part.path ? tile : undefined;
    if (path === '') return undefined;
  }
}

/** Files directly in a folder have no tile of their own: they are placed at its upper edge. */
function centreOf({ x, y, width, height }: Tile, loose: boolean): Point {
  return { x: x + width / 2, y: loose ? y + Math.min(12, height / 2) : y + height / 2 };
}

function drawLine(context: CanvasRenderingContext2D, line: Line, colour: string, width: number): void {
  const { start, end } = line;
  const middle = {
    x: (start.x + end.x) / 2 - bow * (end.y - start.y),
    y: (start.y + end.y) / 2 + bow * (end.x - start.x),
  };
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.quadraticCurveTo(middle.x, middle.y, end.x, end.y);
  context.stroke();
  const angle = Math.atan2(end.y - middle.y, end.x - middle.x);
  const size = headWidth + width / 2;
  const back = { x: end.x - headLength * Math.cos(angle), y: end.y - headLength * Math.sin(angle) };
  context.beginPath();
  context.moveTo(end.x, end.y);
  context.lineTo(back.x - size * Math.sin(angle), back.y + size * Math.cos(angle));
  context.lineTo(back.x + size * Math.sin(angle), back.y - size * Math.cos(angle));
  context.fill();
}
