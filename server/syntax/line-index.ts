/** Line numbers of many offsets in one string, without counting from its start each time. */

export class LineIndex {
  readonly #text: string;
  #starts: number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The 1-based line of an offset. */
  lineAt(offset: number): number {
    this.#starts ??= startsOf(this.#text);
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The line of the first occurrence, or 1; `after` skips to a section first. */
  lineOf(needle: string, after?: string): number {
    const from = after === undefined ? 0 : Math.max(0, this.#text.indexOf(after));
    return this.lineAt(Math.max(0, this.#text.indexOf(needle, from)));
  }
}

function startsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
