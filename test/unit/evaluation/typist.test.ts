import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Typist } from '../../../server/evaluation/typist.ts';
import { languageById } from '../../../server/workspace/language.ts';

/** The editor's content after each key, with the cursor as `|`; skips keys that change nothing. */
function screens(target: string, language = 'typescript'): string[] {
  const typist = new Typist(target, 0, target.length, target.length, languageById(language)!);
  const seen: string[] = [];
  for (let keys = 0; !typist.isDone; keys++) {
    assert.ok(keys < 1000, 'typing ends');
    typist.type();
    seen.push(`${typist.before}|${typist.closers}`);
  }
  assert.equal(typist.before, target);
  assert.equal(typist.closers, '');
  return seen;
}

test('the editor closes brackets and quotes, and typing steps over them', () => {
  assert.deepEqual(screens("f('a')"), [
    'f|',
    "f('|')".replace("'|'", '|'),
    "f('|')",
    "f('a|')",
    "f('a'|)",
    "f('a')|",
  ]);
});

test('closes nothing before a word', () => {
  const typist = new Typist('f(a)b', 1, 4, 4, languageById('typescript')!);
  typist.type();
  assert.equal(typist.closers, ')');
});

test('closes nothing for an apostrophe in a word or a quote in a string', () => {
  assert.ok(screens('// it\'s "x"').every(screen => screen.endsWith('|') || /"x?\|"$|"\|"$/.test(screen)));
  assert.ok(!screens("f<'a>(x: &'a str)", 'rust').some(screen => screen.includes("'|'")));
});

test('Enter between brackets opens a line, indented, with the closer on its own line', () => {
  const seen = screens('if (a) {\n  b();\n}\nc');
  assert.ok(seen.includes('if (a) {|}'));
  assert.ok(seen.includes('if (a) {\n  |\n}'));
  assert.ok(seen.includes('if (a) {\n  b();|\n}'));
  // The closer exists: the cursor moves there.
  assert.ok(!seen.includes('if (a) {\n  b();\n|}'));
  assert.ok(seen.includes('if (a) {\n  b();\n}|'));
});

test('text from the editor does not count as typed', () => {
  const target = 'if (a) {\n  b();\n}';
  const typist = new Typist(target, 0, target.length, target.length, languageById('typescript')!);
  let typed = 0;
  while (!typist.isDone) typed += typist.type();
  assert.equal(typed, 'if (a) {\nb();'.length);
});

test('Python indents after a colon, and wrong indentation is corrected', () => {
  const seen = screens('if a:\n    b\nc', 'python');
  assert.ok(seen.includes('if a:\n    |'));
  assert.ok(seen.includes('if a:\n    b\n    |'), 'as the editor has it');
  assert.ok(seen.includes('if a:\n    b\n|'), 'as it is meant');
});

test('a suggestion is correct if the target continues with it, up to the end of a word', () => {
  const target = 'call(first, second)';
  const typist = new Typist(target, 0, target.length, target.length, languageById('typescript')!);
  for (let i = 0; i < 'call('.length; i++) typist.type();
  assert.equal(typist.closers, ')');
  assert.ok(typist.comes('first'));
  assert.ok(!typist.comes('fir'));
  assert.ok(!typist.comes('first, third'));
  assert.ok(!typist.comes('first, second);'));
  assert.equal(typist.accept('first, second'), 'first, second'.length);
  assert.equal(typist.closers, ')');
});

test('closers inserted by the editor do not count as saved by a block', () => {
  const target = 'if (a) {\n  b();\n}';
  const typist = new Typist(target, 0, target.length, target.length, languageById('typescript')!);
  while (!typist.before.endsWith('{')) typist.type();
  assert.equal(typist.accept('\n  b();\n}'), '\nb();\n'.length);
  assert.ok(typist.isDone);
});
