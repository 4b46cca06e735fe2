/** The matrix products of a decoder in one lowering, and the placement of its weights. */
import { cast, mul, silu } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { gather, reshape } from '../onnx/layout.ts';
import { type Length, lengthOf } from '../onnx/length.ts';
import { placedBlockLinear } from '../onnx/linear.ts';
import { matmul, matmulTransposed } from '../onnx/matmul.ts';
import { blockSize } from '../onnx/quantize.ts';
import {
  quantizeRows,
  rowZeroPoints,
  type TokenWeight,
  tokenLinear,
  unscaledTokenLinear,
  wideTokenLinear,
} from '../onnx/token-linear.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderLowering, type PackedWeight, type PlacePart, packedWeights } from './weights.ts';

export class Products {
  readonly #g: GraphBuilder;
  readonly #config: DecoderConfig;
  readonly #lowering: DecoderLowering;
  readonly #place: PlacePart;
  readonly #weights: ReadonlyMap<string, PackedWeight>;
  readonly #placed = new Map<string, readonly Value[]>();
  /** For the rows of this chunk. */
  readonly #zeroPoints: Value | undefined;

  constructor(
    g: GraphBuilder,
    config: DecoderConfig,
    lowering: DecoderLowering,
    place: PlacePart,
    tokens: Length,
  ) {
    this.#g = g;
    this.#config = config;
    this.#lowering = lowering;
    this.#place = place;
    this.#weights = new Map(packedWeights(config, lowering).map(weight => [weight.name, weight]));
    this.#zeroPoints = isToken(lowering) ? rowZeroPoints(tokens) : undefined;
  }

  /** A gain or a bias. */
  vector(name: string): Value {
    return this.#parts(name)[0]!;
  }

  /** Embedding rows of ids [T]: [T, d]. */
  embed(ids: Value): Value {
    const [weight, scales] = this.#parts('embedding') as [Value, Value?];
    const rows = gather(weight, ids);
    if (scales === undefined) return rows;
    const { width } = this.#config;
    const blocks = Math.ceil(width / blockSize);
    if (width % blockSize !== 0) throw new RangeError(`A width of ${width} is no multiple of ${blockSize}.`);
    const levels = reshape(cast(rows, 'float32'), [-1, blocks, blockSize]);
    const scaled = mul(levels, reshape(gather(scales, ids), [-1, blocks, 1]));
    return reshape(scaled, [ids.shape[0]!, width]);
  }

  /** x [T, K] times a matrix. */
  linear(x: Value, name: string): Value {
    const weight = this.#parts(name);
    if (this.#zeroPoints === undefined) return this.#plain(x, weight);
    return tokenLinear(quantizeRows(x, this.#zeroPoints), asToken(weight));
  }

  /** (SiLU(x G) ⊙ x U) D. The intermediate has outliers hundreds of times the rest, so it takes sixteen bits. */
  gatedMlp(x: Value, name: string): Value {
    const [gate, up, down] = ['gate', 'up', 'down'].map(part => this.#parts(`${name}.${part}`));
    if (this.#zeroPoints === undefined) {
      const hidden = mul(silu(this.#plain(x, gate!)), this.#plain(x, up!));
      return this.#plain(hidden, down!);
    }
    const rows = quantizeRows(x, this.#zeroPoints);
    // The row scales of U are applied after D, where there are fewer numbers.
    const hidden = mul(silu(tokenLinear(rows, asToken(gate!))), unscaledTokenLinear(rows, asToken(up!)));
    return wideTokenLinear(hidden, asToken(down!), this.#zeroPoints, rows.scales);
  }

  /** Logits of x [R, d]. */
  head(x: Value): Value {
    if (this.#lowering === 'float32') {
      const [weight] = this.#parts(this.#config.tiedHead ? 'embedding' : 'head');
      return matmulTransposed(x, weight!);
    }
    const weight = this.#parts('head');
    if (this.#zeroPoints === undefined) return this.#plain(x, weight);
    return tokenLinear(quantizeRows(x, rowZeroPoints(lengthOf(x, 0))), asToken(weight));
  }

  #plain(x: Value, [weight, scales]: readonly Value[]): Value {
    return scales === undefined ? matmul(x, weight!) : placedBlockLinear(x, weight!, scales);
  }

  #parts(name: string): readonly Value[] {
    const known = this.#placed.get(name);
    if (known !== undefined) return known;
    const weight = this.#weights.get(name);
    if (weight === undefined) throw new RangeError(`A decoder has no weight ${name}.`);
    const placed = weight.packing.parts.map(part => this.#place(this.#g, name, part));
    this.#placed.set(name, placed);
    return placed;
  }
}

function isToken(lowering: DecoderLowering): boolean {
  return lowering === 'signed8' || lowering === 'unsigned8';
}

function asToken([weight, scales]: readonly Value[]): TokenWeight {
  return { weight: weight!, scales: scales! };
}
