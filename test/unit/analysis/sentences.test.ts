import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf } from '../../../server/analysis/facts.ts';
import { blocksOf } from '../../../server/documents/blocks.ts';
import { sentencesOfBlocks } from '../../../server/documents/prose.ts';

const cases: readonly {
  what: string;
  path: string;
  text: string;
  expected: [text: string, line: number] | undefined;
}[] = [
  {
    what: 'a block comment at the top',
    path: 'a.ts',
    text: "/**\n * Parses routes. More follows.\n */\nimport 'x';",
    expected: ['Parses routes.', 2],
  },
  {
    what: 'the comment after a licence header',
    path: 'a.js',
    text: '// Copyright 2020 Somebody\n// All rights reserved.\n\n/* Reads the clock. */\n',
    expected: ['Reads the clock.', 4],
  },
  {
    what: 'a module docstring',
    path: 'm.py',
    text: '#!/usr/bin/env python\n"""Turns orders into invoices.\n\nLonger text.\n"""\n',
    expected: ['Turns orders into invoices.', 2],
  },
  {
    what: 'a docstring with reStructuredText roles',
    path: 'm.py',
    text: '"""Wraps the :class:`~shop.Order` class\nfor ``json``."""\n',
    expected: ['Wraps the Order class for json.', 1],
  },
  {
    what: 'a Go package comment',
    path: 'doc.go',
    text: '// Package mux routes requests.\npackage mux\n',
    expected: ['Package mux routes requests.', 1],
  },
  {
    what: 'Rust module documentation',
    path: 'lib.rs',
    text: '//! A fast search tool.\n',
    expected: ['A fast search tool.', 1],
  },
  { what: 'no shebang and no pragma', path: 'a.sh', text: '#!/bin/bash\nset -e\n', expected: undefined },
  {
    what: 'no licence text',
    path: 'LICENSE.txt',
    text: 'Permission to use this software is granted.\n',
    expected: undefined,
  },
  {
    what: 'no code that is commented out',
    path: 'a.ts',
    text: '// const x = f(y);\nconst z = 1;\n',
    expected: undefined,
  },
  {
    what: 'the first running text of a README, not its badges and headings',
    path: 'README.md',
    text: '# Tool\n\n[![ci](x)](y)\n\n- one\n- two\n\nTool **finds** [things](http://x). And more.\n',
    expected: ['Tool finds things.', 8],
  },
  {
    what: 'nothing from data',
    path: 'a.json',
    text: '{"description": "Some words here."}',
    expected: undefined,
  },
];

for (const { what, path, text, expected } of cases) {
  test(`takes ${what}`, () => {
    const [sentence] = factsOf(path, text, 1).candidates;
    assert.deepEqual(sentence && [sentence.text, sentence.line], expected);
  });
}

test('every sentence is quoted verbatim from the line it names', () => {
  const text =
    'Intro\n=====\n\nFirst of all this. Second comes\nafter it, in two lines. Third here.\n\n```\nNot code words here.\n```\n\nAfter the code block it goes on.\n';
  const lines = text.split('\n');
  const sentences = sentencesOfBlocks(blocksOf('a.md', text), 'markdown');
  assert.deepEqual(
    sentences.map(sentence => sentence.text),
    [
      'First of all this.',
      'Second comes after it, in two lines.',
      'Third here.',
      'After the code block it goes on.',
    ],
  );
  for (const sentence of sentences) {
    assert.ok(lines[sentence.line - 1]!.includes(sentence.text.split(' ').slice(0, 2).join(' ')));
  }
});
