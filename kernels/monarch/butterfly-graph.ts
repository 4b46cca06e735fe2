import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import { concat, gather, reshape, split, transpose } from '../onnx/layout.ts';
import { matmul } from '../onnx/matmul.ts';
import { sizeOf } from '../tensor.ts';
import { type Butterfly, type Complex, frequencyOf, sidesOf } from './reference.ts';

/** Same as `butterfly`, with real and imaginary parts apart: each [N, d]. One matrix product per digit. */
export function butterflyGraph(
  g: GraphBuilder,
  x: { readonly re: Value; readonly im: Value },
  { radices, stages }: Butterfly,
): { re: Value; im: Value } {
  const N = sizeOf(radices);
  const d = x.re.shape[1]!;
  let { re, im } = x;
  for (const [i, n] of radices.entries()) {
    const [before, after] = sidesOf(radices, i);
    const inward = (part: Value): Value => transpose(reshape(part, [before, n, after, d]), [0, 2, 1, 3]);
    const outward = (part: Value): Value => reshape(transpose(part, [0, 2, 1, 3]), [N, d]);
    const both = concat([inward(re), inward(im)], 2); // [before, after, 2n, d]
    const turned = matmul(
      g.weight(realForm(stages[i]!, before * after, n), [before, after, 2 * n, 2 * n]),
      both,
    );
    const [nextRe, nextIm] = split(turned, [n, n], 2);
    [re, im] = [outward(nextRe!), outward(nextIm!)];
  }
  const places = Array.from({ length: N }, () => 0);
  for (let at = 0; at < N; at++) places[frequencyOf(at, radices)] = at;
  const order = g.constant('int64', places);
  return { re: gather(re, order), im: gather(im, order) };
}

/** Complex n × n blocks as real ones of twice the size, [re −im; im re]. */
function realForm({ re, im }: Complex, blocks: number, n: number): Float32Array {
  const real = new Float32Array(blocks * 4 * n * n);
  for (let block = 0; block < blocks; block++) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) {
        const from = (block * n + k) * n + j;
        const to = (block * 2 * n + k) * 2 * n + j;
        real[to] = re.data[from]!;
        real[to + n] = -im.data[from]!;
        real[to + 2 * n * n] = im.data[from]!;
        real[to + 2 * n * n + n] = re.data[from]!;
      }
    }
  }
  return real;
}
