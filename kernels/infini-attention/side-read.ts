/**
 * A read of compressive memories beside local attention, a variant of Infini-attention (arXiv 2404.07143) and the one
 * used in serving:
 *
 *   o_t = σ(γ)·rms(φ(q_t) M) per head,   rms(x) = x/√(mean x² + ε)
 *
 * followed by its own output projection and added to local attention. The paper's read is a mean, φ(q)M / (φ(q)·z),
 * that replaces a share of local attention (`reference.ts`). For signed φ there is no such mean, and a sum grows with
 * the amount written, so only its direction is kept and the gate sets its length. Heads may read memories of either
 * rule.
 */
import { norm } from '../norm/reference.ts';
import { expectShape, full, type Tensor, tensor } from '../tensor.ts';
import type { FeatureMap } from './feature-map.ts';
import { readMemory } from './memory.ts';

/** ε under the root: an empty memory reads as zero. */
export const sideReadEpsilon = 1e-6;

/** q [T, H, dk], memory [H, D, dv], gate γ [H] → [T, H, dv]. φ must be signed. */
export function sideRead(map: FeatureMap, q: Tensor, memory: Tensor, gate: Tensor): Tensor {
  const [heads = 0, features = 0, width = 0] = expectShape('side read', 'the memory', memory, [
    undefined,
    undefined,
    undefined,
  ]);
  expectShape('side read', 'the gate', gate, [heads]);
  if (map.kind === 'elu+1') throw new RangeError('side read: ELU + 1 has a normaliser; its read is a mean');
  const normalizer = full([heads, features], 0);
  const answers = readMemory(map, q, { memory, normalizer });
  const rows = tensor([answers.data.length / width, width], answers.data);
  const directions = norm(rows, { gain: full([width], 1), epsilon: sideReadEpsilon });
  return tensor(
    answers.shape,
    directions.data.map((value, i) => value / (1 + Math.exp(-gate.data[Math.floor(i / width) % heads]!))),
  );
}
