/** Ranks of lines with slips: in their file, and in a change of 200 lines. */
import { readFileSync } from 'node:fs';
import { modelFeaturesOf } from '../../../server/unusual/model-view.ts';
import { scoreOf } from '../../../server/unusual/score.ts';
import type { ScoredBy } from '../../../server/unusual/score-table.ts';
import { randomFrom } from '../repositories.ts';
import type { Observation, ObservedUnit } from './observe.ts';
import { slipKinds } from './plants.ts';

export function readObservations(files: readonly string[]): Observation[] {
  return files.flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Observation),
  );
}

/** A score of each of an observation's lines. */
type Reader = (observation: Observation) => number[];

const least = -1e9;

function byUnits(score: (unit: ObservedUnit, at: number, all: readonly ObservedUnit[]) => number): Reader {
  return ({ lines, units }) => {
    const best = new Map<number, number>();
    for (const [at, unit] of units.entries())
      best.set(unit.line, Math.max(best.get(unit.line) ?? least, score(unit, at, units)));
    return lines.map(line => best.get(line) ?? least);
  };
}

export const copyFeatures = (units: readonly ObservedUnit[], at: number) => units[at]!.features;

/** Those of the copy memory, followed by those of the model. */
export function featuresWithModel(units: readonly ObservedUnit[], at: number): Float64Array {
  const views = [at - 1, at, at + 1].map(i => {
    const [own, expected, odds] = units[i]?.model ?? [0, 0, 0];
    return { own, expected, odds };
  });
  return Float64Array.of(...units[at]!.features, ...modelFeaturesOf(views, 1));
}

const readers: Readonly<Record<string, Reader>> = {
  'raw bits (copy memory)': ({ copyBits }) => [...copyBits],
  'copy memory alone': byUnits(({ features }) => features[3]!),
  'both sides, not fitted': byUnits(({ features }) => features[3]! + features[4]! + 2 * features[5]!),
  'both sides, fitted': byUnits(({ features }) => scoreOf(features, 'copy')),
};

function withModel(by: ScoredBy): Readonly<Record<string, Reader>> {
  return {
    [`raw bits (${by})`]: ({ modelBits }) => [...modelBits!],
    [`${by} alone`]: ({ modelExcess }) => [...modelExcess!],
    [`fitted with ${by}`]: byUnits((_, at, units) => scoreOf(featuresWithModel(units, at), by)),
  };
}

/** @param by the model that took part in the observations */
export function reportOn(observations: readonly Observation[], by: ScoredBy): void {
  const all = observations[0]?.modelBits === undefined ? readers : { ...readers, ...withModel(by) };
  for (const [title, scopes] of [
    ['in its file', inFile],
    ['in a change of 200 lines', inChange],
  ] as const) {
    console.log(`\nRank of the line with the slip ${title}: share among the first 1, 3, 10, in %`);
    const rows: Record<string, string>[] = [];
    for (const [reader, scoresOf] of Object.entries(all)) {
      const ranks = scopes(observations, scoresOf);
      rows.push({ reader, ...rowOf(observations, ranks) });
    }
    const sizes = observations.map(({ lines }) => (scopes === inFile ? lines.length : 200));
    const chance = [1, 3, 10].map(k => (100 * sum(sizes.map(size => Math.min(1, k / size)))) / sizes.length);
    rows.push({ reader: 'chance', all: chance.map(one => one.toFixed(0)).join(' ') });
    console.table(rows);
  }
}

const nameSlips = new Set<string>(['variable', 'arguments', 'method', 'copied']);

function rowOf(observations: readonly Observation[], ranks: readonly number[]): Record<string, string> {
  const cell = (isIn: (observation: Observation) => boolean) => {
    const own = ranks.filter((_, i) => isIn(observations[i]!));
    return [1, 3, 10]
      .map(k => ((100 * own.filter(rank => rank < k).length) / Math.max(1, own.length)).toFixed(0))
      .join(' ');
  };
  return {
    all: cell(() => true),
    names: cell(({ kind }) => nameSlips.has(kind)),
    ...Object.fromEntries(slipKinds.map(kind => [kind, cell(one => one.kind === kind)])),
  };
}

function inFile(observations: readonly Observation[], scoresOf: Reader): number[] {
  return observations.map(observation => {
    const scores = scoresOf(observation);
    return rankOf(scores, observation.lines.indexOf(observation.line));
  });
}

/** 200 lines: those around the slip, and of other files of the repository what is missing. */
function inChange(observations: readonly Observation[], scoresOf: Reader): number[] {
  const scores = observations.map(scoresOf);
  const random = randomFrom(3);
  return observations.map((observation, i) => {
    const at = observation.lines.indexOf(observation.line);
    const start = Math.max(0, Math.min(at - 50, scores[i]!.length - 100));
    const change = scores[i]!.slice(start, start + 100);
    const others = observations.filter(
      one => one.repository === observation.repository && one.path !== observation.path,
    );
    while (change.length < 200 && others.length > 0) {
      const other = others[Math.floor(random() * others.length)]!;
      const own = scores[observations.indexOf(other)]!;
      const from = Math.floor(random() * own.length);
      for (let k = from; k < Math.min(own.length, from + 50) && change.length < 200; k++)
        if (other.lines[k] !== other.line) change.push(own[k]!);
    }
    return rankOf(change, at - start);
  });
}

/** From 0; lines that score the same share their ranks. */
function rankOf(scores: readonly number[], at: number): number {
  const own = scores[at] ?? least;
  const above = scores.filter(score => score > own).length;
  const equal = scores.filter(score => score === own).length;
  return above + Math.max(0, equal - 1) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
