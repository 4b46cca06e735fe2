import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { FileJudge } from '../../../server/unusual/judge-file.ts';
import { implausible } from '../../../server/unusual/plausible.ts';

const tokenizer = loadTokenizer();

/** As "line word expected", of units that score as given. */
async function implausibleIn(text: string, elsewhere: string, isHigh = false): Promise<string[]> {
  const memory = new CopyMemory(tokenizer);
  for (const path of ['b.ts', 'c.ts']) memory.set(path, tokenizer.encodePieces(renderFile(path, elsewhere)));
  const units = await new FileJudge(memory, tokenizer).judge(
    'a.ts',
    tokenizer.encodePieces(renderFile('a.ts', text)),
  );
  return [...implausible(units, () => isHigh)].map(
    ({ evidence: { unit, other } }) => `${unit.line} ${unit.text} ${other?.text}`,
  );
}

const line = (result: string, method = 'parse') =>
  `const ${result} = await fetch(address);\nassert.equal(${result}.status, 200);\nlog.${method}(${result}.body);\n`;

test('a variable of this file is not expected to be one that the file does not have', async () => {
  const found = await implausibleIn(line('result3'), line('result'));
  assert.deepEqual(found.sort(), ['1 result3 result', '2 result3 result', '3 result3 result']);
});

test('a method may be expected that the file does not have, and a variable that it has', async () => {
  const found = await implausibleIn(line('result', 'print'), line('result'));
  assert.ok(!found.some(one => one.includes('print')), found.join());
  const wrong = `const other = 1;\n${line('result').replace('(result.body', '(other.body')}`;
  const wronged = await implausibleIn(wrong, line('result'));
  assert.ok(!wronged.some(one => one.includes('other')), wronged.join());
});

test('two lines of which each is expected to be the other are both meant, if both score high', async () => {
  const twins = 'check(table, first, 1);\ncheck(table, second, 1);\n';
  assert.deepEqual(await implausibleIn(twins, ''), []);
  assert.deepEqual(await implausibleIn(twins, '', true), ['1 first second', '2 second first']);
});
