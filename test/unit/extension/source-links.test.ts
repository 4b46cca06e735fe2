import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodedPath, withSourceLinks } from '../../../extension/summary/source-links.ts';

const known = (path: string): string | undefined =>
  path.startsWith('gone') ? undefined : `/../harbour/${encodedPath(path)}`;

const rows: [name: string, markdown: string, expected: string][] = [
  ['a place', '[x](src/main.ts#L12)', '[x](/../harbour/src/main.ts#L12)'],
  ['a file without a line', '[x](README.md).', '[x](/../harbour/README.md).'],
  ['several in one line', '[a](a.ts#L1), [b](b.ts#L2)', '[a](/../harbour/a.ts#L1), [b](/../harbour/b.ts#L2)'],
  ['a name that needs encoding', '[x](a%20%28b%29.ts#L3)', '[x](/../harbour/a%20%28b%29.ts#L3)'],
  ['parentheses in a folder', '[x](app/(auth)/page.ts#L3)', '[x](/../harbour/app/%28auth%29/page.ts#L3)'],
  ['a percent sign that encodes nothing', '[x](100%.md)', '[x](/../harbour/100%25.md)'],
  ['a path that is not open', '[x](gone/a.ts#L1)', '[x](gone/a.ts#L1)'],
  ['an address', '[x](https://example.org/a)', '[x](https://example.org/a)'],
  ['no link', 'f(a)(b) [c] (d.ts)', 'f(a)(b) [c] (d.ts)'],
];
for (const [name, markdown, expected] of rows)
  test(`links: ${name}`, () => assert.equal(withSourceLinks(markdown, known), expected));
