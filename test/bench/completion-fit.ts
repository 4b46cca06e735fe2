/**
 * Fits the table of `server/completion/confidence.ts` on repositories named on the command line:
 * `npm run bench -- completion-fit <lines> <folder>…`. Prints, for each repository, what a table fitted on all the others would
 * reach on it beside the table in use, and then the table fitted on all of them and the knots of its calibration.
 */

import { candidatesAt } from '../../server/completion/candidates.ts';
import { rank } from '../../server/completion/confidence.ts';
import { featureNames, featuresOf, type Judged } from '../../server/completion/features.ts';
import { chooseLines, cursorIn } from '../../server/evaluation/lines.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import { contextOf } from '../../server/fitting/context.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';
import { fitConditionalLogit } from './conditional-logit.ts';

interface Case {
  readonly repository: number;
  readonly kind: string;
  readonly judged: readonly Judged[];
  readonly right: number;
}

const [count = '200', ...folders] = process.argv.slice(2);
const tokenizer = loadTokenizer();
/** Half of the cases are new code: some following lines are missing. */
const longestUnwritten = 12;
/** Knots of the calibration: few enough that each is a mean of many. */
const knotCount = 6;
const cases: Case[] = [];
for (const [repository, folder] of folders.entries()) {
  const { memory, files } = await readRepository(folder, tokenizer);
  const random = randomFrom(1);
  const lines = chooseLines(files, Number(count), random);
  for (const fraction of [0, 0.4]) {
    for (const scope of ['file', 'repository'] as const) {
      for (const line of lines) {
        for (const unwritten of [0, 1 + Math.floor(random() * longestUnwritten)]) {
          const { text, offset, expected } = cursorIn(line, fraction, unwritten);
          const context = contextOf({ path: line.file.path, text, offset });
          const judged = featuresOf(await candidatesAt(context, memory, tokenizer, { scope }), context);
          const right = judged.findIndex(({ candidate }) => candidate.rest === expected);
          cases.push({
            repository,
            kind: `${fraction} ${scope}${unwritten > 0 ? ' new' : ''}`,
            judged,
            right,
          });
        }
      }
    }
  }
  console.error(`${folder}: ${files.length} files, ${memory.tokens} tokens, ${lines.length} lines`);
}

for (const [repository, folder] of folders.entries()) {
  const weights = fit(cases.filter(one => one.repository !== repository));
  const row = [...new Set(cases.map(one => one.kind))].map(kind => {
    const own = cases.filter(one => one.repository === repository && one.kind === kind);
    const now = own.filter(
      one => rank(one.judged)[0]?.candidate === one.judged[one.right]?.candidate && one.right >= 0,
    );
    const fitted = own.filter(one => one.right >= 0 && best(one.judged, weights) === one.right);
    const share = (n: number): string => ((100 * n) / own.length).toFixed(1);
    return `${kind}: ${share(now.length)} now, ${share(fitted.length)} fitted, ${share(own.filter(one => one.right >= 0).length)} known`;
  });
  console.log(`${folder.replace(/.*\//, '')}  ${row.join(' | ')}`);
}
const all = fit(cases);
console.log(featureNames.map((name, i) => `  ${name}: ${Number(all[i]!.toFixed(3))},`).join('\n'));

const claims = cases.flatMap(({ judged, right }) => {
  const at = best(judged, all);
  if (at < 0) return [];
  const odds = judged.map(({ features }) => Math.exp(dot(features, all)));
  return [{ claimed: odds[at]! / odds.reduce((sum, one) => sum + one, 1), right: Number(at === right) }];
});
claims.sort((a, b) => a.claimed - b.claimed);
for (let i = 0; i < knotCount; i++) {
  const own = claims.slice((i * claims.length) / knotCount, ((i + 1) * claims.length) / knotCount);
  const mean = (value: (one: (typeof claims)[number]) => number): string =>
    (own.reduce((sum, one) => sum + value(one), 0) / own.length).toFixed(3);
  console.log(`  [${mean(one => one.claimed)}, ${mean(one => one.right)}],`);
}

function best(judged: readonly Judged[], weights: Float64Array): number {
  let found = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, { features }] of judged.entries()) {
    const score = dot(features, weights);
    if (score > most) {
      most = score;
      found = i;
    }
  }
  return found;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function fit(training: readonly Case[]): Float64Array {
  const choices = training.map(({ judged, right }) => ({
    options: judged.map(({ features }) => features),
    right,
  }));
  return fitConditionalLogit(choices, featureNames.length);
}
