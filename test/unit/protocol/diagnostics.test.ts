import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changedSettings,
  diagnosticsText,
  editorNames,
  knownName,
  versionNumbers,
} from '../../../server/protocol/diagnostics.ts';
import { defaultSettings } from '../../../server/protocol/settings.ts';

test('of settings that differ, only flags, numbers and choices show their values', () => {
  assert.deepEqual(changedSettings(defaultSettings()), {});
  const changed = changedSettings({
    ...defaultSettings(),
    enable: false,
    languages: { '*': true, zanzibar: false },
    'completion.eagerness': 0.25,
    'read.exclude': ['zanzibar/**', 'b'],
    'engine.device': 'cpu',
    'engine.model': '/home/zanzibar',
    'cache.folder': '/home/zanzibar/cache',
  });
  assert.deepEqual(changed, {
    enable: false,
    languages: '2 entries',
    'completion.eagerness': 0.25,
    'read.exclude': '2 entries',
    'engine.device': 'cpu',
    'engine.model': 'changed',
    'cache.folder': 'changed',
  });
});

test('of versions only the numbers are kept, and of names only known ones', () => {
  assert.equal(versionNumbers('v24.21.0'), '24.21.0');
  assert.equal(versionNumbers('5.15.0-zanzibar'), '5.15.0');
  assert.equal(versionNumbers('1.100.0+12345'), '1.100.0');
  for (const other of ['', 'zanzibar', '-1', '1234567890', 'undefined'])
    assert.equal(versionNumbers(other), 'unknown', other);
  assert.equal(knownName('visual studio code', editorNames), 'Visual Studio Code');
  assert.equal(knownName('Zanzibar Code', editorNames), 'other');
  assert.equal(knownName('constructor', editorNames), 'other');
});

test('the text has a line for each figure, and none for an empty section', () => {
  const text = diagnosticsText({ a: { x: 1.23456, y: true, z: 'word' }, empty: {} });
  assert.deepEqual(text.split('\n').slice(3), [
    'a',
    `  ${'x'.padEnd(26)} 1.23`,
    `  ${'y'.padEnd(26)} yes`,
    `  ${'z'.padEnd(26)} word`,
    '',
  ]);
});
