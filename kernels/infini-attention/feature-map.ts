import { add, elu, mul } from '../onnx/elementwise.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, slice } from '../onnx/layout.ts';
import { rmsNormalize } from '../onnx/reduce.ts';

/**
 * φ: ℝ^dk → ℝ^D, applied to keys and queries of a linear memory.
 * - `elu+1`: φ(x) = ELU(x) + 1, positive, D = dk. The paper's. It separates random keys badly, and needs the normaliser
 *   z.
 * - `signed`: φ(x) = x/√(Σx² + 1e-6), D = dk. Holds about dk bindings; no normaliser, because products have both signs.
 * - `wide`: u = φ_signed(x), then u and, for i = 1 … extra, √dk · u ⊙ roll(u, i), where roll(u, i)_c = u_{(c + i) mod
 *   dk}; all normalised as in `signed`. D = dk·(1 + extra): more slots, hence more bindings.
 */
export type FeatureMap =
  | { readonly kind: 'elu+1' }
  | { readonly kind: 'signed' }
  | { readonly kind: 'wide'; readonly extra: number };

const featureEpsilon = 1e-6;

/** D for keys of `width` numbers. */
export function featureWidth(map: FeatureMap, width: number): number {
  return map.kind === 'wide' ? width * (1 + map.extra) : width;
}

/** Whether reads and writes are divided by φ(x)·z: only for positive φ. */
export function isNormalized(map: FeatureMap): boolean {
  return map.kind === 'elu+1';
}

/** φ of one vector. */
export function features(map: FeatureMap, x: Float64Array): Float64Array {
  if (map.kind === 'elu+1') return x.map(value => (value > 0 ? value + 1 : Math.exp(value)));
  const unit = normalize(x);
  if (map.kind === 'signed') return unit;
  const width = x.length;
  const wide = Float64Array.from({ length: featureWidth(map, width) }, (_, index) => {
    const roll = Math.floor(index / width);
    const c = index % width;
    return roll === 0 ? unit[c]! : Math.sqrt(width) * unit[c]! * unit[(c + roll) % width]!;
  });
  return normalize(wide);
}

/** φ over the last axis of x [..., dk]. */
export function featuresGraph(g: GraphBuilder, map: FeatureMap, x: Value): Value {
  if (map.kind === 'elu+1') return add(elu(x), 1);
  const unit = normalizeGraph(g, x);
  if (map.kind === 'signed') return unit;
  const width = x.shape.at(-1) as number;
  const scaled = mul(unit, Math.sqrt(width));
  const products = Array.from({ length: map.extra }, (_, index) => {
    const roll = (index + 1) % width;
    const rolled = roll === 0 ? unit : concat([slice(unit, -1, roll), slice(unit, -1, 0, roll)], -1);
    return mul(scaled, rolled);
  });
  return normalizeGraph(g, concat([unit, ...products], -1));
}

function normalize(x: Float64Array): Float64Array {
  const squares = x.reduce((sum, value) => sum + value * value, 0);
  const factor = 1 / Math.sqrt(squares + featureEpsilon);
  return x.map(value => value * factor);
}

/** x/√(Σx² + ε) by a root-mean-square norm; mean and gain account for the width. */
function normalizeGraph(g: GraphBuilder, x: Value): Value {
  const width = x.shape.at(-1) as number;
  const gain = g.constant(
    'float32',
    Array.from({ length: width }, () => 1 / Math.sqrt(width)),
  );
  return rmsNormalize(x, gain, featureEpsilon / width);
}
