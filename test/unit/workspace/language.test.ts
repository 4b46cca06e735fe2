import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageById, languageOf, languageOfText } from '../../../server/workspace/language.ts';

const cases: readonly (readonly [path: string, id: string])[] = [
  ['src/main.ts', 'typescript'],
  ['a/b/View.TSX', 'typescriptreact'],
  ['CMakeLists.txt', 'cmake'],
  ['docker/Dockerfile', 'dockerfile'],
  ['Makefile', 'makefile'],
  ['notes.txt', 'plaintext'],
  ['no-extension', 'plaintext'],
  ['archive.unknown', 'plaintext'],
  ['setup.py', 'python'],
  ['.gitignore', 'ini'],
];

for (const [path, id] of cases) {
  test(`the language of ${path} is ${id}`, () => assert.equal(languageOf(path).id, id));
}

test('every language can be found by its identifier', () => {
  assert.deepEqual(languageById('python')?.lineComments, ['#']);
  assert.equal(languageById('no such language'), undefined);
});

const programs: readonly (readonly [path: string, text: string, id: string])[] = [
  ['bin/quay', '#!/usr/bin/env ruby\n', 'ruby'],
  ['bin/quay', '#!/usr/bin/python3.12 -u\n', 'python'],
  ['bin/quay', '#!/usr/bin/env -S node --no-warnings\n', 'javascript'],
  ['bin/quay', '#! /bin/sh\n', 'shellscript'],
  ['bin/quay', '#!/opt/unknown\n', 'plaintext'],
  ['notes.txt', '#!/bin/sh\n', 'plaintext'],
  ['Makefile', '#!/usr/bin/env ruby\n', 'makefile'],
];

for (const [path, text, id] of programs)
  test(`the language of ${path} that starts with ${text.trim()} is ${id}`, () =>
    assert.equal(languageOfText(path, text).id, id));
