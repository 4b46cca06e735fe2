/**
 * How long to wait for more typing. Not at all while answers arrive before the next key, because waiting would only
 * delay them. When answers are slower than keys, most would be discarded, so wait for a pause.
 */
export class TypingPace {
  #last = Number.NEGATIVE_INFINITY;
  /** Running means, in milliseconds. */
  #betweenKeys = usualBetweenKeys;
  #answer = 0;

  /** A request was triggered by typing. @param now on a clock in milliseconds */
  typed(now: number): void {
    const since = now - this.#last;
    this.#last = now;
    // Pauses to think say nothing about typing.
    if (since < longestBetweenKeys) this.#betweenKeys += weight * (since - this.#betweenKeys);
  }

  /** An answer had to be computed, and took this long. */
  answered(milliseconds: number): void {
    this.#answer += weight * (milliseconds - this.#answer);
  }

  /** In milliseconds. */
  get wait(): number {
    if (this.#answer <= this.#betweenKeys) return 0;
    return Math.min(longestWait, Math.round(pauseOfKeys * this.#betweenKeys));
  }
}

const weight = 0.2;
const usualBetweenKeys = 150;
const longestBetweenKeys = 1000;
/** A pause is this many times the usual interval between keys. */
const pauseOfKeys = 1.5;
const longestWait = 400;
