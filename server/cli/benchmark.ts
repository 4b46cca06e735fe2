import type { Evaluation } from '../evaluation/evaluate.ts';

/** A figure and what it was measured beside; below 1 it is the better of the two wherever less is better. */
export interface Ratio {
  readonly ratio: number;
  readonly value: number;
  readonly beside: number;
  readonly unit: string;
  /** What `value` and `beside` are, in a sentence. */
  readonly what: string;
}

export interface Benchmark {
  readonly name: string;
  readonly files: number;
  readonly tokens: number;
  readonly read: Ratio;
  readonly decode: Ratio;
  readonly edit: Ratio;
  readonly reopen: Ratio;
  readonly completion: Evaluation;
}
