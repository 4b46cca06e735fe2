/**
 * The learned gate that mixes the copy memory's and the model's predictions. A small network looks at each one's
 * confidence and their agreement, and weights two mixtures, one linear (Jelinek and Mercer 1980), one of logarithms (as
 * PAQ's mixers: Mahoney 2005), and these two against each other. In both, the copy memory's unknown mass goes to the
 * model.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Distribution } from '../copy-memory/predictor.ts';
import { messageOf } from '../protocol/message-of.ts';

/** `input` [hidden, features + 1] and `output` [outputs, hidden + 1], row-major; the last column is the bias. */
export interface GateWeights {
  readonly input: readonly number[];
  readonly output: readonly number[];
}

export const gateFeatures = 14;
export const gateOutputs = 5;

/** Copy-memory predictions that are mixed; the rest of its mass goes to the model. */
export const maxListed = 32;

/** Inputs of the gate: both predictions for the copy memory's listed tokens, and confidence features. */
export interface GateInputs {
  readonly tokens: readonly number[];
  /** The copy memory's probabilities, descending, and the model's for the same tokens. */
  readonly copied: readonly number[];
  readonly modelled: readonly number[];
  /** [gateFeatures] */
  readonly features: Float64Array;
}

/** @param model probabilities over the whole vocabulary */
export function gateInputs(copy: Distribution, model: Float64Array | Float32Array): GateInputs {
  const listed = copy.predictions.slice(0, maxListed);
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

  /** @throws Error when the text is not a gate */
  static parse(text: string): Gate {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('input' in value) || !('output' in value))
      throw new Error('The gate has no weights.');
    return new Gate({ input: numbers(value.input), output: numbers(value.output) });
  }

  /** The mixed probability of each listed token, and the factor for the model's probability of all others. */
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
    // The mass of unlisted tokens may be rounding noise; `whole` is as small where the two disagree.
    const unlisted = left > tiny ? left : 0;
    const whole = sum(logs) + unlisted;
    // If all logarithms underflow, use the linear mixture.
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

/** Loads the gate beside a model's weights. @throws Error that names the file */
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

/** Clamped, so that certainty does not dominate. */
function logit(p: number): number {
  const bounded = Math.min(1 - tiny, Math.max(tiny, p));
  return Math.log(bounded / (1 - bounded));
}

/** Smaller probabilities are treated as equal. */
const tiny = 1e-6;
