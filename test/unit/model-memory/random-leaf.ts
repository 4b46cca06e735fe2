/** Random leaves of the tiny model's shape. */
import { emptyGatedDeltaSpan, gatedDeltaSpan } from '../../../kernels/gated-delta/merge.ts';
import { randomNormal, zeros } from '../../../kernels/tensor.ts';
import { type FileMemory, leastStride, stridedCount } from '../../../server/engine/file-memory.ts';
import type { FloatTensor } from '../../../server/engine/tensor.ts';
import { tinyConfig } from '../engine/tiny-model.ts';

const {
  heads,
  width,
  memory_heads: Hm,
  memory_key: dk,
  memory_value: dv,
  continuous_bases: N,
  continuous_width: cw,
} = tinyConfig;

/** @param keep maximum keys per head for the dilated memory */
export function randomLeaf(seed: number, length = 1 + (seed % 37), keep = 8): FileMemory {
  const stride = leastStride(length, keep, tinyConfig);
  const kept = [heads, stridedCount(length, stride, heads), width / heads];
  return {
    length,
    linear: random([Hm, dk, dv], seed),
    delta: deltaOf(seed),
    continuous: random([N, cw], seed + 1),
    strided: { stride, keys: random(kept, seed + 2), values: random(kept, seed + 3) },
  };
}

function random(shape: readonly number[], seed: number): FloatTensor {
  return { shape, data: Float32Array.from(randomNormal(shape, seed).data) };
}

/** [N | P] of a few steps of the delta rule. */
function deltaOf(seed: number): FloatTensor {
  const tokens = 3;
  const span =
    seed % 11 === 0
      ? emptyGatedDeltaSpan(Hm, dk, dv)
      : gatedDeltaSpan(
          {
            k: randomNormal([tokens, Hm * dk], seed),
            v: randomNormal([tokens, Hm * dv], seed + 1),
            beta: {
              shape: [tokens, Hm],
              data: randomNormal([tokens, Hm], seed + 2).data.map(x => 1 / (1 + Math.exp(x))),
            },
            logDecay: zeros([tokens, Hm]),
          },
          Hm,
        );
  const data = new Float32Array(Hm * dk * (dv + dk));
  for (let row = 0; row < Hm * dk; row++) {
    data.set(span.memory.data.subarray(row * dv, (row + 1) * dv), row * (dv + dk));
    data.set(span.transition.data.subarray(row * dk, (row + 1) * dk), row * (dv + dk) + dv);
  }
  return { shape: [Hm, dk, dv + dk], data };
}

/** The largest difference, relative to the largest value. */
export function difference(actual: FloatTensor, expected: FloatTensor): number {
  if (actual.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  let [apart, largest] = [0, 1e-9];
  for (const [i, value] of expected.data.entries()) {
    apart = Math.max(apart, Math.abs(value - actual.data[i]!));
    largest = Math.max(largest, Math.abs(value));
  }
  return apart / largest;
}
