/** Fits the network that scores units: those of lines with a slip against the others of their files. */
import { networkOutput } from '../../../server/unusual/score.ts';
import type { ScoredBy, ScoreTable } from '../../../server/unusual/score-table.ts';
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
export function fitScore(observations: readonly Observation[], featuresOf: FeaturesOf): Float64Array {
  const random = randomFrom(5);
  const examples = observations.map(observation => examplesIn(observation, featuresOf));
  const first = trainOn(examples, others => {
    const share = Math.min(1, mostOthers / Math.max(1, others.length));
    return others.flatMap(unit => (random() < share ? [{ unit, weight: 1 / share }] : []));
  });
  return trainOn(examples, others => {
    const ranked = others
      .map(unit => ({ unit, score: networkOutput(unit.features, first) }))
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

/** What the network sees of one unit of a file. */
export type FeaturesOf = (units: readonly ObservedUnit[], at: number) => ArrayLike<number>;

interface Example {
  readonly features: ArrayLike<number>;
}

interface FileExamples {
  readonly slips: readonly Example[];
  readonly others: readonly Example[];
}

function examplesIn({ units, line, now, was, kind }: Observation, featuresOf: FeaturesOf): FileExamples {
  const all = units.map((unit, at) => ({ unit, features: featuresOf(units, at) }));
  return {
    slips: all.filter(({ unit }) => unit.line === line && isSlip(unit.text, unit.other, was, now, kind)),
    others: all.filter(({ unit }) => unit.line !== line),
  };
}

type Chosen = readonly { readonly unit: Example; readonly weight: number }[];

/** @param choose units without a slip, and how many each stands for */
function trainOn(
  files: readonly FileExamples[],
  choose: (others: readonly Example[]) => Chosen,
): Float64Array {
  const values: number[] = [];
  const right: number[] = [];
  const weights: number[] = [];
  for (const { slips, others } of files) {
    for (const { features } of slips) {
      values.push(...Array.from(features));
      right.push(1);
      weights.push(3 / slips.length);
    }
    for (const { unit, weight } of choose(others)) {
      values.push(...Array.from(unit.features));
      right.push(0);
      weights.push(weight / 20);
    }
  }
  const rows = {
    values: Float32Array.from(values),
    size: values.length / right.length,
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

/** The source of `server/unusual/score-table.ts`, with other tables. @param source as it is */
export function tablesOf(source: string, tables: Readonly<Record<ScoredBy, ScoreTable>>): string {
  const head = source.slice(0, source.indexOf('// biome-ignore'));
  return [
    `${head}// biome-ignore format: tables`,
    'export const scoreTables: Readonly<Record<ScoredBy, ScoreTable>> = {',
    ...Object.entries(tables).flatMap(([by, { shownFrom, weights }]) => [
      `  ${by}: {`,
      `    shownFrom: ${shownFrom},`,
      '    weights: [',
      ...rowsOf(weights),
      '    ],',
      '  },',
    ]),
    '};',
    '',
  ].join('\n');
}

function rowsOf(weights: readonly number[]): string[] {
  const rounded = weights.map(one => Math.round(one * 100) / 100);
  const rows: string[] = [];
  for (let i = 0; i < rounded.length; i += 15) rows.push(`      ${rounded.slice(i, i + 15).join(', ')},`);
  return rows;
}
