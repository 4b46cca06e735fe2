import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Labels, mapHtml } from '../../../extension/map/html.ts';
import type { Texts } from '../../../extension/webview/messages.ts';
import { Raster } from '../../../extension/webview/raster.ts';
import { inkOn, luminance, mix, parseColour, type Rgb, ramp } from '../../../server/protocol/colours.ts';

const parsed: [string, Rgb | undefined][] = [
  ['#fff', [255, 255, 255]],
  [' #1a85ff', [26, 133, 255]],
  ['#d1861680', [209, 134, 22]],
  ['rgba(10, 20, 30, 0.5)', [10, 20, 30]],
  ['rgb(10 20 30)', [10, 20, 30]],
  ['tomato', undefined],
  ['', undefined],
];
for (const [text, colour] of parsed)
  test(`the colour "${text}"`, () => assert.deepEqual(parseColour(text), colour));

const channel = fc.integer({ min: 0, max: 255 });
const colour: fc.Arbitrary<Rgb> = fc.tuple(channel, channel, channel);

test('mixing 0 % and 100 % gives the pure colours', () => {
  fc.assert(
    fc.property(colour, colour, (left, right) => {
      const near = (mixed: Rgb, wanted: Rgb): boolean =>
        mixed.every((value, index) => Math.abs(value - wanted[index]!) < 0.6);
      assert.ok(near(mix(left, right, 0), left));
      assert.ok(near(mix(left, right, 1), right));
    }),
  );
});

test('a ramp from dark to bright never gets darker', () => {
  const lights = ramp([
    [10, 20, 60],
    [55, 148, 255],
    [255, 220, 120],
  ]).steps.map(step => luminance(parseColour(step)!));
  assert.deepEqual(
    lights,
    lights.toSorted((left, right) => left - right),
  );
});

test('names have a contrast of at least 4.5 on every colour', () => {
  fc.assert(
    fc.property(colour, ground => {
      const ink = luminance(parseColour(inkOn(`rgb(${ground.join()})`))!);
      const light = luminance(ground);
      assert.ok((Math.max(ink, light) + 0.05) / (Math.min(ink, light) + 0.05) >= 4.5);
    }),
  );
});

const texts = { colourings: {}, empty: '"</body><script>alert(1)</script>' } as unknown as Texts;
const labels: Labels = {
  title: 'Map',
  path: 'Path',
  colourBy: 'Colour by',
  search: 'Search',
  list: 'List',
  refresh: 'Refresh',
  legend: 'Legend',
  map: 'Map',
  help: 'Help',
};
const html = mapHtml({
  nonce: 'abc',
  script: 'https://host/map.js',
  style: 'https://host/map.css',
  language: 'en',
  labels,
  texts: {
    ...texts,
    colourings: { surprise: 's', attention: 'a', recency: 'r', language: 'l', relations: 'u' },
  },
});

test('the page allows nothing without its nonce, and has no inline style or handler', () => {
  assert.match(html, /content="default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'"/);
  assert.equal(html.match(/<(script|style|link)\b/g)?.length, 2);
  assert.equal(html.match(/<(script|link) nonce="abc"/g)?.length, 2);
  assert.doesNotMatch(html, /\s(style|on\w+)=/);
});

test('a string cannot close its attribute', () => {
  assert.doesNotMatch(html, /<script>alert/);
});

test('adjacent rectangles leave no gap at any density, and stay inside the image', () => {
  for (const density of [1, 1.25, 2]) {
    const raster = new Raster(7, 3, density, 'rgb(0, 0, 0)');
    raster.fill({ x: -2, y: -1, width: 4.3, height: 9 }, 'rgb(255, 0, 0)', 1);
    raster.fill({ x: 2.3, y: -1, width: 9, height: 9 }, 'rgb(255, 0, 0)', 1);
    for (let pixel = 0; pixel < raster.width * raster.height; pixel++)
      assert.deepEqual(Array.from(raster.bytes.subarray(4 * pixel, 4 * pixel + 4)), [255, 0, 0, 255]);
  }
});

test('a frame stays inside its rectangle; less opacity is more of the background', () => {
  const raster = new Raster(5, 5, 1, 'rgb(0, 0, 0)');
  raster.frame({ x: 1, y: 1, width: 3, height: 3 }, 'rgb(0, 255, 0)', 1);
  raster.fill({ x: 2, y: 2, width: 1, height: 1 }, 'rgb(255, 255, 255)', 0.5);
  const red = (x: number, y: number): number => raster.bytes[4 * (5 * y + x)] ?? -1;
  const green = (x: number, y: number): number => raster.bytes[4 * (5 * y + x) + 1] ?? -1;
  assert.deepEqual([green(0, 0), green(1, 1), green(3, 2), green(4, 4)], [0, 255, 255, 0]);
  assert.ok(red(2, 2) > 60 && red(2, 2) < 200);
});
