/** Complex values as a real and an imaginary one, and the recurrence over blocks, which alone has to run one after the other. */
import { add, mul, sub } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { concat, gather, slice, split } from '../onnx/layout.ts';
import { type Length, padTo, takeFirst } from '../onnx/length.ts';

export type Complex = readonly [re: Value, im: Value];

/**
 * S_{i+1} = λ^C S_i + b_i from S_0, along an axis of n ≤ `most` blocks: the modes that each block starts from, n along that axis, and
 * the last, 1 along it. Unrolled, and run to `most` whatever n is; a larger n fails, as an index out of bounds.
 */
export function chainOverBlocks(
  decay: Complex,
  additions: Complex,
  start: Complex,
  blocks: Length,
  most: number,
  axis: number,
): { readonly before: Complex; readonly after: Complex } {
  const limit = { dimension: most, value: start[0].graph.constant('int64', [most]) };
  const [re, im] = [padTo(additions[0], axis, limit), padTo(additions[1], axis, limit)];
  const states: Complex[] = [start];
  for (let i = 0; i < most; i++) {
    const [turnedRe, turnedIm] = multiply(states[i]!, decay);
    states.push([add(turnedRe, slice(re, axis, i, i + 1)), add(turnedIm, slice(im, axis, i, i + 1))]);
  }
  const all = ([0, 1] as const).map(part =>
    concat(
      states.map(state => state[part]),
      axis,
    ),
  );
  const before = all.map(x => takeFirst(x, axis, blocks));
  const after = all.map(x => gather(x, blocks.value, axis));
  return { before: [before[0]!, before[1]!], after: [after[0]!, after[1]!] };
}

export function multiply([are, aim]: Complex, [bre, bim]: Complex): Complex {
  return [sub(mul(are, bre), mul(aim, bim)), add(mul(are, bim), mul(aim, bre))];
}

/** The two halves of an axis: the real and the imaginary parts. */
export function parts(x: Value, half: number, axis: number): Complex {
  const [re, im] = split(x, [half, half], axis);
  return [re!, im!];
}
