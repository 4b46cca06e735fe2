/** What the summary and the map look like in a terminal. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { parseCommandLine } from '../../../server/cli/arguments.ts';
import { mapText } from '../../../server/cli/map.ts';
import { openSession } from '../../../server/cli/session.ts';
import { factsOfSession } from '../../../server/cli/summarize.ts';
import { summaryText } from '../../../server/cli/summary-text.ts';
import { buildMap } from '../../../server/summary/map.ts';
import { summarize } from '../../../server/summary/summarize.ts';

const { signal } = new AbortController();
const line = parseCommandLine([
  'summarize',
  path.join(import.meta.dirname, '../../fixtures/quayside'),
  '--no-cache',
]);
assert.ok(typeof line === 'object');
const { source, facts } = await factsOfSession(await openSession(line, signal, { quiet: true }), signal);

test('a row too long for the terminal is cut before its source', () => {
  const summary = summarize(source, facts);
  const [whole, cut] = [Number.POSITIVE_INFINITY, 50].map(columns =>
    summaryText(summary, columns).split('\n'),
  );
  const sourceOf = (row: string): string | undefined => / {2}\([^()]*:\d+[^()]*\)$/.exec(row)?.[0];
  assert.deepEqual(cut!.map(sourceOf), whole!.map(sourceOf));
  const short = cut!.filter((row, at) => row !== whole![at] && sourceOf(row) !== undefined);
  assert.ok(short.length > 0);
  for (const row of short)
    assert.ok(row.includes('…  (') && row.length <= Math.max(50, 24 + sourceOf(row)!.length), row);
});

test('a language with a long name keeps the columns of the map', () => {
  const extras = { changed: new Map(), surprise: new Map(), peaks: new Map(), surpriseMethod: '' };
  const built = buildMap('quayside', facts, extras);
  const languages = built.languages.map(language => ({ ...language, name: 'reStructuredText' }));
  const [head, ...rows] = mapText({ ...built, languages }).split('\n');
  assert.ok(rows.some(row => row.includes('reStructuredText')));
  for (const row of rows.filter(row => !row.startsWith('…')))
    assert.match(row.slice(head!.indexOf('path') - 2), /^ {2}[\w.]/);
});
