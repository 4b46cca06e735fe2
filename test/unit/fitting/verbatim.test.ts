import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate, Source } from '../../../server/fitting/candidate.ts';
import { verbatimPlace } from '../../../server/fitting/verbatim.ts';

const body = ['  const stay = plan(berth);', '  return stay;', '}'];

function candidate(...sources: readonly Partial<Source>[]): Candidate {
  const whole = sources.map((source, i) => ({
    place: { path: `${i}.ts`, line: 7 },
    isLocal: false,
    matched: 10,
    before: '',
    below: [],
    block: () => body,
    isRenamed: false,
    isSkipping: false,
    ...source,
  }));
  return { rest: 'plan() {', sources: whole, decoded: 0, places: [] };
}

const lines = ['plan() {', ...body];
const cases: readonly (readonly [
  what: string,
  candidate: Candidate,
  lines: readonly string[],
  path?: string,
])[] = [
  ['a block that stands so in one place', candidate({}), lines, '0.ts'],
  ['a block that is indented otherwise', candidate({}), lines.map(line => line.trim()), '0.ts'],
  ['the longest match of several', candidate({}, { matched: 20 }), lines, '1.ts'],
  ['a line', candidate({}), ['plan() {']],
  ['a long line', candidate({}), [`plan(${'x'.repeat(150)}`], '0.ts'],
  ['a block with our names in it', candidate({ isRenamed: true }), lines],
  ['a block that no place has as a whole', candidate({ block: () => body.slice(1) }), lines],
];

for (const [what, from, suggested, path] of cases) {
  test(`${what} is ${path ? 'a copy' : 'none'}`, () =>
    assert.deepEqual(
      verbatimPlace(from, suggested),
      path && { path, line: 7, endLine: 6 + suggested.length },
    ));
}
