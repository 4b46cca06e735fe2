import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignLine, continueLine, Renaming } from '../../../server/names/rename.ts';

const applied: readonly (readonly [
  what: string,
  theirs: string,
  ours: string,
  text: string,
  expected: string,
])[] = [
  ['whole names', 'url', 'email', 'check(url)', 'check(email)'],
  [
    'a part of a name',
    'parseUrl',
    'parseEmail',
    'const isUrl = URL + url_1;',
    'const isEmail = EMAIL + email_1;',
  ],
  [
    'a name of one part into one of several',
    'alpha',
    'gamma_ray_burst',
    'alphaBeta(alpha)',
    'gamma_ray_burstBeta(gamma_ray_burst)',
  ],
];

for (const [what, theirs, ours, text, expected] of applied) {
  test(`renaming ${what}`, () => {
    const renaming = new Renaming();
    assert.ok(renaming.add(theirs, ours));
    assert.equal(renaming.apply(text), expected);
  });
}

test('a name cannot map to two', () => {
  const renaming = new Renaming();
  assert.ok(renaming.add('a', 'x'));
  assert.equal(renaming.add('a', 'y'), false);
});

test('lines of the same shape map names, others do not', () => {
  const renaming = new Renaming();
  assert.ok(alignLine('const userName = load(user);', 'const itemName = load(item);', renaming));
  assert.equal(renaming.apply('save(user, userName)'), 'save(item, itemName)');
  assert.equal(alignLine('a(b)', 'a[b]', renaming), false);
  assert.equal(alignLine('a b', 'a', renaming), false);
});

test('continues a partial line like theirs', () => {
  const cases: readonly (readonly [theirs: string, start: string, rest: string | undefined])[] = [
    ['export const userSchema = object(user);', 'export const itemSchema = ob', 'ject(item);'],
    ['user.save(user);', 'item.sa', 've(item);'],
    ['user.save();', 'item.lo', undefined],
    ['short', 'short and longer', undefined],
    ['if (a) {', 'for (', undefined],
  ];
  for (const [theirs, start, rest] of cases)
    assert.equal(continueLine(theirs, start, new Renaming()), rest, theirs);
});

test('paths map names too', () => {
  const renaming = new Renaming();
  renaming.addPaths('src/panels/callstack/index.ts', 'src/panels/sources/index.tsx');
  assert.equal(renaming.apply("addClass('jp-DebuggerCallstack')"), "addClass('jp-DebuggerSources')");
});
