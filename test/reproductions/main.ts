/**
 * `npm run reproduce -- <name> … [--quick] [--recorded]`: runs reproductions of the papers' claims and prints for each the paper's set-up and
 * figure, ours, and the difference. A full run is recorded in `kernels/figures/reproductions`, with its figure; `--recorded` prints from there.
 * `npm run reproduce -- setup` installs PyTorch for those that train.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drawChart } from '../bench/kernels/plot.ts';
import { reproductions } from './list.ts';
import { installPython } from './python.ts';
import { format, type Reproduction, type Row } from './reproduction.ts';

const folder = path.join(import.meta.dirname, '../../kernels/figures/reproductions');
const given = process.argv.slice(2);
const flags = given.filter(word => word.startsWith('--'));
const names = given.filter(word => !word.startsWith('--'));
const strange = flags.find(flag => flag !== '--quick' && flag !== '--recorded');
const known = reproductions.map(({ name }) => name);
const unknown = names.find(name => name !== 'setup' && !known.includes(name));
if (strange !== undefined || unknown !== undefined || names.length === 0) {
  console.error(
    strange === undefined ? `There is no reproduction "${unknown ?? ''}".` : `There is no option ${strange}.`,
  );
  console.error(
    `npm run reproduce -- <name> … [--quick] [--recorded], where a name is one of ${known.join(', ')}`,
  );
  console.error('npm run reproduce -- setup installs PyTorch into the user’s cache folder.');
  process.exit(2);
}
if (names.includes('setup')) console.log(`PyTorch is in ${installPython()}`);
for (const one of reproductions.filter(({ name }) => names.includes(name))) {
  const failed = await reproduce(one);
  if (failed) process.exitCode = 1;
}

async function reproduce(one: Reproduction): Promise<boolean> {
  const quick = flags.includes('--quick');
  const record = path.join(folder, `${one.name}.jsonl`);
  const recorded = flags.includes('--recorded');
  if (recorded && !existsSync(record)) {
    console.error(`No full run of ${one.name} is recorded.`);
    return true;
  }
  const start = performance.now();
  const rows: Row[] = [];
  if (recorded) {
    rows.push(
      ...readFileSync(record, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Row),
    );
  } else {
    for await (const row of one.run(quick)) rows.push(row);
  }
  const seconds = (performance.now() - start) / 1000;
  const verdict = one.judge(rows, quick);
  console.log(`\n${one.name}: ${one.claim}\n`);
  console.log(
    `paper       ${one.paper.source}\n            ${one.paper.setup}\n            ${one.paper.figure}`,
  );
  console.log(`ours        ${one.setup(quick)}\n            ${verdict.figure}\n`);
  console.log(format(verdict.table));
  console.log(`\ndifference  ${verdict.difference}`);
  if (verdict.fails !== undefined) console.log(`NOT REPRODUCED: ${verdict.fails}`);
  if (!recorded) console.log(`            ${seconds.toFixed(0)} s`);
  if (!quick) {
    mkdirSync(folder, { recursive: true });
    if (!recorded) writeFileSync(record, rows.map(row => `${JSON.stringify(row)}\n`).join(''));
    if (verdict.chart !== undefined)
      writeFileSync(path.join(folder, `${one.name}.svg`), drawChart(verdict.chart));
  }
  return verdict.fails !== undefined;
}
