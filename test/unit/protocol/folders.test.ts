import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderPrefix } from '../../../server/protocol/folders.ts';

const cases: [title: string, name: string, taken: string[], expected: string][] = [
  ['a plain name stays', 'app', [], 'app'],
  ['a separator would end the prefix', 'app/old', [], 'app_old'],
  ['a separator of Windows too', 'app\\old', [], 'app_old'],
  ['no name', '', [], 'folder'],
  ['the same name again', 'app', ['app'], 'app~2'],
  ['and again', 'app', ['app', 'app~2'], 'app~3'],
  ['a name that only looks taken', 'app', ['app~2'], 'app'],
];
for (const [title, name, taken, expected] of cases) {
  test(title, () => assert.equal(folderPrefix(name, taken), expected));
}
