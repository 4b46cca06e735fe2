/**
 * Would the model know better which candidate comes next, and how sure to be?
 *     npm run bench -- completion-model [--lines 60] [--model folder] <folder> <folder> …
 * Lines are hidden as for `completion-fit.ts`. The candidates that are ranked first are scored by the model, which reads what stands around the cursor
 * and no repository, and two features are added: the model's share of a candidate among them, and its mean log-probability of a token. For each
 * repository the table is fitted on all others, with and without: exact matches, nats that the right choice costs, and the share of the
 * lines that could be shown if four in five are to be right.
 */
import { parseArgs } from 'node:util';
import { candidatesAt } from '../../server/completion/candidates.ts';
import { rank } from '../../server/completion/confidence.ts';
import { featureNames, featuresOf } from '../../server/completion/features.ts';
import { engineEntry } from '../../server/engine/entry.ts';
import { createEngine } from '../../server/engine/process.ts';
import { chooseLines, cursorIn } from '../../server/evaluation/lines.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import { contextOf, type EditContext } from '../../server/fitting/context.ts';
import { ModelPredictor } from '../../server/model-memory/model-predictor.ts';
import { renderPrompt } from '../../server/sequence/render.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';
import { fitConditionalLogit } from './conditional-logit.ts';
import { shippedModel } from './mixture/model.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { lines: { type: 'string', default: '60' }, model: { type: 'string' } },
});

/** Candidates that are scored, and features including the model's. */
const mostScored = 8;
const longestUnwritten = 12;
const width = featureNames.length + 3;

interface Case {
  readonly repository: number;
  readonly options: readonly Float64Array[];
  readonly right: number;
}

const tokenizer = loadTokenizer();
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
const predictor = new ModelPredictor({
  engine,
  model: shippedModel(tokenizer, values.model),
  tokenizer,
  memoryFor: () => undefined,
});

const cases: Case[] = [];
let [asked, milliseconds] = [0, 0];
for (const [repository, folder] of positionals.entries()) {
  const { memory, files } = await readRepository(folder, tokenizer);
  const random = randomFrom(2);
  for (const line of chooseLines(files, Number(values.lines), random)) {
    for (const fraction of [0, 0.4]) {
      for (const unwritten of [0, 1 + Math.floor(random() * longestUnwritten)]) {
        const { text, offset, expected } = cursorIn(line, fraction, unwritten);
        const context = contextOf({ path: line.file.path, text, offset });
        const judged = rank(featuresOf(await candidatesAt(context, memory, tokenizer), context));
        const started = performance.now();
        const told = await scores(
          context,
          judged.slice(0, mostScored).map(({ candidate }) => candidate.rest),
        );
        milliseconds += performance.now() - started;
        asked++;
        cases.push({
          repository,
          right: judged.findIndex(({ candidate }) => candidate.rest === expected),
          options: judged.map(({ features }, at) => withModel(features, told, at)),
        });
      }
    }
  }
  console.error(`${folder}: ${cases.length} places so far, ${(milliseconds / asked).toFixed(0)} ms each`);
}
await engine.stop();

const plain = (options: readonly Float64Array[]): Float64Array[] =>
  options.map(features => features.slice(0, featureNames.length));
const totals = { without: [] as Outcome[], with: [] as Outcome[] };
for (const [repository, folder] of positionals.entries()) {
  const own = cases.filter(one => one.repository === repository);
  const others = cases.filter(one => one.repository !== repository);
  const without = outcomes(
    own.map(one => ({ ...one, options: plain(one.options) })),
    fitConditionalLogit(
      others.map(one => ({ ...one, options: plain(one.options) })),
      featureNames.length,
    ),
  );
  const withModel = outcomes(own, fitConditionalLogit(others, width));
  totals.without.push(...without);
  totals.with.push(...withModel);
  console.log(`${folder.replace(/.*\//, '')}  without ${summary(without)} | with ${summary(withModel)}`);
}
console.log(`all  without ${summary(totals.without)} | with ${summary(totals.with)}`);
const all = fitConditionalLogit(cases, width);
console.log(
  `weights of the model's: ${Array.from(all.slice(featureNames.length), w => w.toFixed(3)).join(' ')}`,
);

/** Log-probabilities of whole lines, and how many of their tokens differ from the typed ones. */
async function scores(
  { path, above, after, linePrefix }: EditContext,
  rests: readonly string[],
): Promise<{ total: number; mean: number }[]> {
  const prompt = tokenizer.encodePieces(renderPrompt(path, above ?? '', after));
  const start = (above === undefined ? '' : '\n') + linePrefix;
  const typed = tokenizer.encode(start);
  const found = [];
  for (const rest of rests) {
    const line = tokenizer.encode(`${start}${rest}\n`);
    let same = 0;
    while (same < typed.length && typed[same] === line[same]) same++;
    const logs = await predictor.score(prompt, line.slice(0, 60), undefined, { scope: 'file' });
    const own = logs.slice(same);
    found.push({
      total: logs.reduce((sum, one) => sum + one, 0),
      mean: own.reduce((sum, one) => sum + one, 0) / Math.max(1, own.length),
    });
  }
  return found;
}

function withModel(
  features: Float64Array,
  told: readonly { total: number; mean: number }[],
  at: number,
): Float64Array {
  const row = new Float64Array(width);
  row.set(features);
  const mine = told[at];
  if (mine !== undefined) {
    const most = Math.max(...told.map(({ total }) => total));
    const all = told.reduce((sum, { total }) => sum + Math.exp(total - most), 0);
    row[featureNames.length] = Math.exp(mine.total - most) / all;
    row[featureNames.length + 1] = Math.max(-5, mine.mean);
    row[featureNames.length + 2] = Math.max(-8, mine.total - most) / 4;
  } else {
    row[featureNames.length + 1] = -5;
    row[featureNames.length + 2] = -2;
  }
  return row;
}

interface Outcome {
  readonly right: boolean;
  readonly claimed: number;
  readonly nats: number;
}

function outcomes(own: readonly Omit<Case, 'repository'>[], weights: Float64Array): Outcome[] {
  return own.map(({ options, right }) => {
    const odds = options.map(features => Math.exp(features.reduce((sum, x, i) => sum + x * weights[i]!, 0)));
    const total = odds.reduce((sum, one) => sum + one, 1);
    const best = odds.indexOf(Math.max(...odds));
    return {
      right: best >= 0 && best === right,
      claimed: (odds[best] ?? 0) / total,
      nats: -Math.log((right < 0 ? 1 : odds[right]!) / total),
    };
  });
}

function summary(found: readonly Outcome[]): string {
  const rights = found.filter(({ right }) => right).length / found.length;
  const nats = found.reduce((sum, one) => sum + one.nats, 0) / found.length;
  const sorted = [...found].sort((a, b) => b.claimed - a.claimed);
  const shown = (precision: number): number => {
    let [most, right] = [0, 0];
    for (const [at, one] of sorted.entries()) {
      right += Number(one.right);
      if (right / (at + 1) >= precision) most = at + 1;
    }
    return most / found.length;
  };
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return `exact ${percent(rights)}, ${nats.toFixed(3)} nats, shown at 4 in 5 right ${percent(shown(0.8))}, at half ${percent(shown(0.5))}`;
}
