import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageById, languageOf } from '../../../server/workspace/language.ts';

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
