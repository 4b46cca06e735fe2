/** Draws relations between parts over the map: a line from each part to those it uses, thicker for more references. */
import { escapeXml } from '../protocol/clean-text.ts';
import type { PartRelations } from '../protocol/requests.ts';
import { keyOf } from '../relations/relations.ts';

/** Position of a folder or file in the picture. */
export interface Rectangle {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

const maxLines = 80;
const [thinnest, thickest] = [1, 6];
/** Curvature as a share of a line's length, which separates the two directions between parts. */
const bow = 0.15;

/** @param rectangleOf by path, `''` for the whole; undefined for paths not on the map */
export function relationShapes(
  relations: readonly PartRelations[],
  rectangleOf: (path: string) => Rectangle | undefined,
): string[] {
  const centres = new Map(
    relations.flatMap(part => {
      const rectangle = rectangleOf(part.path);
      return rectangle ? [[keyOf(part), centreOf(rectangle, part.loose)] as const] : [];
    }),
  );
  const lines = relations
    .flatMap(part => part.uses.map(use => ({ from: keyOf(part), to: use.part, ...use })))
    .filter(({ from, to }) => centres.has(from) && centres.has(to))
    .sort((one, other) => other.references - one.references)
    .slice(0, maxLines);
  const most = Math.max(1, ...lines.map(({ references }) => references));
  const dots = [...centres.values()].map(
    ({ x, y }) => `<circle cx="${x}" cy="${y}" r="3" fill="#111" stroke="#fff"/>`,
  );
  const drawn = lines.map(({ from, to, references, at }) => {
    const [start, end] = [centres.get(from)!, centres.get(to)!];
    const width = thinnest + (thickest - thinnest) * Math.sqrt(references / most);
    const middle = {
      x: Math.round((start.x + end.x) / 2 - bow * (end.y - start.y)),
      y: Math.round((start.y + end.y) / 2 + bow * (end.x - start.x)),
    };
    const count =
      references === 0
        ? 'by a project file'
        : `${references} ${references === 1 ? 'reference' : 'references'}`;
    const title = `${from} uses ${to}: ${count}, ${at.path}:${at.line}`;
    return `<path d="M${start.x} ${start.y}Q${middle.x} ${middle.y} ${end.x} ${end.y}" fill="none" stroke="#111" stroke-opacity="0.55" stroke-width="${width.toFixed(1)}" marker-end="url(#arrow)"><title>${escapeXml(title)}</title></path>`;
  });
  const arrow =
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="#111"/></marker></defs>';
  return [arrow, ...drawn, ...dots];
}

/** Files directly in a folder have no rectangle: they are placed at its upper edge. */
function centreOf({ x0, y0, x1, y1 }: Rectangle, loose: boolean): { x: number; y: number } {
  return {
    x: Math.round((x0 + x1) / 2),
    y: Math.round(loose ? y0 + Math.min(12, (y1 - y0) / 2) : (y0 + y1) / 2),
  };
}
