/**
 * The learned gate: mixes what the copy memory and the model say of the next token. A small network looks at how sure each is and how far they agree,
 * and gives the weights of two mixtures, one of probabilities (Jelinek and Mercer 1980) and one of their logarithms (as the mixers of PAQ: Mahoney
 * 2005), and of these two. What the copy memory does not know is the model's in both.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Distribution } from '../copy-memory/predictor.ts';
import { messageOf } from '../protocol/message-of.ts';

/** `input` [hidden, features + 1] and `output` [outputs, hidden + 1], row-major, the last column of each is the bias. */
export interface GateWeights {
  readonly input: readonly number[];
  readonly output: readonly number[];
}

export const gateFeatures = 14;
export const gateOutputs = 5;

/** Predictions of the copy memory that are mixed; the rest of its mass is the model's. */
export const mostListed = 32;

/** What both say of the tokens that the copy memory lists, and how sure they are: all that the gate looks at. */
export interface GateInputs {
  readonly tokens: readonly number[];
  /** The copy memory's probability of each, falling, and the model's. */
  readonly copied: readonly number[];
  readonly modelled: readonly number[];
  /** [gateFeatures] */
  readonly features: Float64Array;
}

/** @param model probabilities of the whole vocabulary */
export function gateInputs(copy: Distribution, model: Float64Array | Float32Array): GateInputs {
  const listed = copy.predictions.slice(0, mostListed);
  const tokens = listed.map(({ token }) => token);
  const copied = listed.map(({ probability }) => probability);
  const modelled = tokens.map(token => model[token]!);
  let entropy = 0;
  let best = 0;
  for (let token = 0; token < model.length; token++) {
    const p = model[token]!;
    if (p > 1e-9) entropy -= p * Math.log(p);
    if (p > model[best]!) best = token;
  }
  const known = Math.min(1, sum(copied));
  const copyEntropy = -sum(copied.map(p => p * Math.log(p + tiny)));
  const place = tokens.indexOf(best);
  const features = Float64Array.of(
    known,
    logit(copied[0] ?? 0) / 5,
    logit(copied[1] ?? 0) / 5,
    copyEntropy / 3,
    Math.log2(1 + copy.matched) / 5,
    Math.log2(1 + copy.support) / 5,
    logit(model[best]!) / 5,
    entropy / 5,
    logit(modelled[0] ?? 0) / 5,
    logit(place < 0 ? 0 : copied[place]!) / 5,
    place === 0 ? 1 : 0,
    logit(sum(modelled)) / 5,
    sum(copied.map((p, i) => Math.min(p, modelled[i]!))),
    -sum(copied.map((p, i) => p * Math.log(modelled[i]! + tiny))) / 5,
  );
  return { tokens, copied, modelled, features };
}

export class Gate {
  readonly #weights: GateWeights;
  readonly #hidden: number;

  /** @throws Error for weights of another shape */
  constructor(weights: GateWeights) {
    this.#weights = weights;
    this.#hidden = weights.input.length / (gateFeatures + 1);
    const fits = Number.isInteger(this.#hidden) && weights.output.length === gateOutputs * (this.#hidden + 1);
    if (!fits || ![...weights.input, ...weights.output].every(Number.isFinite))
      throw new Error('The gate has weights of another shape than this version reads.');
  }

  /** @throws Error with a sentence when it is none */
  static parse(text: string): Gate {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('input' in value) || !('output' in value))
      throw new Error('The gate has no weights.');
    return new Gate({ input: numbers(value.input), output: numbers(value.output) });
  }

  /** The mixture's probability of each listed token, and the factor by which the model's are multiplied for all others. */
  mix({ copied, modelled, features }: GateInputs): { readonly listed: number[]; readonly others: number } {
    const [gate, byCopy, byModel, lift, bend] = this.#outputs(features);
    const share = sigmoid(gate!);
    const kept = 1 - share * sum(copied);
    const linear = copied.map((p, i) => share * p + kept * modelled[i]!);
    const logs = copied.map((p, i) =>
      Math.exp(
        softplus(byCopy!) * Math.log(p + tiny) + softplus(byModel!) * Math.log(modelled[i]! + tiny) + lift!,
      ),
    );
    const left = 1 - sum(modelled);
    // What is left to tokens that are not listed may be what rounding leaves, and `whole` is as small where the two disagree.
    const unlisted = left > tiny ? left : 0;
    const whole = sum(logs) + unlisted;
    // Logarithms that all underflow have nothing to say.
    const blend = whole > 0 ? sigmoid(bend!) : 1;
    const scale = blend === 1 ? 0 : (1 - blend) / whole;
    return {
      listed: linear.map((p, i) => blend * p + scale * logs[i]!),
      others: blend * kept + (unlisted > 0 ? scale : 0),
    };
  }

  #outputs(features: Float64Array): number[] {
    const hidden = affine(this.#weights.input, this.#hidden, features).map(Math.tanh);
    return affine(this.#weights.output, gateOutputs, hidden);
  }
}

/** The gate beside a model's weights. @throws Error with a sentence that names the file */
export function loadGate(modelFolder: string): Gate {
  const file = path.join(modelFolder, 'gate.json');
  try {
    return Gate.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${messageOf(error)}`);
  }
}

/** `weights` [rows, columns + 1] · (x, 1) */
function affine(weights: readonly number[], rows: number, x: ArrayLike<number>): number[] {
  const stride = x.length + 1;
  return Array.from({ length: rows }, (_, row) => {
    let value = weights[row * stride + x.length]!;
    for (let i = 0; i < x.length; i++) value += weights[row * stride + i]! * x[i]!;
    return value;
  });
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softplus(x: number): number {
  return Math.log1p(Math.exp(x));
}

/** Bounded, so that certainty does not drown all else. */
function logit(p: number): number {
  const bounded = Math.min(1 - tiny, Math.max(tiny, p));
  return Math.log(bounded / (1 - bounded));
}

/** What is less probable than this is not told apart. */
const tiny = 1e-6;
