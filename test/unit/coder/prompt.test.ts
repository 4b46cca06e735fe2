import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptOf } from '../../../server/coder/prompt.ts';
import { byteTokenizer, special } from './byte-tokenizer.ts';

const text = (ids: readonly number[]) => Buffer.from(ids.filter(id => id < 256)).toString();

test('the lines above, the text after, and then the line that is written', () => {
  const { ids, held, anchor } = promptOf(byteTokenizer, { before: 'x\na = ', after: '\nb' });
  assert.equal(held, ' ');
  assert.deepEqual(ids, [
    special.prefix,
    ...Buffer.from('x\n'),
    special.suffix,
    ...Buffer.from('\nb'),
    special.middle,
    ...Buffer.from('a ='),
  ]);
  assert.deepEqual(anchor, { before: 'x\n', start: 0, after: '\nb' });
});

test('what is typed at one place only lengthens the prompt, over lines and brackets that the editor closes', () => {
  const start = promptOf(byteTokenizer, { before: 'x\n', after: '\nb' });
  let last = start;
  for (const [typed, after] of [
    ['a', '\nb'],
    ['a(', ')\nb'],
    ['a("', '")\nb'],
    ['a("c")\n  d', '\nb'],
  ] as const) {
    const next = promptOf(byteTokenizer, { before: `x\n${typed}`, after }, last.anchor);
    assert.deepEqual(next.ids.slice(0, start.ids.length), start.ids, typed);
    assert.equal(text(next.ids) + next.held, `x\n\nb${typed}`);
    last = next;
  }
});

test('elsewhere in the text, and after many lines, the middle begins where the cursor is', () => {
  const { anchor } = promptOf(byteTokenizer, { before: 'x\ny\n', after: '\nb' });
  const above = promptOf(byteTokenizer, { before: 'x\n', after: '\ny\nb' }, anchor);
  assert.equal(above.anchor?.before, 'x\n');
  const far = promptOf(byteTokenizer, { before: `x\ny\n${'z\n'.repeat(40)}`, after: '\nb' }, anchor);
  assert.equal(far.anchor?.before, `x\ny\n${'z\n'.repeat(40)}`);
});

const words: readonly [before: string, held: string][] = [
  ['const na', ' na'],
  ['foo.ba', '.ba'],
  ['foo.', '.'],
  ['this.#', '.#'],
  ['return len(', '('],
  ['f(a, (', ' ('],
  ["env['", "['"],
  ['a = {};', ' {};'],
  ['\treturn', '\treturn'],
  ['x = größ', ' größ'],
  ['', ''],
];
for (const [before, held] of words) {
  test(`after ${JSON.stringify(before)}, ${JSON.stringify(held)} is held back`, () => {
    const prompt = promptOf(byteTokenizer, { before, after: '' });
    assert.equal(prompt.held, held);
    assert.equal(text(prompt.ids) + prompt.held, before);
  });
}

test('further down in the same file, what was read of the window is not read again', () => {
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i}\n`);
  const at = (end: number, anchor?: Parameters<typeof promptOf>[2]) =>
    promptOf(byteTokenizer, { before: lines.slice(0, end).join(''), after: '' }, anchor);
  const first = at(200);
  const shared = (ids: readonly number[]) => ids.findIndex((id, i) => id !== first.ids[i]);
  const down = at(225, first.anchor);
  // Everything except what follows the first place.
  assert.equal(shared(down.ids), first.ids.indexOf(special.suffix));
  const up = at(190, first.anchor);
  assert.equal(up.anchor?.start, first.anchor?.start);
  assert.notEqual(at(300, first.anchor).anchor?.start, first.anchor?.start);
  assert.notEqual(at(100, first.anchor).anchor?.start, first.anchor?.start);
  const edited = promptOf(
    byteTokenizer,
    { before: `new\n${lines.slice(0, 225).join('')}`, after: '' },
    first.anchor,
  );
  assert.notEqual(edited.anchor?.start, first.anchor?.start);
});

test('without fill-in-the-middle the prompt is the text before', () => {
  const { ids, held } = promptOf(
    { ...byteTokenizer, fillInMiddle: undefined, begin: 7 },
    { before: 'a(', after: ')' },
  );
  assert.deepEqual(ids, [7, ...Buffer.from('a')]);
  assert.equal(held, '(');
});

test('the window moves in steps, so most keystrokes keep its start', () => {
  const lines = Array.from({ length: 400 }, (_, i) => `line ${i}`);
  const starts = new Set<string>();
  for (let end = 300; end < 332; end++) {
    const { ids } = promptOf(byteTokenizer, { before: `${lines.slice(0, end).join('\n')}\n`, after: '' });
    starts.add(text(ids).split('\n')[0]!);
  }
  assert.equal(starts.size, 3);
});

test('cuts a line of a megabyte', () => {
  const { ids } = promptOf(byteTokenizer, { before: 'x'.repeat(1e6), after: 'y'.repeat(1e6) });
  assert.ok(ids.length < 10_000);
});

test('other files stand first, each after its separator and path, and only for models that have one', () => {
  const separator = 260;
  const related = [{ path: 'b.ts', text: 'two();' }];
  const cursor = { before: 'x\n', after: '' };
  const severalFiles = {
    ...byteTokenizer,
    fillInMiddle: { ...byteTokenizer.fillInMiddle!, file: separator },
  };
  const { ids, prefix } = promptOf(severalFiles, cursor, undefined, { path: 'a.ts', related });
  const first = [
    separator,
    ...Buffer.from('b.ts\ntwo();\n'),
    separator,
    ...Buffer.from('a.ts\n'),
    special.prefix,
  ];
  assert.deepEqual(ids.slice(0, first.length), first);
  assert.equal(prefix, first.length + 'x\n'.length);
  const plain = promptOf(byteTokenizer, cursor).ids;
  assert.deepEqual(promptOf(byteTokenizer, cursor, undefined, { path: 'a.ts', related }).ids, plain);
  assert.deepEqual(promptOf(severalFiles, cursor, undefined, { path: 'a.ts', related: [] }).ids, plain);
});
