import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  coverageAt,
  curveOf,
  isExact,
  metricsOf,
  namesIn,
  type Outcome,
  reliabilityOf,
  similarity,
} from '../../../server/evaluation/metrics.ts';

function outcome(expected: string, suggested: string, rest: Partial<Outcome> = {}): Outcome {
  return {
    before: '  let x = ',
    expected,
    suggested,
    confidence: 0.5,
    shown: true,
    milliseconds: 1,
    ...rest,
  };
}

const exact: readonly (readonly [expected: string, suggested: string, isExact: boolean])[] = [
  ['call(a, b);', 'call(a, b);', true],
  ['call(a,  b);', 'call(a, b); ', true],
  ['call(a, b);', 'call(a,b);', false],
  ['call(a);', 'call(a)', false],
  ['', '', true],
];

for (const [expected, suggested, right] of exact) {
  test(`${JSON.stringify(suggested)} for ${JSON.stringify(expected)} is ${right ? 'right' : 'wrong'}`, () =>
    assert.equal(isExact(outcome(expected, suggested)), right));
}

// Values of rapidfuzz.fuzz.ratio, divided by 100.
const ratios: readonly (readonly [a: string, b: string, ratio: number])[] = [
  ['this is a test', 'this is a test!', 0.9655172413793104],
  ['abcd', 'bcde', 0.75],
  ['kitten', 'sitting', 0.6153846153846154],
  ['', '', 1],
  ['a', '', 0],
];

for (const [a, b, ratio] of ratios) {
  test(`similarity of ${JSON.stringify(a)} and ${JSON.stringify(b)}`, () =>
    assert.ok(Math.abs(similarity(a, b) - ratio) < 1e-12));
}

test('similarity is symmetric, and 1 only for equal strings', () =>
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 30 }), (a, b) => {
      assert.equal(similarity(a, b), similarity(b, a));
      assert.equal(similarity(a, b) === 1, a === b);
    }),
  ));

test('names are identifiers outside strings, without keywords', () =>
  assert.deepEqual([...namesIn('return load("user name", item_1) + 3;')], ['load', 'item_1']));

test('compares the whole name at the cursor', () => {
  const { identifierF1 } = metricsOf([outcome('eta(gamma)', 'ta(gamma)', { before: 'b' })]);
  assert.equal(identifierF1, 0.5);
});

test('metrics of four suggestions', () => {
  const metrics = metricsOf([
    outcome('a();', 'a();', { confidence: 0.9, milliseconds: 1 }),
    outcome('b();', 'c();', { confidence: 0.8, milliseconds: 2 }),
    outcome('d();', 'd();', { confidence: 0.3, milliseconds: 3, shown: false }),
    outcome('e();', '', { confidence: 0, milliseconds: 4, shown: false }),
  ]);
  assert.equal(metrics.exactMatch, 0.5);
  assert.equal(metrics.shown, 0.5);
  assert.equal(metrics.precisionShown, 0.5);
  assert.equal(metrics.identifierF1, 0.5);
  assert.equal(metrics.p50, 3);
  assert.equal(metrics.p95, 4);
});

test('no lines give no metrics and no division by zero', () =>
  assert.ok(Object.values(metricsOf([])).every(value => value === 0)));

test('precision against coverage, by decreasing confidence', () => {
  const outcomes = [0.9, 0.7, 0.5, 0.3].map((confidence, i) =>
    outcome('a();', i % 2 === 0 ? 'a();' : 'b();', { confidence }),
  );
  assert.deepEqual(
    curveOf(outcomes).map(({ coverage, precision }) => [coverage, precision]),
    [
      [0.25, 1],
      [0.5, 0.5],
      [0.75, 2 / 3],
      [1, 0.5],
    ],
  );
  assert.equal(coverageAt(outcomes, 0.6), 0.75);
  assert.equal(coverageAt(outcomes, 0.5), 1);
});

test('reliability compares confidence with accuracy', () => {
  const outcomes = [
    outcome('a();', 'a();', { confidence: 1 }),
    outcome('a();', 'b();', { confidence: 0.8 }),
    outcome('a();', 'b();', { confidence: 0.1 }),
    outcome('a();', '', { confidence: 0 }),
  ];
  assert.deepEqual(reliabilityOf(outcomes), [
    { n: 1, confidence: 0.1, precision: 0 },
    { n: 2, confidence: 0.9, precision: 0.5 },
  ]);
});
