import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockAfter } from '../../../server/fitting/block.ts';
import type { Candidate, Source } from '../../../server/fitting/candidate.ts';
import { contextOf } from '../../../server/fitting/context.ts';

function source(before: string, block: readonly string[], matched = 8): Source {
  return {
    place: { path: 'b.ts', line: 1 },
    isLocal: false,
    matched,
    before,
    below: block.slice(0, 2),
    block: () => block,
    isRenamed: false,
    isSkipping: false,
  };
}

interface Row {
  readonly what: string;
  readonly before: string;
  readonly after?: string;
  readonly rest: string;
  readonly blocks: readonly (readonly string[])[];
  readonly maxLines?: number;
  readonly path?: string;
  readonly expected: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: 'a block to its closing bracket',
    before: 'if (a',
    rest: ') {',
    blocks: [['  b();', '}', 'c();']],
    expected: ['  b();', '}'],
  },
  {
    what: 'a statement alone has no block',
    before: 'a',
    rest: '();',
    blocks: [['b();', 'c();']],
    expected: [],
  },
  {
    what: 'a block of Python by its indentation',
    before: 'def f',
    rest: '():',
    blocks: [['    return 1', '', 'def g():', '    pass']],
    path: 'a.py',
    expected: ['    return 1'],
  },
  {
    what: 'a call over several lines',
    before: 'call',
    rest: '(',
    blocks: [['  a,', '  b,', ');', 'more']],
    expected: ['  a,', '  b,', ');'],
  },
  {
    what: 'places that disagree end it, and a block left open is not shown',
    before: 'if (a',
    rest: ') {',
    blocks: [
      ['  b();', '}', ''],
      ['  c();', '}', ''],
    ],
    expected: [],
  },
  {
    what: 'a block that is there already',
    before: 'if (a',
    after: '\n  b();\n}',
    rest: ') {',
    blocks: [['  b();', '}', '']],
    expected: [],
  },
  {
    what: 'a block whose signature has a lone lifetime, to its closing bracket',
    before: "impl<'a> Reader",
    rest: ' {',
    blocks: [
      ['    fn read(&self) {', '        work();', '    }', '', '    fn end(&self) {', '    }', '}', ''],
    ],
    path: 'a.rs',
    expected: ['    fn read(&self) {', '        work();', '    }', '', '    fn end(&self) {', '    }', '}'],
  },
  {
    what: 'a block that is cut off is not shown behind a lone lifetime either',
    before: "impl<'a> Reader",
    rest: ' {',
    blocks: [
      ['    fn read(&self) {', '        work();', '    }', '', '    fn end(&self) {', '    }', '}', ''],
    ],
    path: 'a.rs',
    maxLines: 5,
    expected: [],
  },
  {
    what: 'no more lines than wanted',
    before: 'if (a',
    rest: ') {',
    blocks: [['  b();', '  c();', '}', '']],
    maxLines: 2,
    expected: [],
  },
];

for (const row of rows) {
  test(row.what, () => {
    const text = row.before + (row.after ?? '');
    const context = contextOf({ path: row.path ?? 'a.ts', text, offset: row.before.length });
    const candidate: Candidate = {
      rest: row.rest,
      sources: row.blocks.map(block => source(row.before, block)),
      decoded: 0,
      places: [],
    };
    assert.deepEqual(blockAfter(candidate, context, row.maxLines ?? 12), row.expected);
  });
}
