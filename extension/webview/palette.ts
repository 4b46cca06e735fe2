/** Colours and fonts of the editor's theme, from the page's CSS variables. */
import {
  cssOf,
  luminance,
  mix,
  parseColour,
  type Ramp,
  type Rgb,
  ramp,
} from '../../server/protocol/colours.ts';

export interface Palette {
  readonly background: string;
  readonly foreground: string;
  /** Of folders. */
  readonly edge: string;
  /** For missing values. */
  readonly unknown: string;
  readonly selection: string;
  readonly ramp: Ramp;
  /** For languages, largest first; the rest use `unknown`. */
  readonly categories: readonly string[];
  readonly highContrast: boolean;
  readonly font: string;
}

export function paletteOf(body: HTMLElement): Palette {
  const style = getComputedStyle(body);
  const read = (name: string, otherwise: Rgb): Rgb =>
    parseColour(style.getPropertyValue(`--vscode-${name}`)) ?? otherwise;
  const background = read('editor-background', [30, 30, 30]);
  const light = luminance(background) > 0.4;
  const foreground = read('editor-foreground', light ? [30, 30, 30] : [220, 220, 220]);
  const blue = read('charts-blue', [55, 148, 255]);
  const yellow = read('charts-yellow', [204, 167, 0]);
  const green = read('charts-green', [137, 209, 133]);
  const purple = read('charts-purple', [177, 128, 215]);
  const red = read('charts-red', [241, 76, 76]);
  const orange = read('charts-orange', [209, 134, 22]);
  const highContrast = body.classList.contains('vscode-high-contrast');
  const edge = mix(background, foreground, 0.35);
  return {
    background: cssOf(background),
    foreground: cssOf(foreground),
    edge: cssOf(highContrast ? read('contrastBorder', edge) : edge),
    unknown: cssOf(mix(background, foreground, 0.14)),
    selection: cssOf(read('focusBorder', foreground)),
    // Higher values have more contrast: brighter on dark themes, darker on light ones.
    ramp: ramp([
      mix(background, blue, light ? 0.2 : 0.3),
      blue,
      light ? mix(purple, foreground, 0.35) : yellow,
    ]),
    categories: [
      blue,
      yellow,
      green,
      purple,
      red,
      mix(blue, foreground, 0.5),
      mix(orange, background, 0.45),
      mix(green, background, 0.5),
      mix(purple, foreground, 0.5),
    ].map(cssOf),
    highContrast,
    font: `11px ${style.getPropertyValue('--vscode-font-family') || 'sans-serif'}`,
  };
}
