/** Fits the network that scores units: those of lines with a slip against the others of their files. */
import { featureNames } from '../../../server/unusual/features.ts';
import { scoreOf } from '../../../server/unusual/score.ts';
import { shownFrom } from '../../../server/unusual/score-table.ts';
import { train } from '../perceptron.ts';
import { randomFrom } from '../repositories.ts';
import type { Observation, ObservedUnit } from './observe.ts';

const hidden = 8;
/** Units without a slip that are taken of each file. */
const mostOthers = 150;
/** Of these, those that look most like a slip. */
const hard = 60;

/**
 * In two rounds: the second takes, of each file, the units that the first scores highest, for these are what a slip has to stand out from.
 */
export function fitScore(observations: readonly Observation[]): Float64Array {
  const random = randomFrom(5);
  const first = trainOn(observations, others => {
    const share = Math.min(1, mostOthers / Math.max(1, others.length));
    return others.flatMap(unit => (random() < share ? [{ unit, weight: 1 / share }] : []));
  });
  return trainOn(observations, others => {
    const ranked = others
      .map(unit => ({ unit, score: scoreOf(unit.features, first) }))
      .sort((a, b) => b.score - a.score);
    const hardest = ranked.slice(0, hard).map(({ unit }) => ({ unit, weight: 1 }));
    const rest = ranked.slice(hard);
    const share = Math.min(1, (mostOthers - hard) / Math.max(1, rest.length));
    return [
      ...hardest,
      ...rest.flatMap(({ unit }) => (random() < share ? [{ unit, weight: 1 / share }] : [])),
    ];
  });
}

type Chosen = readonly { readonly unit: ObservedUnit; readonly weight: number }[];

/** @param choose units without a slip, and how many each stands for */
function trainOn(
  observations: readonly Observation[],
  choose: (others: readonly ObservedUnit[]) => Chosen,
): Float64Array {
  const values: number[] = [];
  const right: number[] = [];
  const weights: number[] = [];
  for (const { units, line, now, was, kind } of observations) {
    const slips = units.filter(unit => unit.line === line && isSlip(unit.text, unit.other, was, now, kind));
    for (const unit of slips) {
      values.push(...unit.features);
      right.push(1);
      weights.push(3 / slips.length);
    }
    for (const { unit, weight } of choose(units.filter(one => one.line !== line))) {
      values.push(...unit.features);
      right.push(0);
      weights.push(weight / 20);
    }
  }
  const rows = {
    values: Float32Array.from(values),
    size: featureNames.length,
    right: Uint8Array.from(right),
    weight: Float32Array.from(weights),
  };
  return train(rows, { hidden, epochs: 30, seed: 1 });
}

/** Of the units in a line with a slip, those that the slip changed, or beside which something is gone. */
function isSlip(text: string, other: string, was: string, now: string, kind: string): boolean {
  const pieces = (of: string): string[] => of.match(/\w+|[^\s\w]+/g) ?? [];
  if (kind === 'dropped') return pieces(was).includes(other);
  return pieces(now).some(piece => text.includes(piece)) || pieces(was).some(piece => other === piece);
}

/** The threshold in use: it is chosen by `quiet`. */
export function shownFromOf(): number {
  return shownFrom;
}

export function tableOf(weights: Float64Array, threshold: number): string {
  const rounded = [...weights].map(one => Math.round(one * 100) / 100);
  const rows: string[] = [];
  for (let i = 0; i < rounded.length; i += 15) rows.push(`  ${rounded.slice(i, i + 15).join(', ')},`);
  return [
    '/** Fitted by `npm run bench -- unusual fit` to slips planted in click, gin and pino. */',
    '',
    '/** A unit of this score and above is shown unasked: chosen by `npm run bench -- unusual quiet`. */',
    `export const shownFrom = ${threshold};`,
    '',
    "/** For each hidden unit the weights of all features and a bias; then the weights of the hidden units and the result's bias. */",
    '// biome-ignore format: a table',
    'export const scoreWeights: readonly number[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
}
