import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeLines } from '../../../server/surprise/code-lines.ts';

/** The lines that count, from 1. */
const counted = (path: string, text: string) =>
  codeLines(path, text).flatMap((isCode, line) => (isCode ? [line + 1] : []));

test('comments, blank lines and the inside of long strings do not count', () => {
  assert.deepEqual(
    counted('a.py', '"""What it\n\ndoes."""\nimport os  # for paths\n# more\n\nx = """\nin\n"""\n'),
    [4, 7],
  );
  assert.deepEqual(counted('a.ts', '/**\n * A.\n */\nconst a = 1; // one\n  // two\n/* x */\n'), [4]);
  assert.deepEqual(counted('a.rs', 'static USAGE: &str = "\nPrints.\n";\n'), [1]);
  assert.deepEqual(counted('a.sh', "# it's\nls a) b\n"), [2]);
});

test('all of prose and data counts', () => {
  assert.deepEqual(counted('a.md', '# A\n\nb\n'), [1, 2, 3, 4]);
});
