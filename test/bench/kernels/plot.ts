/** Line charts over logarithmic axes, as SVG. */
import { escapeXml } from '../../../server/protocol/clean-text.ts';
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Drawn dashed: computed, not measured. */
  readonly dashed?: boolean;
  /** Series of one group share a colour; by default each has its own. */
  readonly group?: string;
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const size = { width: 880, height: 480 };
const margin = { left: 72, right: 230, top: 48, bottom: 56 };
/** Colour-blind safe: Okabe and Ito's, then Tol's. */
const colours = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7f7f7f',
  '#332288',
  '#117733',
  '#882255',
  '#44aa99',
  '#999933',
  '#aa4499',
  '#8a6d3b',
];

export function drawChart({ title, x, y, series }: Chart): string {
  const points = series.flatMap(one => one.points);
  const xs = logScale(
    points.map(point => point[0]),
    [margin.left, size.width - margin.right],
    2,
  );
  const ys = logScale(
    points.map(point => point[1]),
    [size.height - margin.bottom, margin.top],
    10,
  );
  const groups = [...new Set(series.map(one => one.group ?? one.name))];
  const colourOf = (one: Series) => colours[groups.indexOf(one.group ?? one.name) % colours.length]!;
  const grid = [
    ...xs.ticks.map(tick => {
      const at = xs.at(tick).toFixed(1);
      return `<line x1="${at}" x2="${at}" y1="${margin.top}" y2="${size.height - margin.bottom}" class="grid"/><text x="${at}" y="${size.height - margin.bottom + 18}" text-anchor="middle">${tokens(tick)}</text>`;
    }),
    ...ys.ticks.map(tick => {
      const at = ys.at(tick).toFixed(1);
      return `<line x1="${margin.left}" x2="${size.width - margin.right}" y1="${at}" y2="${at}" class="grid"/><text x="${margin.left - 8}" y="${Number(at) + 4}" text-anchor="end">${tick}</text>`;
    }),
  ];
  const lines = series.map(one => {
    const path = one.points.map(([px, py]) => `${xs.at(px).toFixed(1)},${ys.at(py).toFixed(1)}`).join(' ');
    const dash = one.dashed ? ' stroke-dasharray="5 4"' : '';
    const dots = one.dashed
      ? []
      : one.points.map(
          ([px, py]) =>
            `<circle cx="${xs.at(px).toFixed(1)}" cy="${ys.at(py).toFixed(1)}" r="2.5" fill="${colourOf(one)}"/>`,
        );
    return `<polyline points="${path}" fill="none" stroke="${colourOf(one)}" stroke-width="2"${dash}/>${dots.join('')}`;
  });
  const labels = spread(
    series
      .filter(one => one.points.length > 0 && one.name !== '')
      .map(one => ({ one, at: ys.at(one.points.at(-1)![1]) })),
  ).map(
    ({ one, at }) =>
      `<text x="${size.width - margin.right + 10}" y="${(at + 4).toFixed(1)}" fill="${colourOf(one)}">${escapeXml(one.name)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="system-ui, sans-serif" font-size="12">
<title>${escapeXml(title)}</title>
<style>text:not([fill]) { fill: #444 } text[fill] { font-weight: 600 } .grid { stroke: #ddd } .title { font-size: 15px; font-weight: 600 }</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${margin.left}" y="24" class="title">${escapeXml(title)}</text>
${grid.join('\n')}
${lines.join('\n')}
${labels.join('\n')}
<text x="${(margin.left + size.width - margin.right) / 2}" y="${size.height - 12}" text-anchor="middle">${escapeXml(x)}</text>
<text transform="translate(18 ${size.height / 2}) rotate(-90)" text-anchor="middle">${escapeXml(y)}</text>
</svg>
`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** A logarithmic scale that covers the values, with a tick at every power of the base (every other if crowded). */
function logScale(values: readonly number[], [from, to]: readonly [number, number], base: number): Scale {
  const logs = values.filter(value => value > 0).map(value => Math.log(value) / Math.log(base));
  const [low, high] = [Math.floor(Math.min(...logs) + 1e-9), Math.ceil(Math.max(...logs) - 1e-9)];
  const step = high - low > 8 ? 2 : 1;
  const ticks: number[] = [];
  for (let power = low; power <= high; power += step) ticks.push(Number((base ** power).toPrecision(12)));
  const span = Math.max(high - low, 1);
  return {
    ticks,
    at: value => from + ((Math.log(value) / Math.log(base) - low) / span) * (to - from),
  };
}

/** Moves overlapping labels apart in order: down first, then up from the lower edge. */
function spread<Label extends { readonly at: number }>(labels: readonly Label[]): Label[] {
  const gap = 15;
  const sorted = labels.toSorted((a, b) => a.at - b.at);
  const places = sorted.map(({ at }) => at);
  for (let index = 1; index < places.length; index++) {
    places[index] = Math.max(places[index]!, places[index - 1]! + gap);
  }
  let limit = size.height - margin.bottom;
  for (let index = places.length - 1; index >= 0; index--) {
    places[index] = Math.min(places[index]!, limit);
    limit = places[index]! - gap;
  }
  return sorted.map((label, index) => ({ ...label, at: places[index]! }));
}

function tokens(count: number): string {
  if (count >= 2 ** 20) return `${count / 2 ** 20}M`;
  return count >= 1024 ? `${count / 1024}k` : String(count);
}
