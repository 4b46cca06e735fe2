import { type Continuation, type Option, optionFeatures } from './options.ts';
import { hiddenUnits, weights } from './worth-table.ts';

/** An option with its expected value. */
export interface Judged<Candidate extends Continuation> extends Option<Candidate> {
  /** Probability that exactly this is typed next, up to the end of a word. */
  readonly right: number;
  /** Characters it is expected to save, minus the cost of a wrong one. Worth showing above zero. */
  readonly usefulness: number;
}

/**
 * Options worth showing, most useful first. A wrong suggestion costs the user as much as typing `cost` characters;
 * showing where right · length > (1 − right) · cost saves most for a given number of wrong suggestions. A long line is
 * shown at a lower probability than a short word, or a prefix of it if that is expected to save more.
 * @param eagerness from 0 to 1
 * @param passed suggestions shown on this line and typed past
 */
export function worthShowing<Candidate extends Continuation>(
  options: readonly Option<Candidate>[],
  eagerness: number,
  passed = 0,
): Judged<Candidate>[] {
  const cost = costAt(eagerness, passed);
  const least = leastProbability(eagerness);
  return options
    .map(option => {
      const right = probabilityBy(fitted, option.features);
      const length = option.candidate.rest.trim().length;
      return { ...option, right, usefulness: usefulnessOf(right, length, option.isWhole, cost) };
    })
    .filter(one => one.usefulness > 0 && one.right >= least)
    .sort((a, b) => b.usefulness - a.usefulness);
}

/** Expected savings in characters, given the cost of a wrong one. */
export function usefulnessOf(right: number, length: number, isWhole: boolean, cost: number): number {
  return right * (Math.min(longest, length) - (isWhole ? 0 : cutCost)) - (1 - right) * cost;
}

/** Probability below which nothing is worth showing, however long it is. */
export function leastUseful(eagerness: number, passed: number, strictness = usualStrictness): number {
  const cost = costAt(eagerness, passed, strictness);
  return Math.max(leastProbability(eagerness, strictness), cost / (longest + cost));
}

/** Cost of a wrong suggestion, in characters, after a number of suggestions typed past on the line. */
export function costAt(eagerness: number, passed: number, { cost } = usualStrictness): number {
  return cost * 8 ** (1 - 2 * bounded(eagerness)) * (1 + passedCost * passed);
}

/** Minimum probability at any length: nine in ten at the lowest eagerness, none at the highest. */
export function leastProbability(eagerness: number, { least } = usualStrictness): number {
  return nearlyCertain * (1 - bounded(eagerness)) ** Math.log2(nearlyCertain / least);
}

const nearlyCertain = 0.9;

function bounded(eagerness: number): number {
  return Math.max(0, Math.min(1, eagerness));
}

/** How strictly wrong suggestions are avoided at an eagerness of a half. */
export interface Strictness {
  /** Of a wrong suggestion, in characters. */
  readonly cost: number;
  /** Minimum probability. */
  readonly least: number;
}

/** Chosen with the table below: with other repositories' tables, four in five shown are then right. */
const usualStrictness: Strictness = { cost: 30, least: 0.45 };
/** Cost of a prefix relative to the whole line: the rest has to be read and accepted separately. */
const cutCost = 3;
/** Extra cost of a wrong suggestion for each one typed past on the same line. */
export const passedCost = 3;
/** Cap on the length that counts: the end of a longer line is read less carefully. */
const longest = 60;

/**
 * The probability that an option is what comes: a perceptron with one hidden layer, fitted on options observed while
 * retyping files of public repositories (test/bench/typing-observe.ts, test/bench/typing-fit.ts).
 * @param table for each hidden unit its weights and bias, then the output's weights and bias
 */
export function probabilityBy(table: ArrayLike<number>, features: ArrayLike<number>): number {
  const size = features.length;
  const hidden = (table.length - 1) / (size + 2);
  let sum = table[table.length - 1]!;
  let at = 0;
  for (let h = 0; h < hidden; h++) {
    let unit = table[at + size]!;
    for (let i = 0; i < size; i++) unit += table[at + i]! * features[i]!;
    sum += table[hidden * (size + 1) + h]! * Math.tanh(unit);
    at += size + 1;
  }
  return 1 / (1 + Math.exp(-sum));
}

const fitted = tableOf(weights);

/** @throws Error when the table was fitted on other features */
function tableOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const table = new Float32Array(bytes.buffer);
  if (table.length !== hiddenUnits * (optionFeatures.length + 2) + 1)
    throw new Error('The table of usefulness was fitted on other features: run test/bench/typing-fit.ts.');
  return table;
}
