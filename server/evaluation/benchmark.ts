import type { Evaluation } from './evaluate.ts';

/** A figure relative to another; where less is better, below 1 is better. */
export interface Ratio {
  readonly ratio: number;
  readonly value: number;
  readonly beside: number;
  readonly unit: string;
  /** Describes `value` and `beside`, in a sentence. */
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
