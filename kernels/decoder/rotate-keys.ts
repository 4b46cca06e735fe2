import type { DecoderConfig } from './config.ts';

/**
 * Rotates keys from one position to another, in place: rotations compose, so a span can move without being prefilled
 * again.
 * @param keys rows of dh numbers, any number of them
 * @param by positions to add
 */
export function rotateKeys(keys: Float32Array, by: number, config: DecoderConfig): void {
  const { headWidth, rotaryBase, rotaryDivisors } = config;
  const half = headWidth / 2;
  if (keys.length % headWidth !== 0)
    throw new RangeError(`${keys.length} numbers are no rows of ${headWidth}`);
  const angles = Float64Array.from(
    { length: half },
    (_, i) => (by * rotaryBase ** (-i / half)) / (rotaryDivisors?.[i] ?? 1),
  );
  const cosines = angles.map(Math.cos);
  const sines = angles.map(Math.sin);
  for (let start = 0; start < keys.length; start += headWidth) {
    for (let i = 0; i < half; i++) {
      const a = keys[start + i]!;
      const b = keys[start + half + i]!;
      keys[start + i] = a * cosines[i]! - b * sines[i]!;
      keys[start + half + i] = a * sines[i]! + b * cosines[i]!;
    }
  }
}
