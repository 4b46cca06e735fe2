import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf } from '../../../server/fitting/context.ts';
import { endsAsBelow, isThereAlready, withoutLinesBelow } from '../../../server/fitting/neighbours.ts';

const rows: readonly [lines: readonly string[], below: string, kept: number][] = [
  [['a();', 'return b;', '}'], 'return b;', 1],
  [['What is wrong.', '-->'], '-->', 1],
  [[' * Adds.', ' */', 'add() {'], '*/', 1],
  [['', '```'], '```', 1],
  [['Usage', '====='], '=====', 1],
  [['app.get(', "  '/',"], "'/',", 1],
  [['', "  '',"], "'',", 2],
  // Brackets nest.
  [['if (a) {', '  b();', '}'], '}', 3],
  [['a', 'b'], 'c', 2],
];
for (const [lines, below, kept] of rows)
  test(`above ${JSON.stringify(below)}, ${JSON.stringify(lines)} keeps ${kept} lines`, () => {
    assert.deepEqual(withoutLinesBelow(lines, { above: '', below }), lines.slice(0, kept));
  });

test('a line of marks is there already only where it says something in quotes, or does not nest', () => {
  const context = contextOf({ path: 'a.ts', text: '', offset: 0 });
  const isThere = (line: string) => isThereAlready(line, context, { above: '', below: line.trim() });
  assert.deepEqual(["  '/',", "  '',", '  });', '  -->', '  0,'].map(isThere), [
    true,
    false,
    false,
    true,
    false,
  ]);
});

test('several lines may not end with the line below, if it is indented the same', () => {
  const text = ' * a(() => {\n *   }\n * })\n';
  const context = contextOf({ path: 'a.ts', text, offset: text.indexOf('\n') });
  const ends = (inserted: string) => endsAsBelow(inserted, context.lineSuffix, context);
  assert.deepEqual(['\n *   }', '\r\n *   }', '\n * }', ' *   }', '\n *   }\n'].map(ends), [
    true,
    true,
    false,
    false,
    false,
  ]);
});
