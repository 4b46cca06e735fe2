/** What is under the pointer or the selection, in a box beside it. */
import { element } from './elements.ts';
import type { Tile } from './layout.ts';

const distance = 14;

/** @param lines the path first, then what is known of it. */
export function showTooltip(box: HTMLElement, lines: readonly string[], x: number, y: number): void {
  box.replaceChildren(
    ...lines.map((line, index) => element(index === 0 ? 'strong' : 'span', { textContent: line })),
  );
  box.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = box;
  // Beside the pointer, and on its other side where the window ends.
  const left = x + distance + width > innerWidth ? x - distance - width : x + distance;
  const top = y + distance + height > innerHeight ? y - distance - height : y + distance;
  box.style.left = `${Math.max(0, left)}px`;
  box.style.top = `${Math.max(0, top)}px`;
}

/** Where the tooltip of a selected tile stands, in the window. */
export function besideTile(tile: Tile, stage: HTMLElement): [x: number, y: number] {
  const { left, top } = stage.getBoundingClientRect();
  return [left + tile.x + Math.min(tile.width, 60), top + tile.y + Math.min(tile.height, 30)];
}
