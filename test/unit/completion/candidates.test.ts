import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesAt } from '../../../server/completion/candidates.ts';
import { TimeSlice } from '../../../server/completion/time-slice.ts';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { Candidate } from '../../../server/fitting/candidate.ts';
import { contextOf } from '../../../server/fitting/context.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();

/** Candidates at `|` in a file beside one other. */
function candidates(other: string, marked: string, path = 'src/panels/cells.ts'): Promise<Candidate[]> {
  const memory = new CopyMemory(tokenizer);
  memory.set(path, tokenizer.encodePieces(renderFile(path, other)));
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const context = contextOf({ path: 'src/panels/tabs.ts', text, offset });
  return candidatesAt(context, memory, tokenizer);
}

interface Row {
  readonly what: string;
  readonly other: string;
  readonly marked: string;
  readonly rest: string;
  readonly line: number;
  readonly isRenamed?: boolean;
  readonly isSkipping?: boolean;
}

const rows: readonly Row[] = [
  {
    what: 'what followed the same text',
    other: 'open();\nconst value = read(first);\n',
    marked: 'open();\nconst value = |',
    rest: 'read(first);',
    line: 2,
  },
  {
    what: 'from the middle of a word',
    other: 'open();\nconst value = readEverything(first);\n',
    marked: 'open();\nconst value = readEv|',
    rest: 'erything(first);',
    line: 2,
  },
  {
    what: 'the first word of an indented line, half written',
    other: 'if (a) {\n      autoStart: true,\n',
    marked: 'if (b) {\n    autoSt|',
    rest: 'art: true,',
    line: 2,
  },
  {
    what: 'another indentation',
    other: 'open();\n\t\tclose(all);\n',
    marked: 'open();\n  |',
    rest: 'close(all);',
    line: 2,
  },
  {
    what: 'names as the lines above have them',
    other: 'const user = load("user");\ncheck(user);\nsave(user, 1);\n',
    marked: 'const item = load("item");\ncheck(item);\nsave(it|',
    rest: 'em, 1);',
    line: 3,
    isRenamed: true,
  },
  {
    what: 'names as the paths have them',
    other: 'start();\nthis.addClass("CellsPanel");\n',
    marked: 'start();\nthis.addClass(|',
    rest: '"TabsPanel");',
    line: 2,
    isRenamed: true,
  },
  {
    what: 'what follows a line above that is another here',
    other: 'first(1, 2);\nsecond(3);\nthird(4, 5);\n',
    marked: 'first(1, 2);\nsomething.other[0] = 7;\n|',
    rest: 'third(4, 5);',
    line: 3,
    isSkipping: true,
  },
];

for (const { what, other, marked, rest, line, isRenamed = false, isSkipping = false } of rows) {
  test(`candidates: ${what}`, async () => {
    const found = (await candidates(other, marked)).find(candidate => candidate.rest === rest);
    assert.ok(found, 'it is among them');
    const source = found.sources.find(one => one.isRenamed === isRenamed && one.isSkipping === isSkipping);
    assert.deepEqual(source?.place, { path: 'src/panels/cells.ts', line });
    assert.equal(source.isLocal, false);
  });
}

test('candidates from the edited file have its lines, above and below the cursor', async () => {
  const text =
    'one();\nconst value = read(first);\ntwo();\nconst value = |\nthree();\nconst value = write(last);\n';
  const found = await candidates('', text);
  for (const [rest, line] of [
    ['read(first);', 2],
    ['write(last);', 6],
  ] as const) {
    const source = found.find(candidate => candidate.rest === rest)?.sources[0];
    assert.deepEqual([source?.place.line, source?.isLocal], [line, true], rest);
  }
});

test('past the deadline, only continuations of the same text are searched', async () => {
  const memory = new CopyMemory(tokenizer);
  memory.set('b.ts', tokenizer.encodePieces(renderFile('b.ts', 'open();\nconst value = read(first);\n')));
  const marked = 'open();\nconst value = ';
  const context = contextOf({ path: 'a.ts', text: marked, offset: marked.length });
  const late = await candidatesAt(context, memory, tokenizer, { turn: new TimeSlice(undefined, 0) });
  assert.ok(late.some(candidate => candidate.rest === 'read(first);'));
  assert.ok(late.every(candidate => candidate.decoded === 0));
});
