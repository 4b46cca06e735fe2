/**
 * `node test/bench/distil.ts [channels]`: how far 16 modes stay from fresh implicit filters of 2,048 taps, ‖h − ĥ‖₁ / ‖h‖₁, at the sine frequencies of the
 * paper's recipes and three seeds. The figures of kernels/README.md.
 */
import { distil } from '../../kernels/hyena/distil.ts';
import { implicitFilter, initialImplicitFilter } from '../../kernels/hyena/filter.ts';

const channels = Number(process.argv[2] ?? 8);
if (!Number.isInteger(channels) || channels < 1) {
  console.error('node test/bench/distil.ts [channels]');
  process.exit(2);
}
for (const frequency of [10, 14]) {
  for (const seed of [1, 2, 3]) {
    const taps = implicitFilter(initialImplicitFilter(channels, seed, { frequency }), 2048);
    const errors = [...distil(taps, 16).error.data].toSorted((a, b) => a - b);
    const [median, worst] = [errors[channels >> 1]!, errors.at(-1)!].map(
      error => `${(100 * error).toFixed(1)} %`,
    );
    console.log(
      `sine frequency ${frequency}, seed ${seed}: median of ${channels} channels ${median}, worst ${worst}`,
    );
  }
}
