/** The surprise of files as read in the background, and how it came about in words. */
import type { BackgroundReading } from '../protocol/progress.ts';
import type { FileSurprise } from './by-line.ts';

/** Bits per byte by path, for a map, and where each file surprises most; files that were not read or are empty are left out. */
export function surpriseAsRead(
  files: Iterable<readonly [path: string, surprise: FileSurprise | undefined]>,
  progress: BackgroundReading,
): {
  readonly surprise: Map<string, number>;
  readonly peaks: Map<string, number>;
  readonly surpriseMethod: string;
} {
  const surprise = new Map<string, number>();
  const peaks = new Map<string, number>();
  for (const [path, read] of files) {
    if (read === undefined || read.bytes === 0) continue;
    surprise.set(path, read.bits / read.bytes);
    peaks.set(path, read.peak);
  }
  return {
    surprise,
    peaks,
    surpriseMethod: `Bits per byte of each file given all others, by the copy memory and the model together, from ${percentRead(progress)} % of the code, read in the background.`,
  };
}

/** A sentence that follows on an estimate. */
export function untilRead(progress: BackgroundReading): string {
  const read = `${percentRead(progress)} % of the code has been read in the background so far`;
  switch (progress.state) {
    case 'battery':
      return `${read}; reading waits for mains power.`;
    case 'budget':
      return `${read}; the time for it is used up (longsight.read.backgroundMinutes).`;
    case 'paused':
      return `${read}; reading is paused.`;
    case 'failed':
      return `${read}; reading has failed. ${progress.problem ?? ''}`.trimEnd();
    case 'reading':
    case 'done':
      return `${read}; the estimate is replaced once 95 % are.`;
  }
}

/** Rounded down: 100 only if all of it was read. */
export function percentRead({ tokens, tokensTotal }: BackgroundReading): number {
  return Math.floor((100 * tokens) / Math.max(1, tokensTotal));
}
