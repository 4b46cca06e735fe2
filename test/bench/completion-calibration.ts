/**
 * Claimed against actual: how often suggestions of a given confidence are right, on repositories that the confidence was not fitted on:
 * `npm run bench -- completion-calibration <lines> <folder>…`. Half of the cases are new code, with nothing below it yet.
 */

import { complete } from '../../server/completion/complete.ts';
import { leastConfidence } from '../../server/completion/threshold.ts';
import { chooseLines, cursorIn } from '../../server/evaluation/lines.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

interface Judged {
  readonly confidence: number;
  readonly isRight: boolean;
}

const bins = 10;
const width = 50;
const [count = '200', ...folders] = process.argv.slice(2);
const tokenizer = loadTokenizer();
const judged: Judged[] = [];
for (const folder of folders) {
  const { name, memory, files } = await readRepository(folder, tokenizer);
  const random = randomFrom(5);
  for (const line of chooseLines(files, Number(count), random)) {
    for (const fraction of [0, 0.4]) {
      const unwritten = random() < 0.5 ? 0 : 1 + Math.floor(12 * random());
      const { text, offset, expected } = cursorIn(line, fraction, unwritten);
      const budget = Number.POSITIVE_INFINITY;
      const { line: best } = await complete(
        { path: line.file.path, text, offset, budget },
        memory,
        tokenizer,
      );
      if (best === undefined) continue;
      judged.push({
        confidence: best.confidence,
        isRight: best.text.split('\n')[0]!.trim() === expected.trim(),
      });
    }
  }
  console.error(`${name}: ${judged.length} suggestions`);
}

console.log(`${judged.length} suggestions on ${folders.length} repositories; █ claimed, ○ right`);
let error = 0;
for (let bin = 0; bin < bins; bin++) {
  const own = judged.filter(one => Math.min(bins - 1, Math.floor(one.confidence * bins)) === bin);
  if (own.length === 0) continue;
  const claimed = mean(own.map(one => one.confidence));
  const right = mean(own.map(one => Number(one.isRight)));
  error += (own.length / judged.length) * Math.abs(claimed - right);
  console.log(
    `${`${bin * 10}–${bin * 10 + 10} %`.padStart(8)} ${bar(claimed, right)} ${percent(claimed)} claimed, ${percent(right)} right, n ${own.length}`,
  );
}
console.log(`expected calibration error ${percent(error)}`);
for (const eagerness of [0, 0.25, 0.5, 0.75, 1]) {
  const shown = judged.filter(one => one.confidence >= leastConfidence(eagerness));
  console.log(
    `eagerness ${eagerness}: ${percent(shown.length / judged.length)} of suggestions shown, ${percent(mean(shown.map(one => Number(one.isRight))))} of them right`,
  );
}

function bar(claimed: number, right: number): string {
  const cells: string[] = Array.from({ length: width + 1 }, (_, i) => (i <= claimed * width ? '█' : ' '));
  cells[Math.round(right * width)] = '○';
  return cells.join('');
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
