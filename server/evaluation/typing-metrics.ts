import { type Place, places } from '../usefulness/place.ts';
import type { Sitting } from './sittings.ts';

/** Shares are between 0 and 1. Indentation never counts: the editor writes it. */
export interface TypingMetrics {
  /** Characters of the text, including line breaks, and the share taken from suggestions. */
  readonly characters: number;
  readonly saved: number;
  /** Suggestions shown, and per hundred characters; typing along one keeps it shown. */
  readonly shown: number;
  readonly shownPer100: number;
  /** Suggestions accepted (all, the first line or the next word) of those shown. */
  readonly precision: number;
  /** Suggestions not accepted at all, per hundred characters. */
  readonly wrongPer100: number;
  /** Share of line starts and word starts without a suggestion. */
  readonly silent: number;
  /** Milliseconds from request to answer. Only over all places. */
  readonly p50: number;
  readonly p95: number;
}

class Count {
  characters = 0;
  saved = 0;
  shown = 0;
  accepted = 0;
  ended = 0;
  starts = 0;
  silent = 0;
  readonly milliseconds: number[] = [];

  figures(): TypingMetrics {
    const times = this.milliseconds.toSorted((a, b) => a - b);
    const wrong = this.ended - this.accepted;
    return {
      characters: this.characters,
      saved: ratio(this.saved, this.characters),
      shown: this.shown,
      shownPer100: ratio(100 * this.shown, this.characters),
      precision: ratio(this.accepted, this.ended),
      wrongPer100: ratio(100 * wrong, this.characters),
      silent: ratio(this.silent, this.starts),
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
    };
  }
}

/** Counts while text is typed: overall, by manner and by kind of place. */
export class TypingTally {
  readonly #all = new Count();
  readonly #byManner = new Map<Sitting['manner'], Count>();
  readonly #byPlace = new Map<Place, Count>();
  #manner = new Count();

  begin(manner: Sitting['manner']): void {
    this.#manner = this.#byManner.get(manner) ?? new Count();
    this.#byManner.set(manner, this.#manner);
  }

  answered(milliseconds: number): void {
    this.#all.milliseconds.push(milliseconds);
    this.#manner.milliseconds.push(milliseconds);
  }

  typed(place: Place, characters: number): void {
    for (const count of this.#counts(place)) count.characters += characters;
  }

  /** The cursor is at the start of a line or a word. */
  start(place: Place, isSilent: boolean): void {
    for (const count of this.#counts(place)) {
      count.starts++;
      if (isSilent) count.silent++;
    }
  }

  shown(place: Place): void {
    for (const count of this.#counts(place)) count.shown++;
  }

  /**
   * Part of a suggestion was accepted.
   * @param characters how many it wrote
   * @param passed the text passed: word starts after its first character needed no suggestion of their own
   */
  accepted(place: Place, characters: number, passed: string): void {
    const starts = passed.match(/(?<=[^\p{L}\p{N}_$])[\p{L}\p{N}_$]/gu)?.length ?? 0;
    for (const count of this.#counts(place)) {
      count.characters += characters;
      count.saved += characters;
      count.starts += starts;
    }
  }

  /** A suggestion is no longer shown. */
  end(showing: { readonly place: Place; readonly isAccepted: boolean } | undefined): void {
    if (showing === undefined) return;
    for (const count of this.#counts(showing.place)) {
      count.ended++;
      if (showing.isAccepted) count.accepted++;
    }
  }

  figures(): {
    all: TypingMetrics;
    byManner: Partial<Record<Sitting['manner'], TypingMetrics>>;
    byPlace: Partial<Record<Place, TypingMetrics>>;
  } {
    const byPlace: Partial<Record<Place, TypingMetrics>> = {};
    for (const kind of places) {
      const count = this.#byPlace.get(kind);
      if (count !== undefined) byPlace[kind] = count.figures();
    }
    const byManner: Partial<Record<Sitting['manner'], TypingMetrics>> = {};
    for (const [manner, count] of this.#byManner) byManner[manner] = count.figures();
    return { all: this.#all.figures(), byManner, byPlace };
  }

  #counts(place: Place): Count[] {
    let own = this.#byPlace.get(place);
    if (own === undefined) {
      own = new Count();
      this.#byPlace.set(place, own);
    }
    return [this.#all, this.#manner, own];
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
