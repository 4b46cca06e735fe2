import { formatShape } from '../onnx/dimension.ts';
import { add, cast, div, mod, mul, sub } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { gather, reshape } from '../onnx/layout.ts';
import { type Length, lengthOf, range } from '../onnx/length.ts';
import type { Placed } from '../onnx/parameters.ts';
import type { RotaryParameters, RotaryState } from './reference.ts';

/** Cosines and sines for the tokens of one chunk, each [T, dh / 2]: computed once, shared by all heads and layers. */
export interface RotaryAngles {
  readonly cosines: Value;
  readonly sines: Value;
}

/** Range of the angle tables: fine steps times coarse steps. */
const fineSteps = 1024;
const coarseSteps = 4096;

/**
 * The angles of `length` tokens from `position` [1] on. In float32 the product of a position and a frequency is off by
 * 0.06 at a million; so a position is split into 1024·a + b, whose cosines and sines come from two tables made in
 * float64 and are joined by the addition theorem. Beyond four million positions the angles repeat.
 */
export function rotaryAngles(
  g: GraphBuilder,
  position: Value,
  length: Length,
  headWidth: number,
  { base, divisors }: RotaryParameters,
): RotaryAngles {
  const start = cast(position, 'int64');
  const positions = add(start, range(length)); // [T]
  const fine = mod(positions, fineSteps);
  const coarse = mod(div(positions, fineSteps), coarseSteps);
  const table = (steps: number, stride: number, wave: 'cos' | 'sin'): Value =>
    g.weight(angleTable({ steps, stride, half: headWidth / 2, base, divisors, wave }), [
      steps,
      headWidth / 2,
    ]);
  const cosFine = gather(table(fineSteps, 1, 'cos'), fine); // [T, dh/2]
  const sinFine = gather(table(fineSteps, 1, 'sin'), fine);
  const cosCoarse = gather(table(coarseSteps, fineSteps, 'cos'), coarse);
  const sinCoarse = gather(table(coarseSteps, fineSteps, 'sin'), coarse);
  return {
    cosines: sub(mul(cosCoarse, cosFine), mul(sinCoarse, sinFine)),
    sines: add(mul(sinCoarse, cosFine), mul(cosCoarse, sinFine)),
  };
}

/** x [T, H, dh] rotated, by onnxruntime's RotaryEmbedding over the chunk's own angles. */
export function rotateGraph(g: GraphBuilder, x: Value, { cosines, sines }: RotaryAngles): Value {
  const [length, heads, width] = x.shape;
  if (typeof heads !== 'number' || typeof width !== 'number' || x.shape.length !== 3) {
    throw new RangeError(`rotary: x is ${formatShape(x.shape)} and should be [T, H, dh]`);
  }
  const flat = reshape(x, [1, length!, heads * width]);
  const [rotated] = g.node({
    type: 'RotaryEmbedding',
    domain: 'com.microsoft',
    inputs: [flat, g.constant('int64', [0]), cosines, sines],
    attributes: { num_heads: heads, rotary_embedding_dim: 0, interleaved: 0 },
    outputs: [{ type: x.type, shape: flat.shape }],
  });
  return reshape(rotated!, x.shape);
}

/** Same as `rotary`. */
export function rotaryGraph(
  g: GraphBuilder,
  x: Value,
  parameters: RotaryParameters,
  { position }: Placed<RotaryState>,
): { output: Value; state: Placed<RotaryState> } {
  const length = lengthOf(x, 0);
  const width = x.shape[2];
  if (typeof width !== 'number') throw new RangeError(`rotary: x is ${formatShape(x.shape)}`);
  const output = rotateGraph(g, x, rotaryAngles(g, position, length, width, parameters));
  return { output, state: { position: add(position, cast(length.value, 'float32')) } };
}

/** Shared by all graphs of a model. */
const angleTables = new Map<string, Float32Array>();

interface AngleTable {
  readonly steps: number;
  readonly stride: number;
  readonly half: number;
  readonly base: number;
  readonly divisors: readonly number[] | undefined;
  readonly wave: 'cos' | 'sin';
}

/** cos or sin of n·stride·base^(−i/half), divided by the divisors if any: [steps, half], one row per n. */
function angleTable(described: AngleTable): Float32Array {
  const { steps, stride, half, base, divisors, wave } = described;
  const key = JSON.stringify(described);
  const known = angleTables.get(key);
  if (known !== undefined) return known;
  const frequencies = Float64Array.from(
    { length: half },
    (_, i) => (stride * base ** (-i / half)) / (divisors?.[i] ?? 1),
  );
  const table = new Float32Array(steps * half);
  for (let at = 0; at < table.length; at++)
    table[at] = Math[wave](Math.floor(at / half) * frequencies[at % half]!);
  angleTables.set(key, table);
  return table;
}
