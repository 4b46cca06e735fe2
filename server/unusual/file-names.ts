/** Which texts stand where in a file, and what the lines above say of a unit. */
import type { FileUnit } from './file-units.ts';

export class FileNames {
  readonly #units: readonly FileUnit[];
  readonly #at = new Map<string, number[]>();
  /** Indexes of the units of each line. */
  readonly #lines = new Map<number, number[]>();
  readonly #indexes = new Map<FileUnit, number>();
  /** Lines of names that are declared, as far as their place tells, and stand nowhere else; in order. */
  readonly #unused: { readonly text: string; readonly line: number }[] = [];

  /** @param units without comments */
  constructor(units: readonly FileUnit[]) {
    this.#units = units;
    for (const [index, unit] of units.entries()) {
      this.#indexes.set(unit, index);
      add(this.#at, unit.text, index);
      add(this.#lines, unit.line, index);
    }
    for (const [index, { text, line, kind }] of units.entries()) {
      if (kind !== 'word' || this.count(text) > 1 || text.startsWith('_')) continue;
      const next = units[index + 1]?.text ?? '';
      if (declaring.test(next) && units[index - 1]?.text !== '.') this.#unused.push({ text, line });
    }
  }

  /** The unit so many units after one, or before it; nothing at the ends of the file. */
  beside(unit: FileUnit, by: number): FileUnit | undefined {
    return this.#units[this.#indexes.get(unit)! + by];
  }

  count(text: string): number {
    return this.#at.get(text)?.length ?? 0;
  }

  /** Occurrences of a string within `reach` lines of a unit, excluding the unit. */
  near(text: string, unit: FileUnit, reach = 15): number {
    const at = this.#at.get(text) ?? [];
    const lineOf = (index: number) => this.#units[index]!.line;
    const low = firstWhere(at, index => lineOf(index) >= unit.line - reach);
    const high = firstWhere(at, index => lineOf(index) > unit.line + reach);
    return high - low - (text === unit.text ? 1 : 0);
  }

  /** Lines since the last occurrence of a string before a unit; undefined if there is none. */
  above(text: string, unit: FileUnit): number | undefined {
    const at = this.#at.get(text) ?? [];
    const next = firstWhere(at, index => this.#units[index]!.start >= unit.start);
    return next === 0 ? undefined : unit.line - this.#units[at[next - 1]!]!.line;
  }

  /** Names declared a few lines above, or in the line, and used nowhere. */
  unusedAbove({ line }: FileUnit): string[] {
    const low = firstWhere(this.#unused, one => one.line >= line - 12);
    const high = firstWhere(this.#unused, one => one.line > line);
    return this.#unused.slice(low, Math.min(high, low + mostUnused)).map(({ text }) => text);
  }

  /**
   * Whether a line just above has the same shape and this text in the same place, though what repeats or resembles it there was changed
   * here: 1 where the same text was changed, 0.5 where one that holds it was, 0 otherwise.
   */
  leftUnchanged(unit: FileUnit): number {
    const ours = this.#lines.get(unit.line)!;
    if (ours.length > longestLine) return 0;
    const at = ours.indexOf(this.#indexes.get(unit)!);
    let most = 0;
    for (let line = unit.line - 1; line >= unit.line - 3; line--) {
      const theirs = this.#lines.get(line);
      if (theirs?.length !== ours.length) continue;
      const pairs = ours.map((index, i) => [this.#units[index]!, this.#units[theirs[i]!]!] as const);
      if (
        !pairs.every(
          ([one, other]) => one.kind === other.kind && (one.kind !== 'mark' || one.text === other.text),
        )
      )
        continue;
      if (pairs[at]![1].text !== unit.text) continue;
      for (const [one, other] of pairs) {
        if (one.text === other.text) continue;
        if (other.text === unit.text) most = 1;
        else if (unit.text.length > 1 && other.text.toLowerCase().includes(unit.text.toLowerCase()))
          most = Math.max(most, 0.5);
      }
    }
    return most;
  }
}

/** What follows a name that is declared: an assignment, a type, another parameter. */
const declaring = /^(?::?=|:|,|\)|of|in)$/;

/** Units of a line that is compared with those above it, and unused names that are looked at. */
const longestLine = 60;
const mostUnused = 20;

/** The index of the first of which something is true; it is true of all that follow. */
function firstWhere<Item>(items: readonly Item[], isTrue: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function add<Key>(map: Map<Key, number[]>, key: Key, index: number): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [index]);
  else known.push(index);
}
