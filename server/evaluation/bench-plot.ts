/** The benchmark as a picture: precision of suggestions by decreasing confidence, for each way to suggest. */

import { escapeXml } from '../protocol/clean-text.ts';
import type { Benchmark } from './benchmark.ts';

const size = { width: 720, height: 460, left: 64, right: 170, top: 72, bottom: 56 };
const colours: Readonly<Record<string, string>> = { file: '#8a8a8a', bm25: '#c77700', repo: '#0067c0' };
const names: Readonly<Record<string, string>> = {
  file: 'the file alone',
  bm25: 'ten-line chunks (BM25)',
  repo: 'the repository',
};

export function plotSvg({ name, tokens, completion, read, decode, edit, reopen }: Benchmark): string {
  const x = (share: number): number => size.left + share * (size.width - size.left - size.right);
  const y = (share: number): number =>
    size.height - size.bottom - share * (size.height - size.top - size.bottom);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap(share => [
    `<line x1="${x(0)}" x2="${x(1)}" y1="${y(share)}" y2="${y(share)}" stroke="#8884"/>`,
    text(x(0) - 8, y(share) + 4, `${100 * share} %`, 'end'),
    text(x(share), y(0) + 20, `${100 * share} %`, 'middle'),
  ]);
  const curves = Object.entries(completion.settings).flatMap(([setting, value], row) => {
    if ('unavailable' in value) return [];
    const colour = colours[setting] ?? '#555';
    const points = value.curve.map(
      point => `${x(point.coverage).toFixed(1)},${y(point.precision).toFixed(1)}`,
    );
    const at = size.top + 16 + 40 * row;
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.join(' ')}"/>`,
      `<rect x="${x(1) + 12}" y="${at - 9}" width="10" height="10" fill="${colour}"/>`,
      text(x(1) + 28, at, names[setting] ?? setting),
      text(x(1) + 28, at + 16, `${(100 * value.exactMatch).toFixed(1)} % exact`),
    ];
  });
  const figures = Object.entries({ read, decode, edit, reopen })
    .map(([what, one]) => `${what} ${one.ratio.toFixed(2)}×`)
    .join(' · ');
  const title = `${name}: ${tokens.toLocaleString('en-US')} tokens`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(`${title}; right suggestions against share of lines covered`)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<g font-size="16" font-weight="600">${text(size.left, 28, title)}</g>`,
    text(size.left, 48, figures),
    ...ticks,
    ...curves,
    text(
      x(0.5),
      size.height - 14,
      'coverage: share of lines with a suggestion, most confident first',
      'middle',
    ),
    `<g transform="rotate(-90 16 ${y(0.5)})">${text(16, y(0.5), 'precision', 'middle')}</g>`,
    '</svg>',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end' = 'start'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#222">${escapeXml(content)}</text>`;
}
