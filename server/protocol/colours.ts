/**
 * Colours of the map, mixed from the editor theme's. Mixing uses Oklab (Ottosson, 2020), where equal steps look equal.
 */

/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Colours from low to high that `of` steps through. */
export interface Ramp {
  readonly steps: readonly string[];
  of(value: number): string;
}

const count = 48;

/** @returns `undefined` unless it is `#rgb`, `#rrggbb[aa]` or `rgb[a](…)`. Alpha is dropped. */
export function parseColour(text: string): Rgb | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text.trim());
  if (short) return channels(short, 16, 17);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/i.exec(text.trim());
  if (long) return channels(long, 16, 1);
  const named = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/i.exec(text.trim());
  return named ? channels(named, 10, 1) : undefined;
}

export function ramp(stops: readonly Rgb[]): Ramp {
  const steps = Array.from({ length: count }, (_, index) => {
    const at = (index / (count - 1)) * (stops.length - 1);
    const from = Math.min(Math.floor(at), stops.length - 2);
    return cssOf(mix(stops[from] ?? grey, stops[from + 1] ?? grey, at - from));
  });
  return { steps, of: value => steps[Math.round(value * (count - 1))] ?? steps[0] ?? cssOf(grey) };
}

/** @param share of `right`, from 0 to 1 */
export function mix(left: Rgb, right: Rgb, share: number): Rgb {
  const from = oklab(left);
  const to = oklab(right);
  return rgb([
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ]);
}

export function cssOf([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)})`;
}

/** Black or white, whichever is more legible on a colour (WCAG 2 contrast). */
export function inkOn(colour: string): '#000000' | '#ffffff' {
  const light = luminance(parseColour(colour) ?? grey);
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? '#000000' : '#ffffff';
}

/** Relative luminance by WCAG 2, from 0 to 1. */
export function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map(linear) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const grey: Rgb = [128, 128, 128];

function channels(match: RegExpExecArray, base: number, factor: number): Rgb {
  const channel = (index: number): number =>
    (base === 16 ? Number.parseInt(match[index] ?? '0', 16) : Number(match[index])) * factor;
  return [channel(1), channel(2), channel(3)];
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function gamma(share: number): number {
  const channel = share <= 0.0031308 ? 12.92 * share : 1.055 * share ** (1 / 2.4) - 0.055;
  return 255 * Math.min(1, Math.max(0, channel));
}

type Lab = readonly [lightness: number, a: number, b: number];

function oklab(colour: Rgb): Lab {
  const [r, g, b] = colour.map(linear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function rgb([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}
