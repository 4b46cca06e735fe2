/** Tasks of the reproductions, answered a second way. */
import assert from 'node:assert/strict';
import { rowsOf } from './python.ts';
import { testWithPython } from './python-test.ts';

testWithPython('ListOps: every list has the value that reading it gives', async () => {
  const values = new Set<number>();
  for await (const { text, value } of rowsOf('check_tasks', true)) {
    const words = (text as string).split(' ');
    assert.ok(words.length >= 128 && words.length <= 256, `${words.length} tokens`);
    assert.equal(readList(words), value, text as string);
    values.add(value as number);
  }
  assert.ok(values.size > 2, 'the values differ');
});

/** With a stack of open lists, where the tree is made by recursion. */
function readList(words: readonly string[]): number {
  const open: { operator: string; values: number[] }[] = [];
  let answer = Number.NaN;
  for (const word of words) {
    if (word.startsWith('[')) {
      open.push({ operator: word.slice(1), values: [] });
      continue;
    }
    const value = word === ']' ? reduced(open.pop()!) : Number(word);
    const list = open.at(-1);
    if (list === undefined) answer = value;
    else list.values.push(value);
  }
  assert.equal(open.length, 0, 'every list is closed');
  return answer;
}

function reduced({ operator, values }: { operator: string; values: number[] }): number {
  const sorted = values.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  switch (operator) {
    case 'MIN':
      return sorted[0]!;
    case 'MAX':
      return sorted[last]!;
    case 'MED':
      return Math.floor((sorted[Math.floor(last / 2)]! + sorted[Math.ceil(last / 2)]!) / 2);
    case 'SM':
      return values.reduce((sum, value) => sum + value, 0) % 10;
    default:
      throw new Error(`no operator ${operator}`);
  }
}
