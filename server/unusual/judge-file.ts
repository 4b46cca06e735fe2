/** The units of a file that do not look like the rest of the repository. */
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { LikePlace } from '../copy-memory/like-places.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { type Evidence, evidenceOn } from './evidence.ts';
import { featuresOf, noteExchanges } from './features.ts';
import { FileNames } from './file-names.ts';
import { fileUnits } from './file-units.ts';
import { type ModelView, modelFeaturesOf, type UnitViewer } from './model-view.ts';
import type { ScoredBy } from './score-table.ts';
import { Units } from './units.ts';

/** A unit, what stands in its place elsewhere, and what both look like. */
export interface JudgedUnit {
  readonly evidence: Evidence;
  /** Those of `featureNames`, and where a model took part those of `modelFeaturesOf`. */
  readonly features: Float64Array;
  readonly view?: ModelView;
  readonly by: ScoredBy;
}

interface JudgeOptions {
  readonly isAsked?: (line: number) => boolean;
  readonly signal?: AbortSignal | undefined;
}

export class FileJudge {
  readonly #memory: CopyMemory;
  readonly #tokenizer: Tokenizer;
  readonly #units: Units;

  readonly #model: UnitViewer | undefined;

  /** @param model takes part beside the copy memory, if there is one */
  constructor(memory: CopyMemory, tokenizer: Tokenizer, model?: UnitViewer) {
    this.#memory = memory;
    this.#tokenizer = tokenizer;
    this.#model = model;
    this.#units = new Units(tokenizer);
  }

  /**
   * All units of a file but its comments. Other work runs in between: somebody may be typing.
   * @param tokens of the file as it is now, rendered; what is stored of it is left out
   * @param isAsked the lines that a model looks at, which is slow
   */
  async judge(
    path: string,
    tokens: Uint16Array,
    { isAsked = () => true, signal }: JudgeOptions = {},
  ): Promise<JudgedUnit[]> {
    const all = fileUnits(path, tokens, this.#units, this.#tokenizer).filter(
      ({ kind }) => kind !== 'comment',
    );
    const places = this.#memory.like(path, tokens, this.#units);
    const names = new FileNames(all);
    const countAround = (place: LikePlace, texts: readonly [string, string]) =>
      this.#countAround(place, texts);
    const judged: JudgedUnit[] = [];
    let since = performance.now();
    for (const unit of all) {
      if (performance.now() - since > stretch) {
        await new Promise(resolve => setImmediate(resolve));
        signal?.throwIfAborted();
        since = performance.now();
      }
      const evidence = evidenceOn(unit, places, this.#units, text => names.near(text, unit) > 0);
      evidence.other?.places.sort((a, b) => likeness(b) - likeness(a));
      judged.push({ evidence, features: featuresOf(evidence, { names, places, countAround }), by: 'copy' });
    }
    noteExchanges(judged);
    const file = { tokens, evidence: judged.map(({ evidence }) => evidence), isAsked };
    const viewed = await this.#model?.viewsOf(file, signal);
    if (viewed === undefined) return judged;
    const { by, views } = viewed;
    return judged.map((unit, i) => {
      const view = views[i];
      if (view === undefined) return unit;
      const features = Float64Array.of(...unit.features, ...modelFeaturesOf(views, i));
      return { ...unit, features, view, by };
    });
  }

  #countAround({ segment, start }: LikePlace, [one, other]: readonly [string, string]): [number, number] {
    const file = segment.fileAt(start);
    const end = Math.min(file.end, start + around);
    let [first, second] = [0, 0];
    for (let at = Math.max(file.start, start - around); at < end; ) {
      const stop = this.#units.endOf(segment.tokens, at);
      const text = this.#units.textOf(segment.tokens, at, stop);
      if (text === one) first++;
      else if (text === other) second++;
      at = stop;
    }
    return [first, second];
  }
}

/** How like the text around a place is to ours. */
function likeness({ before, after }: LikePlace): number {
  return (Math.min(before, 16) + 1) * (Math.min(after, 16) + 1);
}

/** Milliseconds of work at a stretch. */
const stretch = 8;
/** Tokens looked at on each side of a place. */
const around = 100;
