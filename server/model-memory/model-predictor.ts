/**
 * The model as a predictor: sends the prompt and the memory of everything else to the engine, which returns
 * distributions.
 */

import type {
  AsyncHypothesis,
  AsyncPredictor,
  Distribution,
  Hypothesis,
  PredictionScope,
} from '../copy-memory/predictor.ts';
import type { CrossDecoderMemory, Decoded, Ids, ModelReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { byProbability, type Choose, softmax } from './sampling.ts';
import { type Drafter, type Speculated, speculate } from './speculative.ts';

/** A memory and a key that identifies exactly this content. */
export interface KeyedMemory {
  readonly key: string;
  readonly memory: CrossDecoderMemory;
}

export interface ModelPredictorOptions {
  readonly engine: Pick<Engine, 'run'>;
  readonly model: ModelReference;
  readonly tokenizer: Pick<Tokenizer, 'bytesOf' | 'vocabularySize' | 'special'>;
  /** Everything except the file at a path; undefined if nothing was prefilled. */
  readonly memoryFor: (path: string | undefined) => KeyedMemory | undefined;
}

export interface ContinueOptions {
  readonly choose: Choose;
  readonly isEnd: (token: number) => boolean;
  readonly maxTokens: number;
  /** A hypothesis at the end of the prompt that supplies drafts. */
  readonly drafts?: Hypothesis;
  readonly signal?: AbortSignal;
}

/** Predictions in a distribution; the rest are too improbable to matter. */
const maxPredictions = 64;

export class ModelPredictor implements AsyncPredictor {
  readonly #options: ModelPredictorOptions;

  constructor(options: ModelPredictorOptions) {
    this.#options = options;
  }

  begin(context: Uint16Array, exclude: string | undefined, scope?: PredictionScope): ModelHypothesis {
    return new ModelHypothesis(
      Int32Array.from(promptOf(context, this.#options.tokenizer)),
      this.#decoder(exclude, scope),
      this.#options.tokenizer,
    );
  }

  /** Continues a prompt token by token; with drafts, in fewer runs and with the same result. */
  continue(
    context: Uint16Array,
    exclude: string | undefined,
    { choose, isEnd, maxTokens, drafts, signal }: ContinueOptions,
  ): Promise<Speculated> {
    const decode = this.#decoder(exclude, 'repository');
    return speculate(context, {
      decode: (ids, positions) => decode(ids, positions, signal),
      choose,
      isEnd,
      maxTokens,
      ...(drafts !== undefined && { drafter: drafterOf(drafts) }),
    });
  }

  /**
   * The log-probability of each token of a continuation, up to 32 per run.
   * @param context not empty
   */
  async score(
    context: Uint16Array,
    continuation: Uint16Array,
    exclude: string | undefined,
    { scope, signal }: { readonly scope?: PredictionScope; readonly signal?: AbortSignal } = {},
  ): Promise<number[]> {
    const decode = this.#decoder(exclude, scope);
    const prompt = promptOf(context, this.#options.tokenizer);
    const ids = Int32Array.of(...prompt, ...continuation);
    const scores: number[] = [];
    while (scores.length < continuation.length) {
      const positions = Math.min(maxPositions, continuation.length - scores.length);
      const end = prompt.length + scores.length + positions;
      const logits = await decode(ids.slice(0, end - 1), positions, signal);
      const width = logits.length / positions;
      for (let at = 0; at < positions; at++)
        scores.push(logSoftmax(logits.subarray(at * width, (at + 1) * width), ids[end - positions + at]!));
    }
    return scores;
  }

  #decoder(exclude: string | undefined, scope: PredictionScope = 'repository'): Decode {
    const { engine, model, memoryFor } = this.#options;
    const seen = scope === 'file' ? undefined : memoryFor(exclude);
    return async (ids, positions, signal) => {
      const run = (): Promise<Decoded> =>
        engine.run(
          'decode',
          { model, ids, positions, ...(seen !== undefined && { memory: seen.key }) },
          { urgent: true, ...(signal !== undefined && { signal }) },
        );
      let result = await run();
      if (result.type === 'unknownMemory' && seen !== undefined) {
        await engine.run('loadMemory', { model, key: seen.key, memory: seen.memory }, { urgent: true });
        result = await run();
      }
      if (result.type === 'unknownMemory')
        throw new Error('The engine no longer has the memory that the prompt refers to.');
      return result.logits;
    };
  }
}

/** Prompt tokens given to the model: after the cursor, and before it. */
const [maxBelow, maxAbove] = [256, 1536];
/** Text before the cursor is cut at multiples of this, so that typing does not move the cut each time. */
const cutAt = 512;

/**
 * The end of a long prompt under its path, and the start of its suffix: the memories cover what is far from the cursor.
 */
function promptOf(context: Uint16Array, { special }: Pick<Tokenizer, 'special'>): Uint16Array {
  const text = context.indexOf(special.text);
  if (text < 0) return context;
  const suffix = context.subarray(0, text).indexOf(special.suffix);
  const head = suffix < 0 ? text : Math.min(text, suffix + 1 + maxBelow);
  const above = context.length - text - 1;
  const cut = above <= maxAbove ? 0 : Math.ceil((above - maxAbove) / cutAt) * cutAt;
  return Uint16Array.of(...context.subarray(0, head), special.text, ...context.subarray(text + 1 + cut));
}

/** Positions per engine call. */
const maxPositions = 32;

function logSoftmax(logits: Float32Array, id: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return logits[id]! - largest - Math.log(sum);
}

type Decode = (ids: Ids, positions: number, signal?: AbortSignal) => Promise<Float32Array>;

export class ModelHypothesis implements AsyncHypothesis {
  readonly #decode: Decode;
  readonly #tokenizer: ModelPredictorOptions['tokenizer'];
  #ids: Int32Array;

  constructor(ids: Int32Array, decode: Decode, tokenizer: ModelPredictorOptions['tokenizer']) {
    this.#ids = ids;
    this.#decode = decode;
    this.#tokenizer = tokenizer;
  }

  async next(typed?: Uint8Array): Promise<Distribution> {
    const probability = await this.probabilities(typed);
    if (probability === undefined) return { predictions: [], matched: 0, support: 0 };
    const predictions = byProbability(probability)
      .slice(0, maxPredictions)
      .map(token => ({ token, probability: probability[token]! }))
      .filter(prediction => prediction.probability > 0);
    return { predictions, matched: 0, support: 0 };
  }

  /** Probabilities of all ids, [V]; undefined without a prompt. @param typed as in `next` */
  async probabilities(typed?: Uint8Array): Promise<Float64Array | undefined> {
    if (this.#ids.length === 0) return undefined;
    const probability = softmax(await this.#decode(this.#ids, 1));
    if (typed !== undefined && typed.length > 0) this.#restrict(probability, typed);
    return probability;
  }

  push(token: number): void {
    this.#ids = Int32Array.of(...this.#ids, token);
  }

  fork(): ModelHypothesis {
    // The engine caches both states by their tokens.
    return new ModelHypothesis(this.#ids, this.#decode, this.#tokenizer);
  }

  drafts(): [] {
    return [];
  }

  provenance(): [] {
    return [];
  }

  /** Conditions on tokens that start with the typed bytes, or that these start with. */
  #restrict(probability: Float64Array, typed: Uint8Array): void {
    let whole = 0;
    for (let id = 0; id < probability.length; id++) {
      const bytes = id < this.#tokenizer.vocabularySize ? this.#tokenizer.bytesOf(id) : new Uint8Array();
      if (bytes.length > 0 && agree(bytes, typed)) whole += probability[id]!;
      else probability[id] = 0;
    }
    if (whole > 0) for (const [id, value] of probability.entries()) probability[id] = value / whole;
  }
}

/** Whether one starts with the other. */
function agree(one: Uint8Array, other: Uint8Array): boolean {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function drafterOf(hypothesis: Hypothesis): Drafter {
  const own = hypothesis.fork();
  return {
    push: token => own.push(token),
    draft: count => (count < 1 ? [] : (own.drafts({ count: 1, tokens: count, before: 0 })[0]?.tokens ?? [])),
  };
}
