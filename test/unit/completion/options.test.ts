import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../../server/completion/candidates.ts';
import type { Ranked } from '../../../server/completion/confidence.ts';
import { contextOf } from '../../../server/completion/context.ts';
import { beginsWith, cutsOf, optionFeatures, optionsOf } from '../../../server/completion/options.ts';
import { worthShowing } from '../../../server/completion/usefulness.ts';

const cuts: readonly (readonly [rest: string, starts: readonly string[]])[] = [
  ['first, second);', ['first', 'first, second']],
  ['call(first).then(second)', ['call', 'call(first)', 'call(first).then']],
  ["name, 'a b c'", ['name']],
  ['one', []],
  ['(unclosed', []],
];

for (const [rest, starts] of cuts) {
  test(`starts of ${rest} end with a word, and with what they opened closed`, () =>
    assert.deepEqual(
      cutsOf(rest).map(end => rest.slice(0, end)),
      starts,
    ));
}

test('a rest begins with whole words', () => {
  assert.ok(beginsWith('first, second', 'first'));
  assert.ok(!beginsWith('first, second', 'fir'));
  assert.ok(beginsWith('first, second', 'first,'));
});

function ranked(rests: Readonly<Record<string, number>>): Ranked[] {
  return Object.entries(rests).map(([rest, share]) => {
    const candidate: Candidate = {
      rest,
      decoded: share,
      places: [],
      sources: [
        {
          place: { path: 'b.ts', line: 1 },
          isLocal: false,
          matched: 12,
          before: 'x',
          below: [],
          block: () => [],
          isRenamed: false,
          isSkipping: false,
        },
      ],
    };
    return { candidate, share, confidence: share, features: new Float64Array() };
  });
}

const context = contextOf({ path: 'a.ts', text: 'const value = ', offset: 14 });

function mass(text: string, rests: Readonly<Record<string, number>>): number {
  const option = optionsOf(ranked(rests), context, 'value').find(one => one.candidate.rest === text);
  return option!.features[optionFeatures.indexOf('agreed')]!;
}

test('what several candidates begin with is as likely as all of them', () => {
  const rests = { 'load(user, id);': 0.4, 'load(user, name);': 0.4, 'save(user);': 0.2 };
  assert.ok(Math.abs(mass('load', rests) - 0.8) < 1e-9);
  assert.ok(Math.abs(mass('load(user, id);', rests) - 0.4) < 1e-9);
});

test('up to where the sources disagree a start is shown in place of a line that is in doubt', () => {
  const rests = {
    'repository.load(user, first);': 0.31,
    'repository.load(user, second);': 0.3,
    'repository.load(user, third);': 0.3,
  };
  const [best] = worthShowing(optionsOf(ranked(rests), context, 'value'), 0.5);
  assert.equal(best?.candidate.rest, 'repository.load');
  assert.equal(best.isWhole, false);
});

test('where all agree the whole line is shown', () => {
  const [best] = worthShowing(
    optionsOf(ranked({ 'repository.load(user, first);': 0.97 }), context, 'value'),
    0.5,
  );
  assert.equal(best?.candidate.rest, 'repository.load(user, first);');
});

test('the shy are shown less than the eager', () => {
  const options = optionsOf(
    ranked({ 'repository.load(user, first);': 0.4, 'store.save(1);': 0.3, 'x.y();': 0.2 }),
    context,
    'value',
  );
  const counts = [0, 0.25, 0.5, 0.75, 1].map(eagerness => worthShowing(options, eagerness).length);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.ok(counts.at(-1)! > counts[0]!);
  for (const one of worthShowing(options, 0)) assert.ok(one.right >= 0.9);
});
