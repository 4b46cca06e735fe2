/** A model's weights by their PyTorch names, in the forms that graphs and references take. */

import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { type LinearWeight, linear } from '../onnx/linear.ts';
import { quantizeBlocks, quantizeUint8 } from '../onnx/quantize.ts';
import { sizeOf, type Tensor, tensor } from '../tensor.ts';
import { type StoredTensor, toFloat32 } from '../weights/safetensors.ts';

/** How linear layers' matrices are held: exact, for CPUs, for GPUs. */
export type Lowering = 'float32' | 'uint8' | 'block8' | 'block4';

/** Looks up, transposes and quantises weights, each once: graphs that share an instance share the buffers. */
export class ModelWeights {
  readonly #stored: ReadonlyMap<string, StoredTensor>;
  readonly #matrices = new Map<string, Float32Array>();
  readonly #quantized = new Map<string, Exclude<LinearWeight, Value>>();

  constructor(stored: ReadonlyMap<string, StoredTensor>) {
    this.#stored = stored;
  }

  /** Number of parameters. */
  get parameters(): number {
    return [...this.#stored.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  has(name: string): boolean {
    return this.#stored.has(name);
  }

  /** A small parameter, in float64. @throws RangeError that names it when it is missing or has another shape */
  tensor(name: string, shape: readonly number[]): Tensor {
    return tensor(shape, toFloat32(this.#find(name, shape)));
  }

  /** A matrix as stored, such as the embedding: [rows, columns]. */
  rows(name: string, rows: number, columns: number): Float32Array {
    const stored = this.#find(name, [rows, columns]);
    const key = `${name} rows`;
    const known = this.#matrices.get(key) ?? toFloat32(stored);
    this.#matrices.set(key, known);
    return known;
  }

  /** W [inputs, outputs] of the linear layer y = W x that the PyTorch reference holds as [outputs, inputs]. */
  matrix(name: string, inputs: number, outputs: number): Float32Array {
    const found = this.#find(name, [outputs, inputs]);
    const known = this.#matrices.get(name);
    if (known !== undefined) return known;
    const stored = toFloat32(found);
    const turned = new Float32Array(stored.length);
    for (let out = 0; out < outputs; out++) {
      for (let at = 0; at < inputs; at++) turned[at * outputs + out] = stored[out * inputs + at]!;
    }
    this.#matrices.set(name, turned);
    return turned;
  }

  /** x [T, inputs] times a linear layer, in one lowering. */
  linear(x: Value, name: string, outputs: number, lowering: Lowering): Value {
    const inputs = x.shape.at(-1);
    if (typeof inputs !== 'number')
      throw new RangeError(`linear layer ${name}: the width of its input is not known`);
    return linear(x, this.linearWeight(x.graph, name, inputs, outputs, lowering));
  }

  linearWeight(
    g: GraphBuilder,
    name: string,
    inputs: number,
    outputs: number,
    lowering: Lowering,
  ): LinearWeight {
    if (lowering === 'float32') return g.weight(this.matrix(name, inputs, outputs), [inputs, outputs]);
    const key = `${name} ${lowering}`;
    const known = this.#quantized.get(key);
    if (known !== undefined) return known;
    const matrix = this.matrix(name, inputs, outputs);
    const quantized =
      lowering === 'uint8'
        ? quantizeUint8(matrix, inputs, outputs)
        : quantizeBlocks(matrix, inputs, outputs, lowering === 'block8' ? 8 : 4);
    this.#quantized.set(key, quantized);
    // Only the quantised form is needed from here on.
    this.#matrices.delete(name);
    return quantized;
  }

  #find(name: string, shape: readonly number[]): StoredTensor {
    const stored = this.#stored.get(name);
    if (stored === undefined) throw new RangeError(`The weights have no ${name}.`);
    if (stored.shape.join() !== shape.join() || sizeOf(shape) !== sizeOf(stored.shape)) {
      throw new RangeError(
        `${name} of the weights is [${stored.shape.join(', ')}] and should be [${shape.join(', ')}].`,
      );
    }
    return stored;
  }
}
