import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, regionAt } from '../../../server/completion/place.ts';
import { languageById } from '../../../server/workspace/language.ts';

/** The text before the cursor, and what it stands in. */
const cases: readonly (readonly [language: string, before: string, region: string, place: string])[] = [
  ['typescript', 'const a = "x', 'string', 'string'],
  ['typescript', 'const a = "x" + ', 'code', 'other code'],
  ['typescript', "log('it\\'s", 'string', 'string'],
  ['typescript', 'const a = `one\ntwo', 'string', 'string'],
  ['typescript', '// a', 'comment', 'comment'],
  ['typescript', '// a "\nstore.', 'code', 'after dot'],
  ['typescript', '/* a\n b', 'comment', 'comment'],
  ['typescript', '/* a\n b */ store?.fin', 'code', 'after dot'],
  ['typescript', 'const url = "http://a', 'string', 'string'],
  ['typescript', 'call(first, ', 'code', 'argument'],
  ['typescript', 'call(\n  first,\n  sec', 'code', 'argument'],
  ['typescript', 'function f(a: s', 'code', 'type'],
  ['typescript', 'const x: Ma', 'code', 'type'],
  ['typescript', 'class A extends B', 'code', 'type'],
  ['typescript', 'class A', 'code', 'new name'],
  ['typescript', '  return fo', 'code', 'value'],
  ['typescript', "import { a } from './", 'string', 'import'],
  ['typescript', 'const one = {\n  b: f', 'code', 'literal'],
  ['typescript', 'if (x) {\n  foo', 'code', 'other code'],
  ['typescript', 'one();\n\n  ', 'code', 'empty line'],
  ['typescript', 'one();\n  ', 'code', 'line start'],
  ['typescript', '', 'code', 'empty line'],
  ['python', '"""a\nb', 'string', 'string'],
  ['python', '"""a\nb"""\nfoo', 'code', 'other code'],
  ['python', 'x = 1  # a', 'comment', 'comment'],
  ['python', 'def f(a: i', 'code', 'type'],
  ['python', "x = ''", 'code', 'other code'],
  ['python', 'from os import pa', 'code', 'import'],
  ['rust', "fn f<'a>(x: &'a str) -> R", 'code', 'type'],
  ['rust', 'use std::', 'code', 'import'],
  ['go', 'x := ', 'code', 'value'],
  ['go', 'a `b\nc', 'string', 'string'],
  ['c', '#include <s', 'code', 'import'],
  ['php', '$this->fo', 'code', 'after dot'],
  ['shellscript', 'echo $# lines', 'code', 'other code'],
  ['markdown', 'Some words', 'code', 'comment'],
];

for (const [id, before, region, place] of cases) {
  test(`${id}: ${JSON.stringify(before)} stands in a ${region}, ${place}`, () => {
    const language = languageById(id)!;
    const at = before.lastIndexOf('\n');
    assert.equal(regionAt(before, language), region);
    assert.equal(
      placeOf({
        above: at < 0 ? undefined : before.slice(0, at),
        linePrefix: before.slice(at + 1),
        language,
      }),
      place,
    );
  });
}

test('a megabyte of text is scanned once, from start to end', () => {
  const text = 'call("a", \'b\', `c${d}`); // e\n'.repeat(40_000);
  assert.equal(regionAt(text, languageById('typescript')!), 'code');
  assert.equal(regionAt(`${text}"`, languageById('typescript')!), 'string');
});
