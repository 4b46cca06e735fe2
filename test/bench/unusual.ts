/**
 * Whether lines with a slip stand out:
 *   npm run bench -- unusual observe <out.jsonl> [--slips 63] [--seed 7] [--model] <folder>…   plants slips and writes what is known of every line
 *   npm run bench -- unusual report <observations>…      the rank of the lines with slips, beside simpler readers and chance
 *   npm run bench -- unusual fit <observations>…         fits server/unusual/score-table.ts
 *   npm run bench -- unusual quiet <folder>… [--files 60] scores of lines without slips, and how many are shown
 *   npm run bench -- unusual fixes <clone>… [--commits 50] the rank of lines that small fixes of a repository's history touch, before the fix
 */
import { createWriteStream, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { engineEntry } from '../../server/engine/entry.ts';
import { createEngine } from '../../server/engine/process.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { featureNames } from '../../server/unusual/features.ts';
import { shippedModel } from './mixture/model.ts';
import { readRepository } from './repositories.ts';
import { fitScore, shownFromOf, tableOf } from './unusual/fit.ts';
import { reportFixes } from './unusual/fixes.ts';
import { Observer } from './unusual/observe.ts';
import { quietLines } from './unusual/quiet.ts';
import { readObservations, reportOn } from './unusual/report.ts';
import { trialsOf } from './unusual/trials.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slips: { type: 'string', default: '63' },
    seed: { type: 'string', default: '7' },
    files: { type: 'string', default: '60' },
    commits: { type: 'string', default: '50' },
    list: { type: 'boolean', default: false },
    model: { type: 'boolean', default: false },
  },
});
const [action, ...operands] = positionals;

if (action === 'observe' && operands.length > 1) await observe(operands[0]!, operands.slice(1));
else if (action === 'report' && operands.length > 0) reportOn(readObservations(operands));
else if (action === 'fit' && operands.length > 0) {
  const weights = fitScore(readObservations(operands));
  writeFileSync(
    new URL('../../server/unusual/score-table.ts', import.meta.url),
    tableOf(weights, shownFromOf()),
  );
} else if (action === 'quiet' && operands.length > 0)
  await quietLines(operands, { files: Number(values.files), seed: Number(values.seed), list: values.list });
else if (action === 'fixes' && operands.length > 0) await reportFixes(operands, Number(values.commits));
else throw new Error('usage: unusual observe|report|fit|quiet|fixes …; the head of the file describes them');

async function observe(out: string, folders: readonly string[]): Promise<void> {
  const tokenizer = loadTokenizer();
  const engine = values.model
    ? createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} })
    : undefined;
  const stream = createWriteStream(out);
  for (const folder of folders) {
    const repository = readRepository(folder, tokenizer);
    const observer = new Observer(repository, {
      tokenizer,
      ...(engine && { engine, model: shippedModel(tokenizer) }),
    });
    const trials = trialsOf(repository, Number(values.slips), Number(values.seed));
    for (const trial of trials) stream.write(`${JSON.stringify(await observer.observe(trial))}\n`);
    console.error(`${repository.name}: ${trials.length} slips, ${featureNames.length} features`);
  }
  stream.end();
  await engine?.stop();
}
