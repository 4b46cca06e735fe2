/** Complex values as a real and an imaginary one, and the recurrence over blocks, the only sequential part. */
import { add, mul, sub } from '../onnx/elementwise.ts';
import type { Value } from '../onnx/graph-builder.ts';
import { slice, split } from '../onnx/layout.ts';
import { type Length, plus } from '../onnx/length.ts';
import { joined, piece } from '../onnx/unrolled.ts';

export type Complex = readonly [re: Value, im: Value];

/**
 * S_{i+1} = λ^C S_i + b_i from S_0, along an axis of n ≤ `most` blocks: the modes before each block, n along that axis,
 * and the final ones, 1 along it.
 */
export function chainOverBlocks(
  decay: Complex,
  additions: Complex,
  start: Complex,
  blocks: Length,
  most: number,
  axis: number,
): { readonly before: Complex; readonly after: Complex } {
  const states: Complex[] = [start];
  for (let i = 0; i < most; i++) {
    const [re, im] = multiply(states[i]!, decay);
    // An absent block is an empty tensor, and so is its sum with anything.
    states.push([add(re, piece(additions[0], axis, i)), add(im, piece(additions[1], axis, i))]);
  }
  const all = ([0, 1] as const).map(part => {
    const values = states.map(state => state[part]);
    return joined(values, axis, plus(blocks, 1));
  });
  const before = all.map(x => slice(x, axis, 0, -1));
  const after = all.map(x => slice(x, axis, -1));
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
