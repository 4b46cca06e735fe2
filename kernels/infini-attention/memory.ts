import { expectShape, type Tensor, zeros } from '../tensor.ts';
import { type FeatureMap, features, featureWidth, isNormalized } from './feature-map.ts';

/**
 * A compressive memory (Infini-attention, arXiv 2404.07143, section 2.1.1): bindings of keys to values, in fixed size.
 */
export interface CompressiveMemory {
  /** M [H, D, dv] */
  readonly memory: Tensor;
  /** z [H, D], the sum of all φ(k); kept for every feature map, used for positive ones. */
  readonly normalizer: Tensor;
}

/** `linear` adds every binding; `delta` adds what the memory does not return yet (equations 3 and 5). */
export type WriteRule = 'linear' | 'delta';

/** Lower bound of divisors: an empty memory returns zero. */
export const smallestDenominator = 1e-6;

export function emptyMemory(
  map: FeatureMap,
  heads: number,
  keyWidth: number,
  valueWidth: number,
): CompressiveMemory {
  const width = featureWidth(map, keyWidth);
  return { memory: zeros([heads, width, valueWidth]), normalizer: zeros([heads, width]) };
}

/** A_mem = φ(q)M / max(φ(q)·z, 1e-6), without the division where φ is signed. q [T, H, dk], result [T, H, dv]. */
export function readMemory(map: FeatureMap, q: Tensor, { memory, normalizer }: CompressiveMemory): Tensor {
  const [length = 0, heads = 0, keyWidth = 0] = expectShape('memory read', 'q', q, [
    undefined,
    undefined,
    undefined,
  ]);
  const width = featureWidth(map, keyWidth);
  const [, , outputs = 0] = expectShape('memory read', 'the memory', memory, [heads, width, undefined]);
  expectShape('memory read', 'the normaliser', normalizer, [heads, width]);
  const output = zeros([length, heads, outputs]);
  for (let t = 0; t < length; t++) {
    for (let h = 0; h < heads; h++) {
      const φ = features(map, vector(q, t * heads + h, keyWidth));
      const answer = answerTo(
        map,
        φ,
        memory.data.subarray(h * width * outputs),
        normalizer.data.subarray(h * width),
        outputs,
      );
      output.data.set(answer, (t * heads + h) * outputs);
    }
  }
  return output;
}

/**
 * The memory after one segment of k [S, H, dk] and v [S, H, dv]: z += Σφ(k), and M += φ(K)ᵀV, or with the delta rule M
 * += φ(K)ᵀ(V − A), where A is what the memory before the segment returns for its keys. `strength` β [S, H] weights the
 * bindings: φ(k) counts β times.
 */
export function writeMemory(
  map: FeatureMap,
  rule: WriteRule,
  k: Tensor,
  v: Tensor,
  before: CompressiveMemory,
  strength?: Tensor,
): CompressiveMemory {
  const [length = 0, heads = 0, keyWidth = 0] = expectShape('memory write', 'k', k, [
    undefined,
    undefined,
    undefined,
  ]);
  const [, , outputs = 0] = expectShape('memory write', 'v', v, [length, heads, undefined]);
  if (strength !== undefined) expectShape('memory write', 'the strength', strength, [length, heads]);
  const width = featureWidth(map, keyWidth);
  expectShape('memory write', 'the memory', before.memory, [heads, width, outputs]);
  const known = rule === 'delta' ? readMemory(map, k, before) : zeros(v.shape);
  const memory = { shape: before.memory.shape, data: before.memory.data.slice() };
  const normalizer = { shape: before.normalizer.shape, data: before.normalizer.data.slice() };
  for (let t = 0; t < length; t++) {
    for (let h = 0; h < heads; h++) {
      const weight = strength?.data[t * heads + h] ?? 1;
      const φ = features(map, vector(k, t * heads + h, keyWidth)).map(value => weight * value);
      for (let i = 0; i < width; i++) {
        normalizer.data[h * width + i]! += φ[i]!;
        for (let c = 0; c < outputs; c++) {
          const at = (t * heads + h) * outputs + c;
          memory.data[(h * width + i) * outputs + c]! += φ[i]! * (v.data[at]! - known.data[at]!);
        }
      }
    }
  }
  return { memory, normalizer };
}

/** The memory of both sequences. Exact and order-independent for linear writes: memories are a commutative group. */
export function addMemories(a: CompressiveMemory, b: CompressiveMemory): CompressiveMemory {
  return combine(a, b, 1);
}

/** The memory of `all` without `part`, for linear writes: removes a file from its repository. */
export function subtractMemory(all: CompressiveMemory, part: CompressiveMemory): CompressiveMemory {
  return combine(all, part, -1);
}

function combine(a: CompressiveMemory, b: CompressiveMemory, sign: 1 | -1): CompressiveMemory {
  expectShape('memory merge', 'the second memory', b.memory, a.memory.shape);
  expectShape('memory merge', 'the second normaliser', b.normalizer, a.normalizer.shape);
  const sum = (x: Tensor, y: Tensor): Tensor => ({
    shape: x.shape,
    data: x.data.map((value, index) => value + sign * y.data[index]!),
  });
  return { memory: sum(a.memory, b.memory), normalizer: sum(a.normalizer, b.normalizer) };
}

function answerTo(
  map: FeatureMap,
  φ: Float64Array,
  memory: Float64Array,
  normalizer: Float64Array,
  outputs: number,
): Float64Array {
  const answer = new Float64Array(outputs);
  let denominator = 0;
  for (const [i, value] of φ.entries()) {
    denominator += value * normalizer[i]!;
    for (let c = 0; c < outputs; c++) answer[c]! += value * memory[i * outputs + c]!;
  }
  if (!isNormalized(map)) return answer;
  return answer.map(value => value / Math.max(denominator, smallestDenominator));
}

function vector({ data }: Tensor, row: number, width: number): Float64Array {
  return data.subarray(row * width, (row + 1) * width);
}
