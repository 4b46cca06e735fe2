/**
 * Completion on real repositories beside simpler ways, on the same hidden lines:
 * `npm run bench -- completion <lines> <folder> [<other folder>]`.
 *
 * The floor is what sixty lines of code reach: the longest match of up to 24 tokens, the majority of up to 16 places, token by token.
 * It is given twice: at the cursor as it is, which may be inside a word, and (`aligned`) from the start of that word on.
 */

import type { PredictionScope } from '../../server/copy-memory/predictor.ts';
import type { Asker } from '../../server/evaluation/evaluate.ts';
import { runEvaluation } from '../../server/evaluation/evaluate.ts';
import type { CursorCase } from '../../server/evaluation/lines.ts';
import { evaluationText } from '../../server/evaluation/report.ts';
import { contextOf } from '../../server/fitting/context.ts';
import { renderPrompt } from '../../server/sequence/render.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

const [lines = '200', folder = '.', other] = process.argv.slice(2);
const tokenizer = loadTokenizer();
const started = performance.now();
const { name, memory } = await readRepository(folder, tokenizer);
const seconds = (performance.now() - started) / 1000;
console.log(
  `${name}: ${memory.tokens} tokens read in ${seconds.toFixed(1)} s, ${(memory.bytes / memory.tokens).toFixed(1)} bytes a token`,
);
const evaluation = await runEvaluation({
  memory,
  tokenizer,
  lines: Number(lines),
  seed: 1,
  settings: ['file', 'repo', 'bm25', 'oracle', ...(other === undefined ? [] : [`other:${other}`])],
  openOther: async path => (await readRepository(path, tokenizer)).memory,
  baselines: new Map<string, Asker>([
    ['floor file', one => floor(one, 'file', false)],
    ['floor repo', one => floor(one, 'repository', false)],
    ['floor file aligned', one => floor(one, 'file', true)],
    ['floor repo aligned', one => floor(one, 'repository', true)],
  ]),
});
console.log(evaluationText(evaluation));

async function floor(one: CursorCase, scope: PredictionScope, isAligned: boolean) {
  const begun = performance.now();
  const path = one.line.file.path;
  const { typed } = isAligned ? contextOf({ path, text: one.text, offset: one.offset }) : { typed: '' };
  const prefix = one.text.slice(0, one.offset - typed.length);
  const prompt = tokenizer.encodePieces(renderPrompt(path, prefix, one.text.slice(one.offset)));
  const hypothesis = memory.begin(prompt, path, scope);
  let text = '';
  let matched = 24;
  for (let step = 0; step < 60 && !text.includes('\n'); step++) {
    const drafts = hypothesis.drafts({ count: 16, tokens: 1, before: 0 });
    const longest = Math.min(24, drafts[0]?.matched ?? 0);
    const votes = new Map<number, number>();
    for (const draft of drafts.filter(draft => Math.min(24, draft.matched) === longest).slice(0, 16)) {
      const token = draft.tokens[0];
      if (token !== undefined) votes.set(token, (votes.get(token) ?? 0) + 1);
    }
    const best = [...votes].sort((a, b) => b[1] - a[1])[0];
    if (best === undefined) break;
    matched = Math.min(matched, longest);
    text += tokenizer.decode([best[0]]);
    hypothesis.push(best[0]);
  }
  const isPossible = text.startsWith(typed);
  const suggested = isPossible ? text.slice(typed.length).split('\n')[0]! : '';
  return {
    before: one.before,
    expected: one.expected,
    suggested,
    confidence: matched / 24,
    shown: suggested !== '',
    milliseconds: performance.now() - begun,
  };
}
