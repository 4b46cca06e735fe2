/**
 * Whether lines with a slip stand out:
 *   npm run bench -- unusual observe <out.jsonl> [--slips 63] [--seed 7] [--model | --coder <file> --folder <folder>] <folder>…   plants slips and writes what is known of every line
 *   npm run bench -- unusual report [--by nano|coder] <observations>…   the rank of the lines with slips, beside simpler readers and chance
 *   npm run bench -- unusual fit [--by copy|nano|coder] <observations>…   fits a table of server/unusual/score-table.ts
 *   npm run bench -- unusual quiet <folder>… [--files 60] scores of lines without slips, and how many are shown
 *   npm run bench -- unusual marked <folder>… [--slips 63] [--seed 7] [--lines 400] [--list] plants slips and counts how many of their lines are marked
 *   npm run bench -- unusual fixes <clone>… [--commits 50] [--model | --coder <file> --folder <folder>] the rank of lines that small fixes of a repository's history touch, before the fix
 */
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { engineEntry } from '../../server/engine/entry.ts';
import { createEngine } from '../../server/engine/process.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { coderViewer } from '../../server/unusual/coder-viewer.ts';
import { featureNames } from '../../server/unusual/features.ts';
import type { UnitViewer } from '../../server/unusual/model-view.ts';
import { type ScoredBy, scoreTables } from '../../server/unusual/score-table.ts';
import { shippedModel } from './mixture/model.ts';
import { readRepository } from './repositories.ts';
import { fitScore, tablesOf } from './unusual/fit.ts';
import { reportFixes } from './unusual/fixes.ts';
import { markedSlips } from './unusual/marked.ts';
import { nanoViewer } from './unusual/nano-viewer.ts';
import { Observer } from './unusual/observe.ts';
import { quietLines } from './unusual/quiet.ts';
import { copyFeatures, featuresWithModel, readObservations, reportOn } from './unusual/report.ts';
import { trialsOf } from './unusual/trials.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    slips: { type: 'string', default: '63' },
    seed: { type: 'string', default: '7' },
    files: { type: 'string', default: '60' },
    commits: { type: 'string', default: '50' },
    by: { type: 'string', default: 'copy' },
    list: { type: 'boolean', default: false },
    model: { type: 'boolean', default: false },
    coder: { type: 'string' },
    folder: { type: 'string', default: '' },
    lines: { type: 'string', default: '400' },
  },
});
const [action, ...operands] = positionals;

if (action === 'observe' && operands.length > 1) await observe(operands[0]!, operands.slice(1));
else if (action === 'report' && operands.length > 0)
  reportOn(readObservations(operands), values.by as ScoredBy);
else if (action === 'fit' && operands.length > 0) {
  const by = values.by as ScoredBy;
  const weights = fitScore(readObservations(operands), by === 'copy' ? copyFeatures : featuresWithModel);
  const tables = { ...scoreTables, [by]: { ...scoreTables[by], weights: [...weights] } };
  const file = new URL('../../server/unusual/score-table.ts', import.meta.url);
  writeFileSync(file, tablesOf(readFileSync(file, 'utf8'), tables));
} else if (action === 'quiet' && operands.length > 0) await quiet(operands);
else if (action === 'marked' && operands.length > 0)
  await markedSlips(operands, {
    slips: Number(values.slips),
    seed: Number(values.seed),
    lines: Number(values.lines),
    list: values.list,
  });
else if (action === 'fixes' && operands.length > 0) await fixes(operands);
else
  throw new Error(
    'usage: unusual observe|report|fit|quiet|marked|fixes …; the head of the file describes them',
  );

async function observe(out: string, folders: readonly string[]): Promise<void> {
  const tokenizer = loadTokenizer();
  const { model, stop } = await viewerIfAsked();
  const stream = createWriteStream(out);
  for (const folder of folders) {
    const repository = readRepository(folder, tokenizer);
    const observer = new Observer(repository, { tokenizer, model });
    const trials = trialsOf(repository, Number(values.slips), Number(values.seed), Number(values.lines));
    for (const trial of trials) stream.write(`${JSON.stringify(await observer.observe(trial))}\n`);
    console.error(`${repository.name}: ${trials.length} slips, ${featureNames.length} features`);
  }
  stream.end();
  await stop();
}

async function quiet(folders: readonly string[]): Promise<void> {
  const { model, stop } = await viewerIfAsked();
  const { list } = values;
  await quietLines(folders, { files: Number(values.files), seed: Number(values.seed), list, model });
  await stop();
}

async function fixes(clones: readonly string[]): Promise<void> {
  const { model, stop } = await viewerIfAsked();
  await reportFixes(clones, Number(values.commits), model);
  await stop();
}

/** The model that takes part: nano, or a code model that was converted before. */
async function viewerIfAsked(): Promise<{
  readonly model: UnitViewer | undefined;
  readonly stop: () => Promise<void>;
}> {
  if (!values.model && values.coder === undefined) return { model: undefined, stop: async () => {} };
  const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
  const tokenizer = loadTokenizer();
  const model =
    values.coder === undefined
      ? nanoViewer({ engine, model: shippedModel(tokenizer) })
      : await coderViewer({
          engine,
          coder: { file: values.coder, folder: values.folder },
          tokenizer,
          seconds: Number.POSITIVE_INFINITY,
        });
  return { model, stop: () => engine.stop() };
}
