import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf } from '../../../server/fitting/context.ts';
import {
  beginsWith,
  type Continuation,
  cutsOf,
  type Option,
  optionFeatures,
  optionsOf,
  type Weighed,
} from '../../../server/usefulness/options.ts';
import { worthShowing } from '../../../server/usefulness/worth.ts';

const cuts: readonly (readonly [rest: string, starts: readonly string[], closer?: string])[] = [
  ['first, second);', ['first', 'first, second']],
  ['call(first).then(second)', ['call', 'call(first)', 'call(first).then']],
  ["name, 'a b c'", ['name']],
  ['one', []],
  ['(unclosed', []],
  ['"""Says so."""', []],
  ['""Says so."""', [], '"'],
  ['"Says so."""', []],
  [' it says."""', [' it', ' it says'], '"""'],
  ['"" + name, other', ['""', '"" + name']],
  [' world", other)', [' world', ' world"', ' world", other'], '"'],
];

for (const [rest, starts, closer] of cuts) {
  test(`prefixes of ${rest} end with a word, with their own brackets closed`, () =>
    assert.deepEqual(
      cutsOf(rest, closer).map(end => rest.slice(0, end)),
      starts,
    ));
}

test('a rest starts with whole words', () => {
  assert.ok(beginsWith('first, second', 'first'));
  assert.ok(!beginsWith('first, second', 'fir'));
  assert.ok(beginsWith('first, second', 'first,'));
});

function ranked(rests: Readonly<Record<string, number>>): Weighed<Continuation>[] {
  return Object.entries(rests).map(([rest, share]) => ({
    candidate: { rest, decoded: share, sources: [{ isLocal: false, matched: 12 }] },
    share,
  }));
}

function optionsFrom(rests: Readonly<Record<string, number>>): Option[] {
  return optionsOf(ranked(rests), context, 'value', rest => ({ rest, decoded: 0, sources: [] }));
}

const context = contextOf({ path: 'a.ts', text: 'const value = ', offset: 14 });

function mass(text: string, rests: Readonly<Record<string, number>>): number {
  const option = optionsFrom(rests).find(one => one.candidate.rest === text);
  return option!.features[optionFeatures.indexOf('agreed')]!;
}

test('a common prefix is as likely as all its candidates', () => {
  const rests = { 'load(user, id);': 0.4, 'load(user, name);': 0.4, 'save(user);': 0.2 };
  assert.ok(Math.abs(mass('load', rests) - 0.8) < 1e-9);
  assert.ok(Math.abs(mass('load(user, id);', rests) - 0.4) < 1e-9);
});

test('shows a common prefix instead of an uncertain line', () => {
  const rests = {
    'repository.load(user, first);': 0.31,
    'repository.load(user, second);': 0.3,
    'repository.load(user, third);': 0.3,
  };
  const [best] = worthShowing(optionsFrom(rests), 0.5);
  assert.equal(best?.candidate.rest, 'repository.load');
  assert.equal(best.isWhole, false);
});

test('shows the whole line if all agree', () => {
  const [best] = worthShowing(optionsFrom({ 'repository.load(user, first);': 0.97 }), 0.5);
  assert.equal(best?.candidate.rest, 'repository.load(user, first);');
});

test('low eagerness shows less than high', () => {
  const options = optionsFrom({ 'repository.load(user, first);': 0.4, 'store.save(1);': 0.3, 'x.y();': 0.2 });
  const counts = [0, 0.25, 0.5, 0.75, 1].map(eagerness => worthShowing(options, eagerness).length);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.ok(counts.at(-1)! > counts[0]!);
  for (const one of worthShowing(options, 0)) assert.ok(one.right >= 0.9);
});
