/** The surprise of a file by line, joined from pieces that may end within a line. */

export interface Surprise {
  readonly bits: number;
  /** That the bits stand for. */
  readonly bytes: number;
  /** The bits of each line; a piece may begin and end within one. */
  readonly lines: readonly number[];
}

/** Of a whole file. */
export interface FileSurprise extends Surprise {
  /** The line, from 1, at which the lines of code begin that surprise most. */
  readonly peak: number;
}

export const noSurprise: Surprise = { bits: 0, bytes: 0, lines: [0] };

/** The surprise of two consecutive pieces of a file: the second continues the line in which the first ends. */
export function joined(first: Surprise, then: Surprise): Surprise {
  const [continued = 0, ...rest] = then.lines;
  return {
    bits: first.bits + then.bits,
    bytes: first.bytes + then.bytes,
    lines: [...first.lines.slice(0, -1), first.lines.at(-1)! + continued, ...rest],
  };
}

/** Lines looked at together: a statement with what belongs to it. */
const span = 5;

/** @returns the line, from 1, at which the lines begin that surprise most, of those that count */
export function peakOf(lines: readonly number[], counts: readonly boolean[]): number {
  let [peak, most] = [0, 0];
  for (let start = 0; start < lines.length; start++) {
    if (counts[start] !== true) continue;
    let sum = 0;
    for (let line = start; line < start + span; line++) if (counts[line] === true) sum += lines[line] ?? 0;
    if (sum > most) [peak, most] = [start, sum];
  }
  return peak + 1;
}
