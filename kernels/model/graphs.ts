/**
 * The graphs used in serving: prefill (self-decoder and memory writers) and decode (self-decoder and cross-decoder, to
 * logits). Both run any chunk of a file with carried state; the step form runs one token.
 *
 * Every layer is x += mixer(rms(x)), x += MLP(rms(x)); the stream starts as rms(E[id]). State tensors are inputs and
 * outputs of the same name, the output with a prime (`self.0.short` → `self.0.short'`).
 */

import { surprisalGraph } from '../head/graph.ts';
import { add, cast, div, mul, tanh } from '../onnx/elementwise.ts';
import { GraphBuilder, type OnnxModel, type Value } from '../onnx/graph-builder.ts';
import { gather, reshape, slice } from '../onnx/layout.ts';
import { lengthOf } from '../onnx/length.ts';
import { linear } from '../onnx/linear.ts';
import { matmulTransposed } from '../onnx/matmul.ts';
import { type Placed, placeParameters, placeState, tensorsOf, valuesOf } from '../onnx/parameters.ts';
import { rotaryAngles } from '../rotary/graph.ts';
import { type Tensor, zeros } from '../tensor.ts';
import type { ModelConfig, UpperMixer } from './config.ts';
import { type Layer, normalize, squaredMlp } from './layer.ts';
import { emptyRepositoryMemory, initialWriterState, type RepositoryMemory } from './memory.ts';
import {
  initialMixerState,
  initialWindowState,
  type MixerState,
  mixerGraph,
  type PlacedState,
} from './mixers.ts';
import { isReader, readerGraph } from './readers.ts';
import type { Lowering, ModelWeights } from './weights.ts';
import { writerGraph } from './writer.ts';

export interface GraphOptions {
  readonly lowering: Lowering;
  /** The one-token form, T = 1. */
  readonly step?: boolean;
  /** The longest chunk in tokens; 512 by default. */
  readonly longest?: number;
}

export interface PrefillOptions extends GraphOptions {
  /**
   * Files side by side, B, each in one run; only the writers' state leaves the run. `ids` are then [T, B], and `there`
   * [T, B] is 0 for padding.
   */
  readonly batch?: number;
}

export interface DecodeOptions extends GraphOptions {
  /** Keys of the dilated memory (`dilatedSlots`). */
  readonly slots: number;
  /** Logits of the last position, [1, V], or of all, [T, V]. */
  readonly logits: 'last' | 'all';
}

export interface ModelGraph {
  readonly model: OnnxModel;
  /** All inputs of a run: `ids`, the state, and for decoding the repository's memory (`memory.linear` …). */
  readonly inputs: readonly Value[];
  /** The state before a file's first token, by input name. */
  readonly initialState: ReadonlyMap<string, Tensor>;
}

/** Outputs of the prefill graph beside its state. */
export const prefillOutputs = ['keys', 'values', 'signal'] as const;

/** ids int64 [T] → what a file's tokens write: keys and values [T, H, dh], signal [T, cw]; M and [N | P] are state. */
export function prefillGraph(
  config: ModelConfig,
  weights: ModelWeights,
  options: PrefillOptions,
): ModelGraph {
  const graph = new Assembly(config, weights, options);
  const n = normalize(graph.layers('self_decoder', config.self_decoder, graph.embed()));
  const written = graph.carry('writer', initialWriterState(config, options.batch), (layer, state) => {
    const result = writerGraph(layer, n, state, graph.there);
    return { output: result, state: result.state };
  });
  for (const name of prefillOutputs) graph.g.output(name, written[name]);
  return graph.finish();
}

/** ids int64 [T] and the repository's memory → logits. */
export function decodeGraph(config: ModelConfig, weights: ModelWeights, options: DecodeOptions): ModelGraph {
  const graph = new Assembly(config, weights, options);
  graph.g.output('logits', graph.decode(options.logits, options.slots));
  return graph.finish();
}

/**
 * ids int64 [T], what follows each of them, tokens int64 [T, k], and the repository's memory → how surprising those
 * tokens are, [T, k] in nats, and the entropy [T].
 */
export function judgeGraph(
  config: ModelConfig,
  weights: ModelWeights,
  options: Omit<DecodeOptions, 'logits'> & { readonly tokens: number },
): ModelGraph {
  const graph = new Assembly(config, weights, options);
  const tokens = graph.g.input('tokens', 'int64', ['T', options.tokens]);
  const { surprisal, entropy } = surprisalGraph(graph.g, graph.decode('all', options.slots), tokens);
  graph.g.output('surprisal', surprisal);
  graph.g.output('entropy', entropy);
  return graph.finish();
}

class Assembly {
  readonly g = new GraphBuilder();
  readonly #config: ModelConfig;
  readonly #weights: ModelWeights;
  readonly #ids: Value;
  /** [T·B, 1], in a batch. */
  readonly there: Value | undefined;
  readonly #base: Omit<Layer, 'name'>;
  readonly #initial = new Map<string, Tensor>();
  readonly #inputs: Value[] = [];

