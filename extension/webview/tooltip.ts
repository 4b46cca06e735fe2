/** Tooltip for the node under the pointer or the selection. */
import { element } from './elements.ts';
import type { Tile } from './layout.ts';

const distance = 14;

/** @param lines the path first, then its details */
export function showTooltip(box: HTMLElement, lines: readonly string[], x: number, y: number): void {
  box.replaceChildren(
    ...lines.map((line, index) => element(index === 0 ? 'strong' : 'span', { textContent: line })),
  );
  box.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = box;
  // Beside the pointer, on the other side near the window's edge.
  const left = x + distance + width > innerWidth ? x - distance - width : x + distance;
  const top = y + distance + height > innerHeight ? y - distance - height : y + distance;
  box.style.left = `${Math.max(0, left)}px`;
  box.style.top = `${Math.max(0, top)}px`;
}

/** Position of the tooltip for a selected tile, in the window. */
export function besideTile(tile: Tile, stage: HTMLElement): [x: number, y: number] {
  const { left, top } = stage.getBoundingClientRect();
  return [left + tile.x + Math.min(tile.width, 60), top + tile.y + Math.min(tile.height, 30)];
}
