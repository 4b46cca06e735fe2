/** The legend below the map. */
import type { Legend } from './colouring.ts';
import { element } from './elements.ts';
import type { Palette } from './palette.ts';

export function showLegend(parent: HTMLElement, legend: Legend, palette: Palette): void {
  if (legend.kind === 'list') {
    parent.replaceChildren(
      element(
        'ul',
        { className: 'languages' },
        legend.entries.map(({ colour, text }) =>
          element('li', {}, [swatch([colour], 'swatch'), element('span', { textContent: text })]),
        ),
      ),
    );
    return;
  }
  const { low, high, note } = legend;
  parent.replaceChildren(
    element('span', { textContent: low }),
    swatch(palette.ramp.steps, 'ramp'),
    element('span', { textContent: high }),
    element('span', { className: 'note', textContent: note }),
  );
}

function swatch(colours: readonly string[], className: string): HTMLElement {
  const part = element('span', { className, ariaHidden: 'true' });
  // Set as a property: the page's policy forbids inline styles in markup.
  part.style.background =
    colours.length > 1 ? `linear-gradient(to right, ${colours.join()})` : (colours[0] ?? '');
  return part;
}
