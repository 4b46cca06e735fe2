/**
 * A read of compressive memories beside local attention, a variant of Infini-attention (arXiv 2404.07143) and the one that is served:
 *
 *   o_t = σ(γ)·rms(φ(q_t) M) a head,   rms(x) = x/√(mean x² + ε)
 *
 * which goes through an output projection of its own and is added to what local attention gives. The paper's read is a mean, φ(q)M / (φ(q)·z),
 * in place of a share of local attention (`reference.ts`). Where φ is signed there is no such mean, and a sum grows with what was written: so its
 * direction is kept and its length left to the gate. Heads may read memories of either rule.
 */
import { norm } from '../norm/reference.ts';
import { expectShape, full, type Tensor, tensor } from '../tensor.ts';
import type { FeatureMap } from './feature-map.ts';
import { readMemory } from './memory.ts';

/** ε under the root: the memory of nothing reads as nothing. */
export const sideReadEpsilon = 1e-6;

/** q [T, H, dk], memory [H, D, dv], gate γ [H] → [T, H, dv]. φ must be a signed map. */
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
