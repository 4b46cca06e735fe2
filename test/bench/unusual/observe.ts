/** What is known of every line of files with a slip in them: by the copy memory, and by the model where that is asked for. */
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import type { ModelReference } from '../../../server/engine/messages.ts';
import type { Engine } from '../../../server/engine/process.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import type { Tokenizer } from '../../../server/tokens/tokenizer.ts';
import { FileJudge } from '../../../server/unusual/judge-file.ts';
import type { BenchRepository } from '../repositories.ts';
import type { Slip, SlipKind } from './plants.ts';
import type { Trial } from './trials.ts';

/** A unit that something else stands in place of elsewhere. */
export interface ObservedUnit {
  readonly line: number;
  readonly text: string;
  readonly other: string;
  readonly features: readonly number[];
  /** Bits of the unit, what was expected there, and by how many the other is more probable: by the model. */
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
  /** Of each of `lines`: bits by what stands before it in the copy memory, and by the model; the model's largest excess over the entropy. */
  readonly copyBits: readonly number[];
  readonly modelBits?: readonly number[];
  readonly modelExcess?: readonly number[];
}

export interface ObserveOptions {
  readonly tokenizer: Tokenizer;
  readonly engine?: Engine;
  readonly model?: ModelReference;
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
    this.#judge = new FileJudge(memory, options.tokenizer);
  }

  async observe({ file: { path }, slip }: Trial): Promise<Observation> {
    const { kind, line, was, now, text }: Slip = slip;
    const { tokenizer, engine, model } = this.#options;
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
    const plain = units.map(({ evidence, features }) => ({
      line: evidence.unit.line,
      text: evidence.unit.text,
      other: evidence.other?.text ?? '',
      features: [...features].map(one => Math.round(one * 1000) / 1000),
    }));
    if (engine === undefined || model === undefined) return { ...common, units: plain };

    const asked = new Int32Array(tokens.length).fill(-1);
    const differs = units.map(({ evidence: { unit, other } }) => {
      const place = other?.places[0];
      if (place === undefined) return -1;
      const theirs = place.segment.tokens.subarray(place.start, place.end);
      let at = 0;
      while (
        at < unit.end - unit.start - 1 &&
        at < theirs.length - 1 &&
        theirs[at] === tokens[unit.start + at]
      )
        at++;
      asked[unit.start + at] = theirs[at]!;
      return unit.start + at;
    });
    const judged = await engine.run('judge', { model, ids: tokens, asked });
    const bits = new Map<number, number>();
    const excess = new Map<number, number>();
    for (const { unit } of units.map(({ evidence }) => evidence)) {
      for (let at = unit.start; at < unit.end; at++) {
        const over = judged.bits[at]! - judged.expected[at]!;
        bits.set(unit.line, (bits.get(unit.line) ?? 0) + judged.bits[at]!);
        excess.set(unit.line, Math.max(excess.get(unit.line) ?? -10, over));
      }
    }
    const withModel = plain.map((unit, i) => {
      const { start, end } = units[i]!.evidence.unit;
      const own = judged.bits.subarray(start, end).reduce((sum, one) => sum + one, 0);
      const at = differs[i]!;
      const model_ = [
        own,
        judged.expected[start]!,
        at < 0 ? 0 : judged.bits[at]! - judged.asked[at]!,
      ] as const;
      return { ...unit, model: model_ };
    });
    return { ...common, units: withModel, modelBits: ofLines(bits), modelExcess: ofLines(excess) };
  }
}
