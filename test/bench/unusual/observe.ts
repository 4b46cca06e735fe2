/** What is known of every line of files with a slip in them: by the copy memory, and by the model where that is asked for. */
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import type { Tokenizer } from '../../../server/tokens/tokenizer.ts';
import { featureNames } from '../../../server/unusual/features.ts';
import { FileJudge } from '../../../server/unusual/judge-file.ts';
import type { UnitViewer } from '../../../server/unusual/model-view.ts';
import type { BenchRepository } from '../repositories.ts';
import type { Slip, SlipKind } from './plants.ts';
import type { Trial } from './trials.ts';

/** A unit that something else stands in place of elsewhere. */
export interface ObservedUnit {
  readonly line: number;
  readonly text: string;
  readonly other: string;
  readonly features: readonly number[];
  /** Bits of the unit, what was expected there, and by how many the other is more probable: a `ModelView`. */
  readonly model?: readonly [number, number, number];
}

export interface Observation {
  readonly repository: string;
  readonly path: string;
  readonly kind: SlipKind;
  /** Of the slip. */
  readonly line: number;
  readonly was: string;
  readonly now: string;
  /** Lines that are not blank. */
  readonly lines: readonly number[];
  readonly units: readonly ObservedUnit[];
  /** Of each of `lines`: bits by what stands before it in the copy memory, and by the model; the model's largest excess of a unit over the entropy. */
  readonly copyBits: readonly number[];
  readonly modelBits?: readonly number[];
  readonly modelExcess?: readonly number[];
}

export interface ObserveOptions {
  readonly tokenizer: Tokenizer;
  readonly model?: UnitViewer | undefined;
}

export class Observer {
  readonly #repository: BenchRepository;
  readonly #options: ObserveOptions;
  readonly #judge: FileJudge;

  constructor(repository: BenchRepository, options: ObserveOptions) {
    this.#repository = repository;
    this.#options = options;
    const memory = new CopyMemory(options.tokenizer);
    for (const { path, tokens } of repository.files) memory.set(path, tokens);
    memory.settle();
    this.#judge = new FileJudge(memory, options.tokenizer, options.model);
  }

  async observe({ file: { path }, slip }: Trial): Promise<Observation> {
    const { kind, line, was, now, text }: Slip = slip;
    const { tokenizer, model } = this.#options;
    const tokens = tokenizer.encodePieces(renderFile(path, text));
    const units = await this.#judge.judge(path, tokens);
    const lines = text.split('\n').flatMap((one, i) => (one.trim() === '' ? [] : [i + 1]));
    const copyBits = new Map<number, number>();
    for (const { unit, actual, others: rest } of units.map(({ evidence }) => evidence)) {
      const bits = -Math.log2((actual.before + 0.1) / (actual.before + rest.before + 1));
      copyBits.set(unit.line, (copyBits.get(unit.line) ?? 0) + bits);
    }
    const ofLines = (values: ReadonlyMap<number, number>) => lines.map(one => values.get(one) ?? 0);
    const common = {
      repository: this.#repository.name,
      path,
      kind,
      line,
      was,
      now,
      lines,
      copyBits: ofLines(copyBits),
    };
    const observed = units.map(({ evidence, features, view }) => ({
      line: evidence.unit.line,
      text: evidence.unit.text,
      other: evidence.other?.text ?? '',
      features: Array.from(features.subarray(0, featureNames.length), one => Math.round(one * 1000) / 1000),
      ...(view && { model: [view.own, view.expected, view.odds] as const }),
    }));
    if (model === undefined) return { ...common, units: observed };
    const bits = new Map<number, number>();
    const excess = new Map<number, number>();
    for (const { line: at, model: view } of observed) {
      if (view === undefined) continue;
      bits.set(at, (bits.get(at) ?? 0) + view[0]);
      excess.set(at, Math.max(excess.get(at) ?? -10, view[0] - view[1]));
    }
    return { ...common, units: observed, modelBits: ofLines(bits), modelExcess: ofLines(excess) };
  }
}
