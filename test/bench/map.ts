/**
 * How long the memory map's page takes to lay out and draw a repository, beside a canvas filling as many
 * rectangles with nothing else done: `npm run bench -- map [files]`. Needs Chromium and `npm run build`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { type Labels, mapHtml } from '../../extension/map/html.ts';
import type { Texts } from '../../extension/webview/messages.ts';
import { requirements, root } from '../editor/requirements.ts';
import { type MapFile, mapOf } from '../unit/extension/map-of.ts';

const count = Number(process.argv[2] ?? 50_000);
const rounds = 9;
const needed = await requirements();
if ('skip' in needed) throw new Error(needed.skip);
const browser = await chromium.launch({
  executablePath: needed.chromium,
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 }, bypassCSP: true });
  await page.route('**/*', route => {
    const name = path.basename(new URL(route.request().url()).pathname);
    if (name === 'map.js')
      return route.fulfill({ contentType: 'text/javascript', body: read('dist/map.js') });
    if (name === 'map.css') return route.fulfill({ contentType: 'text/css', body: read('media/map.css') });
    return route.fulfill({ contentType: 'text/html', body: html() });
  });
  await page.addInitScript(
    'window.acquireVsCodeApi = () => ({ postMessage() {}, getState() {}, setState() {} })',
  );
  await page.goto('http://bench.invalid/');
  const map = mapOf(repository(count));
  await page.evaluate(`window.repository = ${JSON.stringify(map)}`);
  // Processor time of the page's thread: other load does not count.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const processor = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const begun = await processor();
  for (let round = 0; round < rounds; round++)
    await page.evaluate(`postMessage({type: 'map', map: repository})`);
  await page.waitForFunction(`performance.getEntriesByName('longsight.draw').length >= ${rounds}`);
  const each = ((await processor()) - begun) / rounds;
  const laid = (await page.evaluate(
    `performance.getEntriesByName('longsight.layout').map(({duration}) => duration)`,
  )) as number[];
  const drawn = (await page.evaluate(
    `performance.getEntriesByName('longsight.draw').map(({duration, detail}) => [duration, detail])`,
  )) as [number, number][];
  const tiles = drawn.at(-1)?.[1] ?? 0;
  const alone = (await page.evaluate(fillAlone(tiles))) as number[];
  const times = drawn.slice(-rounds).map(([duration]) => duration);
  const shown = median(times);
  const filled = median(alone);
  console.log(
    `${count} files, ${tiles} tiles at 1600 × 1000: laid out and drawn in ${shown.toFixed(0)} ms (median of ${rounds}, fastest ${Math.min(...times).toFixed(0)}), ` +
      `${median(laid).toFixed(0)} of them for the layout, ` +
      `${each.toFixed(0)} ms of the processor's time each with taking the message and building the tree; ` +
      `as many rectangles filled one by one ${filled.toFixed(0)} ms; ${(shown / filled).toFixed(1)}×`,
  );
} finally {
  await browser.close();
}

/** As many fills in as many colours, each followed by something that forces drawing. */
function fillAlone(tiles: number): string {
  return `(() => {
    const canvas = document.getElementById('tiles');
    const context = canvas.getContext('2d');
    const across = Math.ceil(Math.sqrt(${tiles}));
    const [width, height] = [canvas.width / across, canvas.height / across];
    return Array.from({ length: ${rounds} }, () => {
      const before = performance.now();
      for (let tile = 0; tile < ${tiles}; tile++) {
        context.fillStyle = 'rgb(' + (tile % 48) * 5 + ', 90, 160)';
        context.fillRect((tile % across) * width, Math.floor(tile / across) * height, width, height);
      }
      context.getImageData(0, 0, 1, 1);
      return performance.now() - before;
    });
  })()`;
}

/** Folders three deep, with realistic sizes: many small files and few large ones. */
function repository(files: number): Record<string, MapFile> {
  const all: Record<string, MapFile> = {};
  for (let index = 0; index < files; index++) {
    const spread = ((index * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
    const tokens = Math.round(40 * Math.exp(5 * spread));
    const folder = `part${index % 23}/room${index % 391}/shelf${index % 1955}`;
    all[`${folder}/file${index}.ts`] = { tokens, surprise: 3 * spread, changed: 1.7e9 + index };
  }
  return all;
}

function html(): string {
  const names = ['title', 'path', 'colourBy', 'search', 'list', 'refresh', 'legend', 'map', 'help'] as const;
  const labels = Object.fromEntries(names.map(name => [name, name])) as Record<keyof Labels, string>;
  const colourings = { surprise: 's', attention: 'a', recency: 'r', language: 'l', relations: 'u' };
  return mapHtml({
    nonce: 'bench',
    script: 'map.js',
    style: 'map.css',
    language: 'en',
    labels,
    texts: { colourings } as Texts,
  });
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
