import { type Continuation, type Option, optionFeatures } from './options.ts';
import { hiddenUnits, weights } from './worth-table.ts';

/** An option with what is to be expected of it. */
export interface Judged<Candidate extends Continuation> extends Option<Candidate> {
  /** Probability that what is typed next is exactly this, up to the end of a word. */
  readonly right: number;
  /** Characters that it is expected to save, less what a wrong one costs. Above zero it is worth showing. */
  readonly usefulness: number;
}

/**
 * Options that are worth showing, the most useful first. Showing text that is not what comes costs a person as much as typing so many
 * characters: then the most is saved for a given number of wrong suggestions by showing where right · length > (1 − right) · cost.
 * A long line is shown from a lower probability on than a short word, and a start of it in its place where that is expected to save more.
 * @param eagerness from 0 to 1
 * @param passed suggestions that were shown on this line and typed past
 */
export function worthShowing<Candidate extends Continuation>(
  options: readonly Option<Candidate>[],
  eagerness: number,
  passed = 0,
): Judged<Candidate>[] {
  const cost = costAt(eagerness) * (1 + passedCost * passed);
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

/** Characters that showing a text is expected to save, if a wrong one costs so many. */
export function usefulnessOf(right: number, length: number, isWhole: boolean, cost: number): number {
  return right * (Math.min(longest, length) - (isWhole ? 0 : cutCost)) - (1 - right) * cost;
}

/** Characters that a wrong suggestion costs. */
function costAt(eagerness: number): number {
  return usualCost * 8 ** (1 - 2 * bounded(eagerness));
}

/** However long it is, a suggestion is shown from this probability on: nine in ten for the shy. */
function leastProbability(eagerness: number): number {
  return 0.9 * (1 - bounded(eagerness));
}

function bounded(eagerness: number): number {
  return Math.max(0, Math.min(1, eagerness));
}

/** Chosen with the table below: with the tables of other repositories four in five of what is shown are then right. */
const usualCost = 30;
/** What a start of a line costs for not being all of it: what follows has to be read and taken on its own. */
const cutCost = 3;
/** By so much a wrong suggestion costs more for each that was typed past on the same line. */
export const passedCost = 3;
/** A longer line is not worth more than this many characters: its end is read less carefully. */
const longest = 60;

/**
 * How probable it is that an option is what comes: a perceptron with one hidden layer over its features, fitted on options observed while
 * hidden files of public repositories were typed (test/bench/typing-observe.ts, test/bench/typing-fit.ts).
 * @param table for each hidden unit its weights and its bias, then the weights of the hidden units and the bias of the result
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

/** @throws Error where the table was fitted on other features. */
function tableOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const table = new Float32Array(bytes.buffer);
  if (table.length !== hiddenUnits * (optionFeatures.length + 2) + 1)
    throw new Error('The table of usefulness was fitted on other features: run test/bench/typing-fit.ts.');
  return table;
}
