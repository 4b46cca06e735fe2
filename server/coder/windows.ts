/** Windows of source text that a model reads to judge some of its tokens, each with its context before them. */

/** Tokens that a token is judged by at least, where there are as many. */
const context = 512;
const longest = 2048;

export interface Window {
  /** Tokens [first, end) are read; those from `start` on are judged. */
  readonly first: number;
  readonly start: number;
  readonly end: number;
}

/** @param isWanted of each token: 0 where it need not be judged */
export function windowsOf(isWanted: Uint8Array): Window[] {
  const windows: Window[] = [];
  for (let start = isWanted.indexOf(1); start >= 0; ) {
    const first = Math.max(0, start - context);
    const most = Math.min(isWanted.length, first + longest);
    const end = isWanted.subarray(0, most).lastIndexOf(1) + 1;
    windows.push({ first, start, end });
    start = isWanted.indexOf(1, end);
  }
  return windows;
}
