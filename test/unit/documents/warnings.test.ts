/** Warnings at the head of a README, in the forms they are written in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { warningsIn } from '../../../server/documents/warnings.ts';
import { readManifest } from '../../../server/manifests/manifests.ts';
import { summarize } from '../../../server/summary/summarize.ts';

const warned: readonly (readonly [text: string, says: readonly string[], line: number, path?: string])[] = [
  [
    '# `quay` is now unmaintained\n\nIn lieu of `quay`, use harbour.\n',
    ['quay is now unmaintained', 'In lieu of quay, use harbour.'],
    1,
  ],
  ['# [DEPRECATED] Quay\n\nQuay plans berths.\n', ['DEPRECATED Quay'], 1],
  ['# Quay (archived)\n\nQuay plans berths.\n', ['Quay (archived)'], 1],
  [
    '# Quay\n\n## This project is no longer maintained\n\nQuay plans berths.\n',
    ['This project is no longer maintained'],
    3,
  ],
  [
    '# Quay\n\n## Deprecated\n\nPlease use harbour instead.\n',
    ['Deprecated', 'Please use harbour instead.'],
    3,
  ],
  [
    '# Quay\n\n> [!WARNING]\n> This repository has been\n> archived.\n',
    ['This repository has been archived.'],
    4,
  ],
  [
    '# Quay\n\n> [!NOTE]\\\n> Quay is currently in maintenance mode; bugs are fixed.\n',
    ['Quay is currently in maintenance mode; bugs are fixed.'],
    4,
  ],
  ['# Quay\n\n> **Experimental**\n\nQuay plans berths.\n', ['Experimental'], 3],
  [
    '# Quay\n\n**Note:** this library is in early alpha and its API may change.\n',
    ['Note: this library is in early alpha and its API may change.'],
    3,
  ],
  ['# Quay\n\nQuay plans berths. It is a **work in progress**.\n', ['It is a work in progress.'], 3],
  [
    '# Quay\n\nThis package has moved to https://example.org/harbour.\n',
    ['This package has moved to https://example.org/harbour.'],
    3,
  ],
  ['# Quay\n\nQuay is not ready for production.\n', ['Quay is not ready for production.'], 3],
  [
    '# Quay\n\n## Use\n\n## More\n\n## Links\n\n## Project status\n\nThis is alpha software.\n',
    ['This is alpha software.'],
    11,
  ],
  [
    '# Quay\n\n![Project Status: Abandoned](https://www.repostatus.org/badges/latest/abandoned.svg)\n',
    ['Project Status: Abandoned'],
    3,
  ],
  [
    '# Quay\n\n[![x](https://img.shields.io/badge/status-deprecated-red.svg)](https://example.org)\n',
    ['status: deprecated'],
    3,
  ],
  [
    '# Quay\n\n<img src="https://img.shields.io/badge/stability-alpha-f4d03f.svg">\n',
    ['stability: alpha'],
    3,
  ],
  [
    'Quay\n====\n\n.. warning::\n\n   Quay is no longer developed.\n',
    ['Quay is no longer developed.'],
    6,
    'README.rst',
  ],
  ['= Quay\n\nWARNING: This project is deprecated.\n', ['This project is deprecated.'], 3, 'README.adoc'],
];

for (const [text, says, line, path = 'README.md'] of warned)
  test(`warns: ${says[0]} (${path}:${line})`, () => {
    const found = warningsIn(path, text, ['quay']);
    assert.deepEqual(
      found.map(one => one.text),
      says,
    );
    assert.equal(found[0]?.line, line);
  });

const unwarned: readonly string[] = [
  '# Quay\n\nQuay plans berths. The `tie` option is deprecated.\n',
  '# Quay\n\nSupport for Python 3.8 is no longer maintained.\n',
  '# Quay\n\n- Experimental tides\n- Archived logs\n',
  '# Quay\n\nQuay finds archived files and deprecated functions.\n',
  '# Quay\n\n```\nthis project is deprecated\n```\n',
  '# Quay\n\n![beta](https://img.shields.io/npm/v/quay/beta)\n![build](https://img.shields.io/badge/build-passing-green)\n',
  '# Quay\n\nQuay plans berths, an idea of a project that was abandoned.\n',
  `# Quay\n\nQuay plans berths.\n${'\nMore about it.\n'.repeat(60)}\nThis project is deprecated.\n`,
];

for (const text of unwarned)
  test(`does not warn: ${JSON.stringify(text.slice(0, 70))}`, () =>
    assert.deepEqual(warningsIn('README.md', text, ['quay']), []));

test('a name is no warning', () =>
  assert.deepEqual(warningsIn('README.md', '# Alpha: a plotter\n\nAlpha plots.\n', ['alpha']), []));

const manifests: readonly (readonly [path: string, text: string, says: string, line: number])[] = [
  [
    'pyproject.toml',
    '[project]\nname = "quay"\nclassifiers = [\n  "Development Status :: 7 - Inactive",\n]\n',
    'Development Status :: 7 - Inactive',
    4,
  ],
  [
    'Cargo.toml',
    '[package]\nname = "quay"\n[badges]\nmaintenance = { status = "deprecated" }\n',
    'Maintenance status: deprecated',
    4,
  ],
  [
    'composer.json',
    '{\n  "name": "ships/quay",\n  "abandoned": "ships/harbour"\n}\n',
    'Abandoned: ships/harbour',
    3,
  ],
  [
    'go.mod',
    '// Deprecated: use example.org/harbour.\nmodule example.org/quay\n',
    'Deprecated: use example.org/harbour.',
    1,
  ],
];

for (const [path, text, says, line] of manifests)
  test(`${path} warns: ${says}`, () =>
    assert.deepEqual(readManifest(path, text)?.warning, { text: says, line }));

test('a warning stands first in the overview, once', async () => {
  const files: Readonly<Record<string, string>> = {
    'package.json': '{ "name": "quay", "description": "Plans berths of ships." }',
    'README.md': '# Quay\n\nQuay keeps ships in order.\n\n> Quay is no longer maintained.\n',
  };
  const source = {
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  const { overview } = summarize(source, await new FactBook(undefined).collect(source));
  assert.deepEqual(
    overview.map(({ text, path, line }) => `${text} (${path}:${line})`),
    [
      'Quay is no longer maintained. (README.md:5)',
      'Plans berths of ships. (package.json:1)',
      'Quay keeps ships in order. (README.md:3)',
    ],
  );
});
