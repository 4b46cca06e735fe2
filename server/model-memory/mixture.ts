/**
 * The copy memory and the model as one predictor, mixed by the gate; drafts and provenance come from the copy memory.
 */

import type {
  AsyncHypothesis,
  AsyncPredictor,
  Distribution,
  Draft,
  DraftRequest,
  Hypothesis,
  Prediction,
  PredictionScope,
  Predictor,
  StoredFiles,
  TokenPlace,
} from '../copy-memory/predictor.ts';
import { type Gate, gateInputs } from './mixture-gate.ts';
import type { ModelHypothesis, ModelPredictor } from './model-predictor.ts';
import { byProbability } from './sampling.ts';

export class MixedPredictor implements AsyncPredictor {
  readonly files?: StoredFiles;
  readonly #copy: Predictor;
  readonly #model: ModelPredictor;
  readonly #gate: Gate;

  constructor(copy: Predictor, model: ModelPredictor, gate: Gate) {
    this.#copy = copy;
    this.#model = model;
    this.#gate = gate;
    if (copy.files !== undefined) this.files = copy.files;
  }

  begin(context: Uint16Array, exclude: string | undefined, scope?: PredictionScope): MixedHypothesis {
    return new MixedHypothesis(
      this.#copy.begin(context, exclude, scope),
      this.#model.begin(context, exclude, scope),
      this.#gate,
    );
  }
}

class MixedHypothesis implements AsyncHypothesis {
  readonly #copy: Hypothesis;
  readonly #model: ModelHypothesis;
  readonly #gate: Gate;

  constructor(copy: Hypothesis, model: ModelHypothesis, gate: Gate) {
    this.#copy = copy;
    this.#model = model;
    this.#gate = gate;
  }

  async next(typed?: Uint8Array): Promise<Distribution> {
    const said = this.#copy.next(typed);
    return mixDistributions(said, await this.#model.probabilities(typed), this.#gate);
  }

  push(token: number): void {
    this.#copy.push(token);
    this.#model.push(token);
  }

  fork(): MixedHypothesis {
    return new MixedHypothesis(this.#copy.fork(), this.#model.fork(), this.#gate);
  }

  drafts(request: DraftRequest): Draft[] {
    return this.#copy.drafts(request);
  }

  provenance(count: number): TokenPlace[] {
    return this.#copy.provenance(count);
  }
}

/** Tokens predicted by the model alone that are listed beside the copy memory's. */
const maxModelled = 32;

/** @param model probabilities over the whole vocabulary; undefined if the model has no prediction */
export function mixDistributions(
  copy: Distribution,
  model: Float64Array | undefined,
  gate: Gate,
): Distribution {
  if (model === undefined) return copy;
  const testimony = gateInputs(copy, model);
  const { listed, others } = gate.mix(testimony);
  const predictions: Prediction[] = testimony.tokens.map((token, i) => ({ token, probability: listed[i]! }));
  const known = new Set(testimony.tokens);
  for (const token of byProbability(model).slice(0, maxModelled)) {
    if (!known.has(token) && model[token]! > 0)
      predictions.push({ token, probability: others * model[token]! });
  }
  predictions.sort((a, b) => b.probability - a.probability || a.token - b.token);
  const first = copy.predictions[0]?.token === predictions[0]?.token;
  return { predictions, matched: copy.matched, support: first ? copy.support : 0 };
}
