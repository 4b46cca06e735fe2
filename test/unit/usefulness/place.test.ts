import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../../../server/usefulness/place.ts';
import { languageById } from '../../../server/workspace/language.ts';

/** The text before the cursor, and its place. */
const cases: readonly (readonly [language: string, before: string, place: string])[] = [
  ['typescript', 'const a = "x', 'string'],
  ['typescript', 'const a = "x" + ', 'other code'],
  ['typescript', "log('it\\'s", 'string'],
  ['typescript', 'const a = `one\ntwo', 'string'],
  ['typescript', '// a', 'comment'],
  ['typescript', '// a "\nstore.', 'after dot'],
  ['typescript', '/* a\n b', 'comment'],
  ['typescript', '/* a\n b */ store?.fin', 'after dot'],
  ['typescript', 'const url = "http://a', 'string'],
  ['typescript', 'call(first, ', 'argument'],
  ['typescript', 'call(\n  first,\n  sec', 'argument'],
  ['typescript', 'function f(a: s', 'type'],
  ['typescript', 'const x: Ma', 'type'],
  ['typescript', 'class A extends B', 'type'],
  ['typescript', 'class A', 'new name'],
  ['typescript', '  return fo', 'value'],
  ['typescript', "import { a } from './", 'import'],
  ['typescript', 'const one = {\n  b: f', 'literal'],
  ['typescript', 'if (x) {\n  foo', 'other code'],
  ['typescript', 'one();\n\n  ', 'empty line'],
  ['typescript', 'one();\n  ', 'line start'],
  ['typescript', '', 'empty line'],
  ['python', '"""a\nb', 'string'],
  ['python', '"""a\nb"""\nfoo', 'other code'],
  ['python', 'x = 1  # a', 'comment'],
  ['python', 'def f(a: i', 'type'],
  ['python', "x = ''", 'other code'],
  ['python', 'from os import pa', 'import'],
  ['rust', "fn f<'a>(x: &'a str) -> R", 'type'],
  ['rust', 'use std::', 'import'],
  ['go', 'x := ', 'value'],
  ['go', 'a `b\nc', 'string'],
  ['c', '#include <s', 'import'],
  ['php', '$this->fo', 'after dot'],
  ['markdown', 'Some words', 'comment'],
];

for (const [id, before, place] of cases) {
  test(`${id}: ${JSON.stringify(before)} is ${place}`, () => {
    const language = languageById(id)!;
    const at = before.lastIndexOf('\n');
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
