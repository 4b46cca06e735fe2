import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionCache } from '../../../server/completion/cache.ts';
import type { CompletionItem } from '../../../server/fitting/request.ts';

const shown = { path: 'a.ts', text: 'let x = \nend', offset: 8 };
const item: CompletionItem = {
  text: 'call(y);',
  range: { start: 8, end: 8 },
  confidence: 0.8,
  provenance: [{ path: 'b.ts', line: 3 }],
  kind: 'rest of line',
  origin: 'repository',
};

const cases: readonly (readonly [
  what: string,
  path: string,
  text: string,
  offset: number,
  left: string | undefined,
])[] = [
  ['the same place', 'a.ts', 'let x = \nend', 8, 'call(y);'],
  ['typing along', 'a.ts', 'let x = cal\nend', 11, 'l(y);'],
  ['typing something else', 'a.ts', 'let x = cat\nend', 11, undefined],
  ['typing it to the end', 'a.ts', 'let x = call(y);\nend', 16, undefined],
  ['another file', 'b.ts', 'let x = cal\nend', 11, undefined],
  ['a change elsewhere', 'a.ts', 'var x = cal\nend', 11, undefined],
  ['a change below', 'a.ts', 'let x = cal\nEND', 11, undefined],
  ['the cursor moved back', 'a.ts', 'let x = \nend', 7, undefined],
];

for (const [what, path, text, offset, left] of cases) {
  test(`a suggestion after ${what}`, () => {
    const cache = new CompletionCache();
    cache.add(shown, [item]);
    const found = cache.find({ path, text, offset })?.item;
    assert.equal(found?.text, left);
    if (left !== undefined) assert.deepEqual(found?.range, { start: offset, end: offset });
  });
}

test('a suggestion of another language or with other settings is not this one', () => {
  const cache = new CompletionCache();
  const asked = { ...shown, languageId: 'plaintext', eagerness: 0.5, maxLines: 12 };
  cache.add(asked, [item]);
  assert.equal(cache.find(asked)?.item?.text, 'call(y);');
  for (const other of [{ languageId: 'python' }, { eagerness: 0.1 }, { maxLines: 1 }])
    assert.equal(cache.find({ ...asked, ...other }), undefined);
});

test('a replacement of brackets survives typing along', () => {
  const cache = new CompletionCache();
  const before = { path: 'a.ts', text: 'call()\nend', offset: 5 };
  cache.add(before, [{ ...item, text: 'x, y);', range: { start: 5, end: 6 } }]);
  const found = cache.find({ path: 'a.ts', text: 'call(x,)\nend', offset: 7 })?.item;
  assert.equal(found?.text, ' y);');
  assert.deepEqual(found.range, { start: 7, end: 8 });
});

test('evicts the least recently used entry first', () => {
  const cache = new CompletionCache();
  cache.add(shown, [item]);
  for (let i = 0; i < 40; i++) {
    cache.add({ ...shown, path: `${i}.ts` }, [item]);
    if (i < 20) assert.ok(cache.find(shown), 'kept while it is used');
  }
  assert.equal(cache.find(shown), undefined);
});

test('caches an empty result for one place, but not for explicit requests', () => {
  const cache = new CompletionCache();
  cache.add(shown, [], 'not confident enough');
  assert.deepEqual(cache.find(shown), { reason: 'not confident enough' });
  assert.equal(cache.find({ ...shown, text: 'let x = c\nend', offset: 9 }), undefined);
  assert.equal(cache.find({ ...shown, isInvoked: true }), undefined);
});

test('after a suggestion is fully typed or accepted, a longer one does not replace it', () => {
  const cache = new CompletionCache();
  cache.add(shown, [{ ...item, text: 'call' }, item]);
  assert.equal(cache.find({ path: 'a.ts', text: 'let x = ca\nend', offset: 10 })?.item?.text, 'll');
  assert.equal(cache.find({ path: 'a.ts', text: 'let x = call\nend', offset: 12 }), undefined);
});
