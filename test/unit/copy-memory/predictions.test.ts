import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Distribution } from '../../../server/copy-memory/predictor.ts';
import { decode, encode, memoryOf, prompt, tokenizer } from './small.ts';

const first = ({ predictions }: Distribution): string =>
  decode(predictions.slice(0, 1).map(({ token }) => token));

test('the longest match outweighs the most frequent one', () => {
  const memory = memoryOf({ 'a.ts': 'the cat sat;', 'b.ts': 'par par', 'c.ts': 'par par', 'd.ts': 'par' });
  assert.equal(first(memory.begin(prompt('e.ts', 'a'), 'e.ts').next()), 'r');
  assert.equal(first(memory.begin(prompt('e.ts', 'the ca'), 'e.ts').next()), 't');
});

test('probabilities descend, are positive, and sum to at most one', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n'), maxLength: 60 });
  fc.assert(
    fc.property(text, text, text, (stored, prefix, suffix) => {
      const hypothesis = memoryOf({ 'a.ts': stored }).begin(prompt('b.ts', prefix, suffix), 'b.ts');
      for (const typed of [undefined, 'a', 'zz']) {
        const { predictions } = hypothesis.next(typed === undefined ? undefined : Buffer.from(typed));
        const sum = predictions.reduce((total, { probability }) => total + probability, 0);
        assert.ok(sum <= 1 + 1e-9, `sum ${sum}`);
        for (const [i, { probability }] of predictions.entries()) {
          assert.ok(probability > 0 && (i === 0 || probability <= predictions[i - 1]!.probability));
        }
      }
    }),
  );
});

test('an empty memory and an empty prompt predict nothing', () => {
  const distribution = memoryOf({}).begin(new Uint16Array(0), undefined).next();
  assert.deepEqual(distribution, { predictions: [], matched: 0, support: 0 });
});

test('uses the edited file before and after the cursor, but not its stored version', () => {
  const memory = memoryOf({ 'a.ts': 'let alpha = 1;' });
  assert.equal(first(memory.begin(prompt('a.ts', 'const beta = 2; const b'), 'a.ts').next()), 'e');
  assert.equal(first(memory.begin(prompt('a.ts', 'const b', 'const beta = 2;'), 'a.ts').next()), 'e');
  assert.deepEqual(memory.begin(encode('let'), 'a.ts').next().predictions, []);
});

test('text near the cursor outweighs distant text, on both sides', () => {
  const far = 'x(two);'.padEnd(3000, '-');
  assert.equal(
    first(
      memoryOf({})
        .begin(prompt('a.ts', 'x('.padStart(3000, '+'), `x(one);${far}`), 'a.ts')
        .next(),
    ),
    'o',
  );
  assert.equal(
    first(
      memoryOf({})
        .begin(prompt('a.ts', `${far}x(one);x(`), 'a.ts')
        .next(),
    ),
    'o',
  );
});

test('scope "file" excludes the repository', () => {
  const memory = memoryOf({ 'a.ts': 'let alpha' });
  assert.equal(first(memory.begin(encode('lph'), 'b.ts').next()), 'a');
  assert.deepEqual(memory.begin(encode('lph'), 'b.ts', 'file').next().predictions, []);
});

test('the end of the suffix is the end of the file', () => {
  const { predictions } = memoryOf({})
    .begin(prompt('a.ts', 'x = done;', 'y = done;'), 'a.ts')
    .next();
  assert.equal(predictions[0]!.token, tokenizer.special.end);
});

test('typed bytes restrict predictions, using shorter contexts if the longest has no match', () => {
  const memory = memoryOf({ 'a.ts': 'items.map(x)', 'b.ts': 'list.filter(y)' });
  const hypothesis = memory.begin(prompt('c.ts', 'items.'), 'c.ts');
  assert.equal(first(hypothesis.next()), 'm');
  assert.equal(first(hypothesis.next(Buffer.from('f'))), 'f');
  assert.deepEqual(hypothesis.next(Buffer.from('q')).predictions, []);
  const [draft] = hypothesis.drafts({ typed: Buffer.from('fil'), count: 1, tokens: 6, before: 3 });
  assert.equal(decode(draft!.tokens), 'filter');
});

