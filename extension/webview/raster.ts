/** Draws rectangles as pixels in RAM: for tens of thousands, a canvas takes far longer than for one image. */
import { mix, parseColour } from '../../server/protocol/colours.ts';

/** A rectangle in CSS pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Raster {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
  readonly #pixels: Uint32Array;
  readonly #density: number;
  readonly #background: string;
  readonly #known = new Map<string, number>();

  /** @param density device pixels per CSS pixel */
  constructor(width: number, height: number, density: number, background: string) {
    this.width = Math.max(1, Math.round(width * density));
    this.height = Math.max(1, Math.round(height * density));
    this.bytes = new Uint8ClampedArray(4 * this.width * this.height);
    this.#pixels = new Uint32Array(this.bytes.buffer);
    this.#density = density;
    this.#background = background;
    this.#pixels.fill(this.#pixelOf(background, 1));
  }

  /** @param opacity from 0, the background, to 1 */
  fill(area: Area, colour: string, opacity: number): void {
    const [left, top, right, bottom] = this.#edges(area);
    this.#paint(left, top, right, bottom, this.#pixelOf(colour, opacity));
  }

  /** A one-CSS-pixel border inside the edges. */
  frame(area: Area, colour: string, opacity: number): void {
    const [left, top, right, bottom] = this.#edges(area);
    const pixel = this.#pixelOf(colour, opacity);
    const line = Math.max(1, Math.round(this.#density));
    this.#paint(left, top, right, Math.min(bottom, top + line), pixel);
    this.#paint(left, Math.max(top, bottom - line), right, bottom, pixel);
    this.#paint(left, top, Math.min(right, left + line), bottom, pixel);
    this.#paint(Math.max(left, right - line), top, right, bottom, pixel);
  }

  /** Rounded, so that adjacent rectangles share an edge without gaps. */
  #edges({ x, y, width, height }: Area): [left: number, top: number, right: number, bottom: number] {
    const within = (value: number, limit: number): number =>
      Math.min(limit, Math.max(0, Math.round(value * this.#density)));
    return [
      within(x, this.width),
      within(y, this.height),
      within(x + width, this.width),
      within(y + height, this.height),
    ];
  }

  #paint(left: number, top: number, right: number, bottom: number, pixel: number): void {
    for (let row = top; row < bottom; row++)
      this.#pixels.fill(pixel, row * this.width + left, row * this.width + right);
  }

  #pixelOf(colour: string, opacity: number): number {
    const key = opacity === 1 ? colour : `${colour} ${opacity}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const ground = parseColour(this.#background) ?? [0, 0, 0];
    const rgb = mix(ground, parseColour(colour) ?? ground, opacity).map(Math.round);
    // As bytes, because the order in a number depends on the machine.
    const pixel = new Uint32Array(Uint8Array.of(...rgb, 255).buffer)[0] ?? 0;
    this.#known.set(key, pixel);
    return pixel;
  }
}