  constructor(
    config: ModelConfig,
    weights: ModelWeights,
    { lowering, step = false, longest = 512, batch = 1 }: PrefillOptions,
  ) {
    this.#config = config;
    this.#weights = weights;
    const ids = this.g.input('ids', 'int64', batch === 1 ? [step ? 1 : 'T'] : ['T', batch]);
    this.#ids = batch === 1 ? ids : reshape(ids, [-1]);
    this.#inputs.push(ids);
    if (batch > 1) {
      const there = this.g.input('there', 'float32', ['T', batch]);
      this.there = reshape(there, [-1, 1]);
      this.#inputs.push(there);
    }
    const position = batch === 1 ? this.g.input('position', 'float32', [1]) : this.g.constant('float32', [0]);
    const length = lengthOf(ids, 0);
    const angles = rotaryAngles(this.g, position, length, config.width / config.heads, {
      base: config.rotary_base,
    });
    if (batch === 1) {
      this.g.output("position'", add(position, cast(length.value, 'float32')));
      this.#initial.set('position', zeros([1]));
      this.#inputs.push(position);
    }
    this.#base = { g: this.g, config, weights, lowering, step, longest, batch, angles };
  }

  /** rms(E[ids]): [T·B, d]. */
  embed(): Value {
    return normalize(gather(this.#embedding(), this.#ids));
  }

  /** The repository's memory as inputs. */
  memory(slots: number): Placed<RepositoryMemory> {
    const placed = placeState(this.g, emptyRepositoryMemory(this.#config, slots), 'memory.');
    this.#inputs.push(...valuesOf(placed).values());
    return placed;
  }

  /** Logits of the last position, [1, V], or of all, [T, V]. */
  decode(logits: 'last' | 'all', slots: number): Value {
    const { self_decoder: lower, cross_decoder: upper } = this.#config;
    const memory = this.memory(slots);
    const read = this.layers('self_decoder', lower, this.embed());
    const stream = this.layers('cross_decoder', upper, read, memory);
    return this.head(logits === 'last' ? slice(stream, 0, -1) : stream);
  }

  /** x [T, d] through a stack of layers. */
  layers(
    part: 'self_decoder' | 'cross_decoder',
    kinds: readonly UpperMixer[],
    x: Value,
    memory?: Placed<RepositoryMemory>,
  ): Value {
    return kinds.reduce((stream, kind, at) => this.#layer(`${part}.${at}`, kind, stream, memory), x);
  }

  /** c·tanh(rms(x) Eᵀ / c): [·, V]. */
  head(x: Value): Value {
    const { vocabulary, width, soft_cap: cap } = this.#config;
    const { lowering } = this.#base;
    const h = normalize(x);
    const scores =
      lowering === 'float32'
        ? matmulTransposed(h, this.#embedding())
        : linear(h, this.#weights.linearWeight(this.g, 'embedding.weight', width, vocabulary, lowering));
    return cap > 0 ? mul(tanh(div(scores, cap)), cap) : scores;
  }

  /**
   * Runs a stateful operator, declares its state as inputs and outputs, and returns its output. In a batch every file
   * starts from the initial state, and only the writers' state is an output.
   */
  carry<State extends object, Output>(
    name: string,
    initial: State,
    run: (layer: Layer, state: Placed<State>) => { output: Output; state: Placed<State> },
  ): Output {
    const whole = this.#base.batch > 1;
    const placed = whole ? placeParameters(this.g, initial) : placeState(this.g, initial, `${name}.`);
    const { output, state } = run({ ...this.#base, name }, placed);
    if (whole && name !== 'writer') return output;
    if (!whole) {
      for (const [path, value] of tensorsOf(initial)) this.#initial.set(`${name}.${path}`, value);
      this.#inputs.push(...valuesOf(placed).values());
    }
    for (const [path, value] of valuesOf(state)) this.g.output(`${name}.${path}'`, value);
    return output;
  }

  finish(): ModelGraph {
    return { model: this.g.build(), inputs: this.#inputs, initialState: this.#initial };
  }

  #layer(name: string, kind: UpperMixer, x: Value, memory: Placed<RepositoryMemory> | undefined): Value {
    const mixerName = `${name}.mixer`;
    const initial: MixerState = isReader(kind)
      ? (initialWindowState(this.#config, this.#config.reader_window) as unknown as MixerState)
      : initialMixerState(kind, { ...this.#base, name: mixerName });
    const mixed = this.carry(mixerName, initial, (layer, placed) => {
      const state = placed as unknown as PlacedState;
      const result = isReader(kind)
        ? readerGraph(kind, layer, normalize(x), memoryOf(memory, name), state)
        : mixerGraph(kind, layer, normalize(x), state);
      return { output: result.output, state: result.state as unknown as Placed<MixerState> };
    });
    const between = add(x, mixed);
    return add(between, squaredMlp({ ...this.#base, name: `${name}.mlp` }, normalize(between)));
  }

  #embedding(): Value {
    const { vocabulary, width } = this.#config;
    return this.g.weight(this.#weights.rows('embedding.weight', vocabulary, width), [vocabulary, width]);
  }
}

function memoryOf(memory: Placed<RepositoryMemory> | undefined, name: string): Placed<RepositoryMemory> {
  if (memory === undefined)
    throw new RangeError(`${name} reads the repository's memory, which the self-decoder does not have`);
  return memory;
}
