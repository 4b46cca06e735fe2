/** The map's canvas: draws, and interprets pointer and keys. */
import { drawMap, drawMarks, prepare } from './draw.ts';
import { type Direction, type Layout, layOut, neighbour, type Tile, tileAt } from './layout.ts';
import type { Palette } from './palette.ts';
import type { Relations } from './relations.ts';
import { besideTile, showTooltip } from './tooltip.ts';
import { childTowards, type MapNode } from './tree.ts';

export interface View {
  readonly shown: MapNode;
  readonly palette: Palette;
  readonly found: ReadonlySet<MapNode> | undefined;
  readonly current: MapNode | undefined;
  colourOf(node: MapNode): string;
  /** Drawn over the map; those of the part under the pointer, or selected, stand out. */
  readonly relations: Relations | undefined;
}

export interface StageCallbacks {
  /** Opens a file or shows a folder. */
  choose(node: MapNode, beside: boolean): void;
  /** Shows the parent folder. */
  leave(): void;
  /** Lines for the tooltip, the path first. */
  describe(node: MapNode): readonly string[];
  /** A node was selected by key: announce it. */
  selected(node: MapNode): void;
}

export interface StageParts {
  readonly stage: HTMLElement;
  readonly tiles: HTMLCanvasElement;
  /** Above `tiles`; receives pointer and keys. */
  readonly marks: HTMLCanvasElement;
  readonly tooltip: HTMLElement;
}

/** Pixels of wheel movement per step in or out, and milliseconds between steps. */
const wheelStep = 60;
const wheelRest = 250;

