import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commentLines } from '../../../server/source-text/comments.ts';
import { languageById } from '../../../server/workspace/language.ts';

/** Each line, and whether it is only a comment. */
const cases: Readonly<Record<string, readonly (readonly [line: string, isComment: boolean])[]>> = {
  typescript: [
    ['// one', true],
    ['let a = 1; // two', false],
    ['/* three', true],
    [' * four', true],
    [' */', true],
    ['let b = "/* no";', false],
    ['/* five */ let c = 2;', false],
    ["let d = '// no';", false],
    ['let e = `', false],
    ['// inside a template', false],
    ['`;', false],
    ['', false],
  ],
  python: [
    ['# one', true],
    ['def f():', false],
    ['    """Documentation.', true],
    ['    More.', true],
    ['    """', true],
    ['    """One line."""', true],
    ["    x = '''text", false],
    ["    # inside it'''", false],
    ["    return '#'", false],
  ],
  lua: [
    ['-- one', true],
    ['local a = 1 -- two', false],
  ],
  json: [['{ "a": "# no" }', false]],
};

for (const [id, lines] of Object.entries(cases)) {
  test(`comments of ${id}`, () => {
    const text = lines.map(([line]) => line).join('\n');
    assert.deepEqual(
      commentLines(text, languageById(id)!).map((isComment, i) => [lines[i]![0], isComment]),
      lines.map(line => [...line]),
    );
  });
}
