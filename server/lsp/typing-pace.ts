/**
 * How long to wait for more typing. Not at all while an answer is there before the next key: waiting would only make it late. Where answers
 * take longer than keys do, most would be thrown away, so a pause in the typing is waited for.
 */
export class TypingPace {
  #last = Number.NEGATIVE_INFINITY;
  /** Running means, in milliseconds. */
  #betweenKeys = usualBetweenKeys;
  #answer = 0;

  /** A question came because something was typed. @param now on a clock in milliseconds */
  typed(now: number): void {
    const since = now - this.#last;
    this.#last = now;
    // A pause for thought says nothing about typing.
    if (since < longestBetweenKeys) this.#betweenKeys += weight * (since - this.#betweenKeys);
  }

  /** Something had to be computed, and took this long. */
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
/** A pause is when no key comes for this many of the usual times between keys. */
const pauseOfKeys = 1.5;
const longestWait = 400;
