import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { tokenizer } from './small.ts';

type Change = { readonly path: string; readonly tokens: Uint16Array | undefined };

const paths = ['a.ts', 'b.ts', 'lib/a.ts', 'lib/b.ts', 'lib/deep/c.ts'];
const content = fc
  .array(fc.integer({ min: 97, max: 100 }), { maxLength: 40 })
  .map(tokens => Uint16Array.from(tokens));
const change: fc.Arbitrary<Change> = fc.record({
  path: fc.constantFrom(...paths),
  tokens: fc.oneof({ weight: 4, arbitrary: content }, fc.constant(undefined)),
});
const changes = fc.array(change, { maxLength: 40 });

function apply(memory: CopyMemory, { path, tokens }: Change): void {
  if (tokens === undefined) memory.delete(path);
  else memory.set(path, tokens);
}

const request = { count: 8, tokens: 6, before: 4 };

test('after any changes, in any order, the memory predicts like a rebuilt one', () => {
  fc.assert(
    fc.property(
      changes,
      fc.array(content, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (series, contexts, shift) => {
        const changed = new CopyMemory(tokenizer);
        const files = new Map<string, Uint16Array>();
        for (const [i, one] of series.entries()) {
          apply(changed, one);
          // Predicting in between makes segments of single files, which then merge and die.
          if ((i + shift) % 3 > 0) changed.begin(contexts[0]!, undefined);
          if (one.tokens === undefined) files.delete(one.path);
          else files.set(one.path, one.tokens);
        }
        const rebuilt = new CopyMemory(tokenizer);
        for (const [path, tokens] of [...files].sort(([a], [b]) => (a < b ? 1 : -1)))
          rebuilt.set(path, tokens);
        assert.equal(changed.tokens, rebuilt.tokens);
        assert.deepEqual([...changed.paths()].sort(), [...rebuilt.paths()].sort());
        for (const path of paths) assert.deepEqual(changed.tokensOf(path), files.get(path));
        for (const context of contexts) {
          for (const exclude of [undefined, 'a.ts', 'lib/a.ts']) {
            const one = changed.begin(context, exclude);
            const other = rebuilt.begin(context, exclude);
            assert.deepEqual(one.next(), other.next());
            assert.deepEqual(one.drafts(request), other.drafts(request));
            for (const token of [97, 98]) {
              one.push(token);
              other.push(token);
            }
            assert.deepEqual(one.next(), other.next());
            assert.deepEqual(one.provenance(4), other.provenance(4));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('never shows deleted, replaced or excluded files', () => {
  const letter = fc.integer({ min: 97, max: 99 });
  const version = fc.array(letter, { minLength: 1, maxLength: 20 });
  const steps = fc.array(fc.tuple(fc.constantFrom(...paths), version, fc.boolean()), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, series => {
      const memory = new CopyMemory(tokenizer);
      // Every version of every file has a unique token between common ones.
      const marks = new Map<string, number>();
      for (const [i, [path, letters, gone]] of series.entries()) {
        const mark = 150 + i;
        memory.set(path, Uint16Array.from(letters.flatMap(token => [token, mark])));
        marks.set(path, mark);
        if (gone) {
          memory.delete(path);
          marks.delete(path);
        }
        const exclude = 'lib/a.ts';
        const hypothesis = memory.begin(Uint16Array.of(97), exclude);
        const shown = new Set(hypothesis.next().predictions.map(({ token }) => token));
        for (const draft of hypothesis.drafts({ count: 100, tokens: 8, before: 8 })) {
          for (const token of [...draft.tokens, ...draft.before]) shown.add(token);
        }
        const allowed = new Set([...marks].filter(([one]) => one !== exclude).map(([, token]) => token));
        for (const token of shown) assert.ok(token < 150 || allowed.has(token), `token ${token} is shown`);
      }
    }),
    { numRuns: 200 },
  );
});

test('takes at most 12 bytes a token in total, through any changes', () => {
  const memory = new CopyMemory(tokenizer);
  const file = (seed: number) =>
    Uint16Array.from({ length: 1500 }, (_, i) => (Math.imul(seed * 1500 + i, 0x9e3779b1) >>> 16) % 250);
  for (let i = 0; i < 100; i++) memory.set(`src/${i}.ts`, file(i));
  for (let i = 0; i < 300; i++) {
    memory.set(`src/${i % 40}.ts`, file(i + 1000));
    memory.begin(file(1).subarray(0, 5), undefined);
    assert.ok(
      memory.bytes <= 12 * memory.tokens,
      `${memory.bytes / memory.tokens} bytes a token after ${i} changes`,
    );
  }
});

test('rejects a token outside the vocabulary without any change', () => {
  const memory = new CopyMemory(tokenizer);
  memory.set('a.ts', Uint16Array.of(97, 98, 99));
  assert.throws(() => memory.set('a.ts', Uint16Array.of(97, 60_000)), RangeError);
  assert.deepEqual(memory.tokensOf('a.ts'), Uint16Array.of(97, 98, 99));
});

test('a hypothesis survives changes of the memory, and shows nothing deleted', () => {
  const memory = new CopyMemory(tokenizer);
  memory.set('a.ts', Uint16Array.of(97, 98, 99));
  memory.set('b.ts', Uint16Array.of(97, 98, 100));
  const hypothesis = memory.begin(Uint16Array.of(97, 98), undefined);
  memory.delete('a.ts');
  const shown = hypothesis.next().predictions.map(({ token }) => token);
  assert.deepEqual(shown, [100]);
});
