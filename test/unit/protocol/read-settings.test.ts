import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methods } from '../../../server/protocol/methods.ts';
import { readSettings } from '../../../server/protocol/read-settings.ts';
import { defaultSettings } from '../../../server/protocol/settings.ts';
import { check } from '../../../server/protocol/validate.ts';

test('settings may be nested or flat, and missing ones have defaults', () => {
  for (const raw of [{ completion: { maxLines: 3 } }, { 'completion.maxLines': 3 }]) {
    assert.deepEqual(readSettings(raw), {
      settings: { ...defaultSettings(), 'completion.maxLines': 3 },
      problems: [],
    });
  }
  for (const raw of [null, undefined, 7, 'x', [], { 'no.such': 1 }, { completion: 5 }, { constructor: {} }])
    assert.deepEqual(readSettings(raw), { settings: defaultSettings(), problems: [] });
});

const wrongSettings: readonly [name: string, value: unknown, problem: string][] = [
  ['enable', 'yes', 'must be true or false'],
  ['completion.maxLines', 0, 'must be at least 1'],
  ['completion.maxLines', 1.5, 'must be a whole number'],
  ['completion.eagerness', 2, 'must be at most 1'],
  ['completion.eagerness', Number.NaN, 'must be a number'],
  ['engine.device', 'abacus', 'must be one of auto, cpu, webgpu, cuda, dml, coreml'],
  ['engine.model', 5, 'must be a string'],
  ['read.exclude', ['a', 1], 'must be a list of strings'],
  ['languages', { python: 1 }, 'must be true or false'],
  ['languages', [], 'must be an object'],
];
for (const [name, value, problem] of wrongSettings) {
  test(`${name}: ${JSON.stringify(value)} is refused with the name of the setting`, () => {
    const { settings, problems } = readSettings({ [name]: value });
    assert.deepEqual(settings, defaultSettings());
    assert.equal(problems.length, 1);
    assert.ok(problems[0]!.startsWith(`\`longsight.${name}`), problems[0]);
    assert.ok(problems[0]!.endsWith(`${problem}; the default is used.`), problems[0]);
  });
}

const wrongParameters: readonly [name: keyof typeof methods, given: unknown, problem: string][] = [
  ['pause', {}, '`paused` is missing.'],
  ['pause', { paused: 1 }, '`paused` must be true or false.'],
  ['where', { uri: 'file:///a', line: 0, column: 1 }, '`line` must be a whole number from 1.'],
  ['where', { line: 1, column: 1 }, '`uri` is missing.'],
  ['summary', { path: null }, '`path` must be a string.'],
  ['summary', [], 'The parameters must be an object.'],
  ['describe', { lines: { first: 3 } }, '`lines.last` is missing.'],
  ['describe', { lines: { first: 3, last: 2 } }, '`lines` must be a first and a last line, counted from 1.'],
  ['digest', { format: 'pdf' }, '`format` must be one of markdown, json.'],
  ['status', 'now', 'The parameters must be an object.'],
];
for (const [name, given, problem] of wrongParameters) {
  test(`${name} refuses ${JSON.stringify(given)}`, () => {
    assert.deepEqual(check(methods[name].parameters, given), { problem });
  });
}

test('drops a newer client’s fields, and fills in defaults', () => {
  assert.deepEqual(check(methods.digest.parameters, { budget: 5, colour: 'red' }), {
    value: { budget: 5, format: 'markdown' },
  });
});