const arrows: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export class Stage {
  readonly #parts: StageParts;
  readonly #wishes: StageCallbacks;
  #view: View | undefined;
  #layout: Layout | undefined;
  #current: MapNode | undefined;
  #hovered: Tile | undefined;
  #selected: Tile | undefined;
  #wheel = 0;
  #wheelAt = 0;

  constructor(parts: StageParts, wishes: StageCallbacks) {
    this.#parts = parts;
    this.#wishes = wishes;
    const { stage, marks } = parts;
    new ResizeObserver(() => this.#draw()).observe(stage);
    marks.addEventListener('pointermove', event => this.#point(event));
    marks.addEventListener('pointerleave', () => this.#hover(undefined));
    marks.addEventListener('click', event => this.#click(event));
    marks.addEventListener('wheel', event => this.#turn(event), { passive: false });
    marks.addEventListener('keydown', event => this.#press(event));
    marks.addEventListener('blur', () => this.#hideTooltip());
  }

  /** Shows a view; keeps the selection if the folder is the same. */
  show(view: View): void {
    if (this.#view?.shown !== view.shown) {
      this.#layout = undefined;
      this.#selected = undefined;
    }
    this.#view = view;
    this.#current = view.current;
    this.#hovered = undefined;
    this.#hideTooltip();
    this.#draw();
  }

  /** Marks the active file in the editor. */
  markCurrent(node: MapNode | undefined): void {
    this.#current = node;
    this.#mark();
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#parts.stage;
    if (!this.#view || width === 0 || height === 0) return;
    const { shown, palette, found } = this.#view;
    const begun = performance.now();
    if (this.#layout?.width !== width || this.#layout.height !== height) {
      const selected = this.#selected?.node;
      this.#layout = layOut(shown, width, height);
      this.#selected = selected && this.#tileOf(selected);
      performance.measure('longsight.layout', { start: begun });
    }
    const layout = this.#layout;
    const colourOf = (node: MapNode): string => this.#view?.colourOf(node) ?? palette.unknown;
    const context = prepare(this.#parts.tiles, layout, devicePixelRatio);
    drawMap(context, { layout, palette, colourOf, found }, devicePixelRatio);
    this.#view.relations?.draw(context, layout, palette);
    performance.measure('longsight.draw', { start: begun, detail: layout.tiles.length });
    this.#mark();
  }

  #mark(): void {
    if (!this.#view || !this.#layout) return;
    const { palette, relations } = this.#view;
    const context = prepare(this.#parts.marks, this.#layout, devicePixelRatio);
    const node = (this.#hovered ?? this.#selected)?.node;
    const part = node && relations?.partOf(node);
    if (part) relations?.draw(context, this.#layout, palette, part);
    drawMarks(context, palette, {
      hovered: this.#hovered,
      selected: this.#selected,
      current: this.#current && this.#tileOf(this.#current),
    });
  }

  /** The tile of a node, or of the folder it is hidden in. */
  #tileOf(node: MapNode): Tile | undefined {
    return this.#layout?.tiles.find(
      tile => tile.node === node || (tile.node.file < 0 && childTowards(tile.node, node) !== undefined),
    );
  }

  #point(event: PointerEvent): void {
    const tile = this.#layout && tileAt(this.#layout, event.offsetX, event.offsetY);
    this.#hover(tile && tile.depth > 0 ? tile : undefined);
    if (this.#hovered)
      showTooltip(
        this.#parts.tooltip,
        this.#wishes.describe(this.#hovered.node),
        event.clientX,
        event.clientY,
      );
  }

  #hover(tile: Tile | undefined): void {
    if (tile === undefined) this.#hideTooltip();
    if (tile === this.#hovered) return;
    this.#hovered = tile;
    this.#parts.marks.style.cursor = tile ? 'pointer' : 'default';
    this.#mark();
  }

  #hideTooltip(): void {
    this.#parts.tooltip.hidden = true;
  }

  #click(event: MouseEvent): void {
    const tile = this.#layout && tileAt(this.#layout, event.offsetX, event.offsetY);
    if (!tile || tile.depth === 0) return;
    this.#selected = tile;
    this.#mark();
    this.#wishes.choose(tile.node, event.ctrlKey || event.metaKey);
  }

  /** Scrolling up enters the folder under the pointer, scrolling down leaves the shown one. */
  #turn(event: WheelEvent): void {
    event.preventDefault();
    const now = performance.now();
    if (now - this.#wheelAt < wheelRest || !this.#view || !this.#layout) return;
    this.#wheel =
      Math.sign(event.deltaY) === Math.sign(this.#wheel) ? this.#wheel + event.deltaY : event.deltaY;
    // Wheels that count in lines or pages make large steps.
    if (Math.abs(this.#wheel) < (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? wheelStep : 1)) return;
    const inwards = this.#wheel < 0;
    this.#wheel = 0;
    this.#wheelAt = now;
    const under = tileAt(this.#layout, event.offsetX, event.offsetY);
    const folder = under && childTowards(this.#view.shown, under.node);
    if (!inwards) this.#wishes.leave();
    else if (folder && folder.file < 0) this.#wishes.choose(folder, false);
  }

  #press(event: KeyboardEvent): void {
    const direction = arrows[event.key];
    if (direction) this.#step(direction);
    else if (event.key === 'Enter' && this.#selected)
      this.#wishes.choose(this.#selected.node, event.ctrlKey || event.metaKey);
    else if (event.key === ' ' && this.#selected && this.#view) {
      const folder = childTowards(this.#view.shown, this.#selected.node);
      if (folder && folder.file < 0) this.#wishes.choose(folder, false);
    } else if (event.key === 'Escape' || event.key === 'Backspace') this.#wishes.leave();
    else return;
    event.preventDefault();
  }

  #step(direction: Direction): void {
    if (!this.#layout) return;
    const next = this.#selected ? neighbour(this.#layout, this.#selected, direction) : this.#layout.tiles[0];
    if (!next) return;
    this.#selected = next;
    this.#mark();
    showTooltip(
      this.#parts.tooltip,
      this.#wishes.describe(next.node),
      ...besideTile(next, this.#parts.stage),
    );
    this.#wishes.selected(next.node);
  }
}
