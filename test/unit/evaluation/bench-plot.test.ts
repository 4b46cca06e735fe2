import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { plotSvg } from '../../../server/evaluation/bench-plot.ts';
import { runEvaluation } from '../../../server/evaluation/evaluate.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

test('draws one curve per setting, and escapes markup in names', async () => {
  const tokenizer = loadTokenizer();
  const memory = new CopyMemory(tokenizer);
  const code = 'const total = add(first, second);\nconst other = add(second, first);\n';
  for (const name of ['a', 'b', 'c'])
    memory.set(`${name}.ts`, tokenizer.encodePieces(renderFile(`${name}.ts`, code)));
  const completion = await runEvaluation({
    memory,
    tokenizer,
    lines: 4,
    seed: 1,
    settings: ['file', 'repo'],
    openOther: () => Promise.reject(new Error('none')),
  });
  const one = { ratio: 0.5, value: 1, beside: 2, unit: 'ms', what: 'one beside the other' };
  const figures = { read: one, decode: one, edit: one, reopen: one };
  const svg = plotSvg({ name: '<b>&', files: 3, tokens: 99, completion, ...figures });
  assert.equal(svg.match(/<polyline/g)?.length, 2);
  assert.ok(svg.includes('&lt;b&gt;&amp;') && !svg.includes('<b>'));
  assert.ok(svg.includes('read 0.50×') && !/NaN|undefined/.test(svg));
});
