/**
 * A decoder as a graph that runs any number of tokens after a cached prefix:
 *
 * | input | | |
 * |---|---|---|
 * | `ids` | int64 [T] | tokens |
 * | `position` | int64 [1] | of the first of them, for the rotation |
 * | `length` | int64 [1] | n, cached keys |
 * | `rows` | int64 [R] | which of the T tokens get logits |
 * | `keys.N`, `values.N` | float32 [1, K, P, dh] | P ≥ n: entries after the first n are ignored |
 *
 * and gives `logits` [R, V], their `normalizer` [R] (log Σ exp, so that log-probabilities are differences), and
 * `keys.N'`, `values.N'` with the T new ones after the n. With P ≥ n + T these have the inputs' shape and may be
 * written in place: then only new entries are copied. A run of one token writes H/K entries, of which the first counts,
 * so it needs P ≥ n + H/K (`attention.ts`).
 *
 * A part of it (`parts.ts`) has only its own layers' states. Between parts goes what the residual stream holds and what
 * the last layer adds to it: `stream'` and `change'` [T, d] are the next one's `stream` and `change`.
 *
 * Tokens attend to every cached key. The caller decides which are cached: all keys, or those that `levels.ts` keeps,
 * preceded by keys of other files.
 */
import { formatShape } from '../onnx/dimension.ts';
import { add, exp, log, sub } from '../onnx/elementwise.ts';
import { GraphBuilder, type OnnxModel, type Value } from '../onnx/graph-builder.ts';
import { gather, reshape, split } from '../onnx/layout.ts';
import { lengthOf } from '../onnx/length.ts';
import { reduceMax, reduceSum, rmsNormalize, rmsNormalizeSum } from '../onnx/reduce.ts';
import { rotaryAngles, rotateGraph } from '../rotary/graph.ts';
import { Attention } from './attention.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderPart, wholeDecoder } from './parts.ts';
import { Products } from './products.ts';
import { type DecoderLowering, hasBlocks, type PlacePart } from './weights.ts';

/** Names of the inputs and outputs that hold a layer's state. */
export function stateNames(layer: number): { readonly keys: string; readonly values: string } {
  return { keys: `keys.${layer}`, values: `values.${layer}` };
}

export interface DecoderGraph {
  readonly model: OnnxModel;
  readonly inputs: readonly Value[];
}

export function decoderGraph(
  config: DecoderConfig,
  lowering: DecoderLowering,
  place: PlacePart,
  part: DecoderPart = wholeDecoder(config),
): DecoderGraph {
  const { heads, keyHeads, headWidth, width, normEpsilon } = config;
  const g = new GraphBuilder({ inside: true });
  const inputs: Value[] = [];
  const input = (...declared: Parameters<GraphBuilder['input']>): Value => {
    const value = g.input(...declared);
    inputs.push(value);
    return value;
  };
  const flow = (name: string): Value => input(name, 'float32', ['T', width]);
  const begin = part.embeds ? input('ids', 'int64', ['T']) : flow('stream');
  const tokens = lengthOf(begin, 0);
  const products = new Products(g, config, lowering, place, tokens);
  let stream = part.embeds ? products.embed(begin) : begin; // [T, d]
  let change = part.embeds ? undefined : flow('change');
  if (part.end > part.first) runLayers();
  if (part.hasHead) {
    const wanted = input('rows', 'int64', ['R']);
    const last = normalized(stream, change, products.vector('norm'), normEpsilon);
    const logits = products.head(gather(last.normal, wanted));
    g.output('logits', logits);
    const largest = reduceMax(logits, -1, true); // [R, 1]
    const sum = reduceSum(exp(sub(logits, largest)), -1, true);
    g.output('normalizer', reshape(add(log(sum), largest), [-1]));
  } else {
    g.output("stream'", stream);
    g.output("change'", change!);
  }
  return { model: g.build(), inputs };

  function runLayers(): void {
    const position = input('position', 'int64', [1]);
    const length = input('length', 'int64', [1]);
    const angles = rotaryAngles(g, position, tokens, headWidth, {
      base: config.rotaryBase,
      ...(config.rotaryDivisors !== undefined && { divisors: config.rotaryDivisors }),
    });
    const attention = new Attention(config, length, tokens, !hasBlocks(lowering));
    /** Projects to [T, (H + 2K)·dh], then rotates queries and keys. */
    const project = (layer: number, x: Value): { queries: Value; keys: Value; values: Value } => {
      const name = `layers.${layer}.attention`;
      const product = products.linear(x, `${name}.projections`);
      const all = config.attentionBias ? add(product, products.vector(`${name}.bias`)) : product;
      const rotated = (rows: Value, count: number): Value =>
        rotateGraph(g, reshape(rows, [-1, count, headWidth]), angles);
      if (!config.queryKeyNorm) {
        const parts = split(all, [(heads + keyHeads) * headWidth, keyHeads * headWidth], -1);
        const turned = flat(rotated(parts[0]!, heads + keyHeads));
        const [queries, keys] = split(turned, [heads * headWidth, keyHeads * headWidth], -1);
        return { queries: queries!, keys: keys!, values: parts[1]! };
      }
      const parts = split(
        all,
        [heads, keyHeads, keyHeads].map(count => count * headWidth),
        -1,
      );
      const prepared = (rows: Value, count: number, norm: string): Value => {
        const gain = products.vector(`${name}.${norm}`);
        const normal = rmsNormalize(reshape(rows, [-1, count, headWidth]), gain, normEpsilon);
        return flat(rotated(normal, count));
      };
      return {
        queries: prepared(parts[0]!, heads, 'queryNorm'),
        keys: prepared(parts[1]!, keyHeads, 'keyNorm'),
        values: parts[2]!,
      };
    };

    for (let layer = part.first; layer < part.end; layer++) {
      const names = stateNames(layer);
      const name = `layers.${layer}.attention`;
      const before = normalized(stream, change, products.vector(`${name}.norm`), normEpsilon);
      const [pastKeys, pastValues] = [names.keys, names.values].map(name =>
        input(name, 'float32', [1, keyHeads, 'P', headWidth]),
      );
      const { queries, ...added } = project(layer, before.normal);
      const past = { keys: pastKeys!, values: pastValues! };
      const { read, keys, values } = attention.read(queries, added, past);
      g.output(`${names.keys}'`, keys);
      g.output(`${names.values}'`, values);
      const attended = products.linear(read, `${name}.output`);
      const mlp = `layers.${layer}.mlp`;
      const between = normalized(before.stream, attended, products.vector(`${mlp}.norm`), normEpsilon);
      stream = between.stream;
      change = products.gatedMlp(between.normal, mlp);
    }
  }
}

/** Adds the last block's output to the stream, then normalises. */
function normalized(
  stream: Value,
  change: Value | undefined,
  gain: Value,
  epsilon: number,
): { normal: Value; stream: Value } {
  if (change === undefined) return { normal: rmsNormalize(stream, gain, epsilon), stream };
  const { normalized: normal, sum } = rmsNormalizeSum(stream, change, gain, epsilon);
  return { normal, stream: sum };
}

function flat(x: Value): Value {
  const [length, heads, width] = x.shape;
  if (typeof heads !== 'number' || typeof width !== 'number') throw new RangeError(formatShape(x.shape));
  return reshape(x, [length!, heads * width]);
}
