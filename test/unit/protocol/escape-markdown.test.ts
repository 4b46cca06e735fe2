import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeMarkdown } from '../../../server/protocol/clean-text.ts';

const markdown: readonly (readonly [text: string, escaped: string])[] = [
  ['src/berths/[id].ts', 'src/berths/\\[id\\].ts'],
  ['a **bold** `name` with <b>tags</b>', 'a \\*\\*bold\\*\\* \\`name\\` with \\<b\\>tags\\</b\\>'],
  ['$(icon) and &lt;', '\\$(icon) and \\&lt;'],
  ['two\n  lines', 'two lines'],
  ['Finds a berth - or none.', 'Finds a berth - or none.'],
];

for (const [text, escaped] of markdown) {
  test(`Markdown shows ${JSON.stringify(text)} verbatim`, () => {
    assert.equal(escapeMarkdown(text), escaped);
  });
}