test('typed bytes are matched against all places of a frequent context, including the nearest', () => {
  const files: Record<string, string> = { 'lib/rare.ts': 'x.zeta(1)', 'src/rare.ts': 'x.zeta(2)' };
  for (let i = 0; i < 400; i++) files[`other/${i}.ts`] = `x.alpha(${i})`;
  const hypothesis = memoryOf(files).begin(prompt('src/new.ts', 'x.'), 'src/new.ts');
  const [draft] = hypothesis.drafts({ typed: Buffer.from('z'), count: 2, tokens: 99, before: 0 });
  assert.deepEqual(draft?.place, { path: 'src/rare.ts', line: 1 });
  assert.equal(first(hypothesis.next(Buffer.from('ze'))), 'z');
});

test('forks are independent', () => {
  const memory = memoryOf({ 'a.ts': 'abcd', 'b.ts': 'abxy' });
  const [a, b, c, d, x, y] = encode('abcdxy') as unknown as number[];
  const one = memory.begin(Uint16Array.of(a!), undefined);
  one.push(b!);
  const other = one.fork();
  one.push(c!);
  other.push(x!);
  const third = one.fork();
  assert.equal(first(one.next()), 'd');
  assert.equal(first(other.next()), 'y');
  other.push(y!);
  third.push(d!);
  assert.equal(first(one.next()), 'd');
  assert.equal(third.next().predictions[0]!.token, tokenizer.special.end);
});

test('drafts: longest match first, nearest file among equals, whole runs with their context', () => {
  const memory = memoryOf({
    'far/x.ts': 'call(one, two);\n',
    'near/y.ts': 'call(one, two);\n',
    'near/z.ts': '\n\nwe call(one, six);\n',
  });
  const context = prompt('near/w.ts', 'we call(one', 'we call(one!');
  const drafts = memory.begin(context, 'near/w.ts').drafts({ count: 3, tokens: 99, before: 4 });
  assert.deepEqual(
    drafts
      .filter(({ matched }) => matched > 2)
      .map(({ tokens, before, place, matched }) => [decode(tokens), decode(before), place, matched]),
    [
      [', six);\n', '(one', { path: 'near/z.ts', line: 3 }, 11],
      ['!', '(one', undefined, 11],
      [', two);\n', '(one', { path: 'near/y.ts', line: 1 }, 8],
      [', two);\n', '(one', { path: 'far/x.ts', line: 1 }, 8],
    ],
  );
  // The prompt's own path is not code to copy.
  assert.ok(
    drafts.every(
      draft => draft.prompt === undefined || draft.prompt > context.indexOf(tokenizer.special.suffix),
    ),
  );
  const own = drafts.find(draft => draft.prompt !== undefined);
  assert.equal(own?.prompt, context.indexOf(encode('!')[0]!));
});

test('provenance: file and line of the pushed tokens, source of most tokens first', () => {
  const memory = memoryOf({
    'src/router.ts': 'import x;\n\nexport function route(path) {\n  return match(path);\n}\n',
    'src/other.ts': 'return 1;\n',
  });
  const hypothesis = memory.begin(prompt('src/new.ts', 'export function '), 'src/new.ts');
  for (const token of encode('route(path) {\n  return ')) hypothesis.push(token);
  assert.deepEqual(hypothesis.provenance(2), [
    { path: 'src/router.ts', line: 3 },
    { path: 'src/other.ts', line: 1 },
  ]);
  assert.deepEqual(memory.begin(encode('x'), undefined).provenance(3), []);
});

test('provenance in the prompt names lines of the edited file, also below the cursor', () => {
  const hypothesis = memoryOf({}).begin(prompt('a.ts', 'one\ntwo\nthr', '\nfour\nfive eight\n'), 'a.ts');
  for (const token of encode('\nfive e')) hypothesis.push(token);
  assert.deepEqual(hypothesis.provenance(1), [{ path: 'a.ts', line: 4 }]);
});
