import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EditHistory, nextEdit } from '../../../server/editing/next-edit.ts';

/** The text after each key of a change: deletes `from` key by key, then types `to`. */
function* typed(text: string, line: number, from: string, to: string): Generator<string> {
  const lines = text.split('\n');
  const at = lines[line]!.indexOf(from);
  const write = (middle: string): string =>
    lines.with(line, lines[line]!.slice(0, at) + middle + lines[line]!.slice(at + from.length)).join('\n');
  for (let length = from.length - 1; length > 0; length--) yield write(from.slice(0, length));
  for (let length = 1; length <= to.length; length++) yield write(to.slice(0, length));
}

interface Row {
  readonly what: string;
  readonly path?: string;
  readonly text: string;
  readonly changes: readonly (readonly [line: number, from: string, to: string])[];
  /** The line and its proposed text; absent if nothing is offered. */
  readonly next?: readonly [line: number, text: string];
}

const calls = [
  'const a = load(1);',
  'const b = load(2);',
  'other(a);',
  'const c = load(3);',
  'log(load);',
].join('\n');

const rows: readonly Row[] = [
  {
    what: 'a name changed in two lines is due in the next',
    text: calls,
    changes: [
      [0, 'load', 'fetch'],
      [1, 'load', 'fetch'],
    ],
    next: [3, 'const c = fetch(3);'],
  },
  { what: 'once is no repetition', text: calls, changes: [[0, 'load', 'fetch']] },
  {
    what: 'two different changes are no repetition',
    text: calls,
    changes: [
      [0, 'load', 'fetch'],
      [1, 'load', 'read'],
    ],
  },
  {
    what: 'from the third of five on to the first that is left',
    text: ['f(a);', 'f(b);', 'f(c);', 'f(d);', 'f(e);'].join('\n'),
    changes: [
      [2, 'f', 'g'],
      [3, 'f', 'g'],
      [4, 'f', 'g'],
    ],
    next: [0, 'g(a);'],
  },
  {
    what: 'a further argument',
    text: ['add(a);', 'add(b);', 'sub(c);', 'add(d);'].join('\n'),
    changes: [
      [0, 'a)', 'a, 1)'],
      [1, 'b)', 'b, 1)'],
    ],
    next: [3, 'add(d, 1);'],
  },
  {
    what: 'a word before a call, where it is missing',
    text: ['const a = load(1);', 'return load(2);', 'b = await load(3);', 'c = load(4);'].join('\n'),
    changes: [
      [0, 'load', 'await load'],
      [1, 'load', 'await load'],
    ],
    next: [3, 'c = await load(4);'],
  },
  {
    what: 'nothing where every call has the word, at the start of a line too',
    text: ['load(1);', 'load(2);', '  await load(3);'].join('\n'),
    changes: [
      [0, 'load', 'await load'],
      [1, 'load', 'await load'],
    ],
  },
  {
    what: 'nothing where every name is in brackets',
    text: ['f(a);', 'g[a];', 'h((a));'].join('\n'),
    changes: [
      [0, 'a', '(a)'],
      [1, 'a', '(a)'],
    ],
  },
  {
    what: 'behind a space that does not break',
    text: ['add(a);', 'add(b);', 'const x = "\u00a0" + add(c);'].join('\n'),
    changes: [
      [0, 'a)', 'a, 1)'],
      [1, 'b)', 'b, 1)'],
    ],
    next: [2, 'const x = "\u00a0" + add(c, 1);'],
  },
  {
    what: 'nothing where it is done everywhere',
    text: ['add(a);', 'add(b);', 'sub(c);'].join('\n'),
    changes: [
      [0, 'a)', 'a, 1)'],
      [1, 'b)', 'b, 1)'],
    ],
  },
  {
    what: 'a case that is renamed',
    text: ["case 'red':", '  return red;', "case 'red':", "x('red');", "case 'red':"].join('\n'),
    changes: [
      [0, "'red'", "'blue'"],
      [2, "'red'", "'blue'"],
    ],
    next: [4, "case 'blue':"],
  },
  {
    what: 'part of another name is left alone',
    text: ['load();', 'load();', 'preload();', 'loader();'].join('\n'),
    changes: [
      [0, 'load', 'fetch'],
      [1, 'load', 'fetch'],
    ],
  },
  {
    what: 'a comment is left alone',
    text: ['load(1);', 'load(2);', '// load(3);', 'load(4);'].join('\n'),
    changes: [
      [0, 'load', 'fetch'],
      [1, 'load', 'fetch'],
    ],
    next: [3, 'fetch(4);'],
  },
  {
    what: 'a mark alone is due nowhere',
    text: ['a;', 'b;', 'c;'].join('\n'),
    changes: [
      [0, ';', ','],
      [1, ';', ','],
    ],
  },
  { what: 'a line that is written is no change', text: ['', '', 'a();'].join('\n'), changes: [] },
];

for (const { what, path = 'a.ts', text, changes, next } of rows) {
  test(what, () => {
    const history = new EditHistory();
    history.changed(text);
    let now = text;
    for (const [line, from, to] of changes) {
      for (const step of typed(now, line, from, to)) {
        history.changed(step);
        now = step;
      }
    }
    const found = nextEdit(path, now, history.edits);
    const lines = now.split('\n');
    const shown = found && [
      found.line,
      lines[found.line]!.slice(0, found.start) + found.newText + lines[found.line]!.slice(found.end),
    ];
    assert.deepEqual(shown, next);
  });
}

test('following a change visits every place once', () => {
  const history = new EditHistory();
  let text = Array.from({ length: 6 }, (_, i) => `const v${i} = load(${i});`).join('\n');
  history.changed(text);
  for (const line of [0, 1])
    for (const step of typed(text, line, 'load', 'fetch')) {
      history.changed(step);
      text = step;
    }
  const visited: number[] = [];
  for (
    let found = nextEdit('a.ts', text, history.edits);
    found;
    found = nextEdit('a.ts', text, history.edits)
  ) {
    visited.push(found.line);
    const lines = text.split('\n');
    const line = lines[found.line]!;
    text = lines
      .with(found.line, line.slice(0, found.start) + found.newText + line.slice(found.end))
      .join('\n');
    history.changed(text);
  }
  assert.deepEqual(visited, [2, 3, 4, 5]);
});

test('ignores an undone edit', () => {
  const history = new EditHistory();
  for (const text of ['a\nb', 'ax\nb', 'a\nb']) history.changed(text);
  assert.deepEqual(history.edits, []);
});
