/** The line of a request: its file, the lines above, and itself up to the cursor. */
export interface AskedLine {
  readonly path: string;
  readonly above: string | undefined;
  readonly linePrefix: string;
}

/**
 * Suggestions shown on the cursor's line that the user typed past: after some wrong ones, more are likely wrong, and a
 * user who has rejected two does not want a third at once.
 */
export class PassedOver {
  #path = '';
  #above: string | undefined;
  #count = 0;
  #shown: { readonly before: string; readonly text: string } | undefined;

  /**
   * How many there are on a request's line.
   * @param isAhead the user is still elsewhere, so nothing is recorded
   */
  countAt({ path, above, linePrefix }: AskedLine, isAhead = false): number {
    const isSame = path === this.#path && above === this.#above;
    if (isAhead) return isSame ? this.#count : 0;
    if (!isSame) {
      this.#path = path;
      this.#above = above;
      this.#count = 0;
      this.#shown = undefined;
    }
    const shown = this.#shown;
    if (shown === undefined) return this.#count;
    const whole = shown.before + shown.text;
    if (whole.startsWith(linePrefix) && linePrefix.startsWith(shown.before)) return this.#count;
    const isTaken = linePrefix.startsWith(shown.before + firstWordOf(shown.text));
    const isTypedOn = linePrefix.startsWith(shown.before);
    if (isTypedOn && !isTaken) this.#count++;
    this.#shown = undefined;
    return this.#count;
  }

  /** Records what is shown for a request passed to `countAt`. */
  show({ linePrefix }: AskedLine, text: string): void {
    this.#shown = { before: linePrefix, text: text.split('\n', 1)[0]! };
  }
}

function firstWordOf(text: string): string {
  return /^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]+/u.exec(text)?.[0] ?? text;
}
