/** What `longsight unusual` says of what it found, and of what it did not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unusualText } from '../../../server/cli/unusual.ts';

const none = { lines: [], files: 1, checked: 1 };
const nothing = { lines: [], files: 0, checked: 0 };

test('where nothing is listed, it says what was looked at', () => {
  const rows: readonly [said: RegExp, ...given: Parameters<typeof unusualText>][] = [
    [/^Nothing unusual in 1 line in 1 file\. --top <n> lists the most unusual lines all the same\.$/, none],
    [
      /^Nothing unusual in 40 changed lines in 2 files\./,
      { ...none, files: 2, checked: 40 },
      { diff: 'main' },
    ],
    [/^Nothing to judge in 1 line in 1 file: .*comments alone\.$/, none, { top: 5 }],
    [/^No code was read: prose and data are not looked at\.$/, nothing],
    [/^No code was read in docs: /, nothing, { path: 'docs' }],
    [/^No line of code differs from HEAD\.$/, nothing, { diff: 'HEAD' }],
    [/^No line of code in src differs from HEAD\.$/, nothing, { diff: 'HEAD', path: 'src' }],
  ];
  for (const [said, ...given] of rows) assert.match(unusualText(...given), said);
});
