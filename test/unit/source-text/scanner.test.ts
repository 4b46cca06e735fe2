import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canScan, Scanner } from '../../../server/source-text/scanner.ts';
import { languageById } from '../../../server/workspace/language.ts';

/** A text, and what is open at its end. */
const rows: readonly (readonly [language: string, text: string, kind: string, open: string])[] = [
  ['typescript', 'f(a, [b', 'code', '(['],
  ['typescript', 'f("a)', 'string', '('],
  ['typescript', 'f("a)\ng(', 'code', '(('],
  ['typescript', 'f(`a ${b + {', 'code', '(${{'],
  ['typescript', 'f(`a ${b} c', 'string', '('],
  ['typescript', 'f(`a\n(', 'string', '('],
  ['typescript', 'a / b; // (', 'comment', ''],
  ['typescript', 'a /* ( */ [', 'code', '['],
  ['typescript', 'x.replace(/["\'(]/g, {', 'code', '({'],
  ['typescript', 'const half = total / 2; f(', 'code', '('],
  ['typescript', "it's (", 'string', ''],
  ['python', 'def f():\n  """Says (\n', 'string', ''],
  ['python', "x = b'(' + [", 'code', '['],
  ['python', '# (\ny = {', 'code', '{'],
  ['rust', "fn f<'a>(x: &'a str) {", 'code', '{'],
  ['rust', `let c = '"'; g(`, 'code', '('],
  ['rust', 'let s = r#"a " ('.concat('"# ['), 'code', '['],
  ['rust', 'let s = "a\n(', 'string', ''],
  ['go', 'x := `a\n(', 'string', ''],
  ['json', '{"a": [', 'code', '{['],
];

for (const [id, text, kind, open] of rows) {
  test(`${id}: ${JSON.stringify(text)} ends in ${kind}, with ${open || 'nothing'} open`, () => {
    const scanner = new Scanner(languageById(id)!).feed(text);
    assert.deepEqual([scanner.kind, scanner.open.join('')], [kind, open]);
    assert.equal(scanner.mismatches, 0);
  });
}

test('counts unmatched closers and unclosed one-line strings', () => {
  const language = languageById('typescript')!;
  assert.equal(new Scanner(language).feed('a) + b]').mismatches, 2);
  assert.equal(new Scanner(language).feed('f(a]').mismatches, 1);
  assert.equal(new Scanner(language).feed("js';\n").broken, 1);
  assert.equal(new Scanner(language).feed("'a' + `b\n`\n").broken, 0);
});

test('a fork continues from the same state without changing it', () => {
  const scanner = new Scanner(languageById('typescript')!).feed('f({ a: `x${');
  const fork = scanner.fork().feed('1}` })');
  assert.deepEqual([scanner.open.join(''), scanner.kind], ['({${', 'code']);
  assert.deepEqual([fork.open.join(''), fork.lowest], ['', 0]);
});

test('ends in the same state whether fed whole or in pieces', () => {
  const text = 'const a = `x ${f("y)")} z`; // it\'s (\nif (a) { /* " */ g([1, 2]) }\n';
  const language = languageById('typescript')!;
  const whole = new Scanner(language).feed(text);
  const lines = new Scanner(language);
  for (const line of text.split(/(?<=\n)/)) lines.feed(line);
  assert.deepEqual([lines.kind, lines.open, lines.mismatches], [whole.kind, whole.open, whole.mismatches]);
});

test('does not scan prose and shells', () => {
  for (const id of ['markdown', 'yaml', 'shellscript']) assert.ok(!canScan(languageById(id)!));
  for (const id of ['typescript', 'python', 'json']) assert.ok(canScan(languageById(id)!));
});
