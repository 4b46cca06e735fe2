/**
 * Fits the table of `server/completion/confidence.ts` on repositories named on the command line:
 * `node test/bench/completion-fit.ts <lines> <folder>…`. Prints, for each repository, what a table fitted on all the others would
 * reach on it beside the table in use, and then the table fitted on all of them.
 */
import { chooseLines, cursorIn } from '../../server/cli/eval-lines.ts';
import { randomFrom } from '../../server/cli/eval-random.ts';
import { candidatesAt } from '../../server/completion/candidates.ts';
import { rank } from '../../server/completion/confidence.ts';
import { contextOf } from '../../server/completion/context.ts';
import { featureNames, featuresOf, type Judged } from '../../server/completion/features.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

interface Case {
  readonly repository: number;
  readonly kind: string;
  readonly judged: readonly Judged[];
  readonly right: number;
}

const [count = '200', ...folders] = process.argv.slice(2);
const tokenizer = loadTokenizer();
/** Half of the cases are lines of new code: some of what follows is not there yet. */
const longestUnwritten = 12;
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

/** Maximum likelihood of the right candidate, or of none, by Newton's method with a little ridge. */
function fit(training: readonly Case[]): Float64Array {
  const size = featureNames.length;
  const weights = new Float64Array(size);
  for (let iteration = 0; iteration < 15; iteration++) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, (_, i) => {
      const row = new Float64Array(size);
      row[i] = 1;
      return row;
    });
    for (const { judged, right } of training) {
      const odds = judged.map(({ features }) => Math.exp(Math.min(30, dot(features, weights))));
      const total = odds.reduce((sum, one) => sum + one, 1);
      const mean = new Float64Array(size);
      for (const [i, { features }] of judged.entries()) {
        const p = odds[i]! / total;
        for (let a = 0; a < size; a++) {
          const scaled = p * features[a]!;
          mean[a]! += scaled;
          gradient[a]! += (i === right ? features[a]! : 0) - scaled;
          if (scaled !== 0) for (let b = 0; b < size; b++) hessian[a]![b]! += scaled * features[b]!;
        }
      }
      for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) hessian[a]![b]! -= mean[a]! * mean[b]!;
    }
    for (let a = 0; a < size; a++) gradient[a]! -= weights[a]!;
    const step = solve(hessian, gradient);
    const longest = Math.max(...step.map(Math.abs));
    for (let a = 0; a < size; a++) weights[a]! += step[a]! * Math.min(1, 2 / longest);
  }
  return weights;
}

/** Gaussian elimination with pivoting; the matrix is used up. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [x[column], x[pivot]] = [x[pivot]!, x[column]!];
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      for (let k = column; k < size; k++) matrix[row]![k]! -= factor * matrix[column]![k]!;
      x[row]! -= factor * x[column]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= matrix[row]![k]! * x[k]!;
    x[row]! /= matrix[row]![row]!;
  }
  return x;
}
