import { isName, lexemesOf, partsOf } from './words.ts';

/**
 * Copies code up to consistent renaming: where the lines before a source match ours except for names, its continuation
 * is copied with our names.
 */
export class Renaming {
  readonly #whole = new Map<string, string>();
  readonly #parts = new Map<string, readonly string[]>();

  /** A copy that learns by itself. */
  fork(): Renaming {
    const copy = new Renaming();
    for (const [theirs, ours] of this.#whole) copy.#whole.set(theirs, ours);
    for (const [theirs, ours] of this.#parts) copy.#parts.set(theirs, ours);
    return copy;
  }

  /** Whether it changes nothing. */
  get isEmpty(): boolean {
    return this.#whole.size === 0 && this.#parts.size === 0;
  }

  /** Maps `theirs` to `ours`. False if that contradicts an earlier mapping. */
  add(theirs: string, ours: string): boolean {
    const known = this.#whole.get(theirs);
    if (known !== undefined) return known === ours;
    this.#whole.set(theirs, ours);
    if (theirs !== ours) this.#addParts(partsOf(theirs), partsOf(ours));
    return true;
  }

  /** Learns from file paths: `panels/sources/index.ts` beside `panels/cells/index.ts` maps `Sources` to `Cells`. */
  addPaths(theirs: string, ours: string): void {
    const from = theirs.split('/');
    const to = ours.split('/');
    for (let back = 1; back <= Math.min(from.length, to.length, segmentsCompared); back++) {
      const [a, b] = [from[from.length - back]!, to[to.length - back]!];
      if (a !== b) this.#addParts(partsOf(stemOf(a)), partsOf(stemOf(b)));
    }
  }

  /** Replaces their names by ours. */
  apply(text: string): string {
    if (this.isEmpty) return text;
    return text.replace(
      /[\p{L}_$][\p{L}\p{N}_$]*/gu,
      name => this.#whole.get(name) ?? this.#applyParts(name),
    );
  }

  /** Maps the parts in which two names differ, after removing common parts at both ends. */
  #addParts(theirs: readonly string[], ours: readonly string[]): void {
    let start = 0;
    while (start < theirs.length && start < ours.length && theirs[start] === ours[start]) start++;
    let end = 0;
    while (
      end < theirs.length - start &&
      end < ours.length - start &&
      theirs[theirs.length - 1 - end] === ours[ours.length - 1 - end]
    )
      end++;
    const from = theirs.slice(start, theirs.length - end);
    const to = ours.slice(start, ours.length - end);
    // Names with nothing in common may be two variables; a single short part is too ambiguous.
    if (from.length !== 1 || to.length === 0 || from[0]!.length < 3) return;
    const key = from[0]!.toLowerCase();
    if (!this.#parts.has(key))
      this.#parts.set(
        key,
        to.filter(part => /[\p{L}\p{N}_$]/u.test(part)),
      );
  }

  #applyParts(name: string): string {
    if (this.#parts.size === 0) return name;
    return partsOf(name)
      .map(part => {
        const to = this.#parts.get(part.toLowerCase());
        return to === undefined ? part : inCaseOf(part, to);
      })
      .join('');
  }
}

/** Path segments compared, from the end. */
const segmentsCompared = 3;

function stemOf(segment: string): string {
  return segment.replace(/\.\w+$/, '');
}

/** Learns names from two lines of the same shape. False, without changes, if the shapes differ. */
export function alignLine(theirs: string, ours: string, renaming: Renaming): boolean {
  const from = lexemesOf(theirs.trim());
  const to = lexemesOf(ours.trim());
  return from.length === to.length && align(from, to, renaming) !== undefined;
}

/**
 * The rest of a line, if it continues like theirs with our names.
 * @param start our line up to the cursor; its last word may be incomplete
 * @returns undefined if their line does not start like ours
 */
export function continueLine(theirs: string, start: string, renaming: Renaming): string | undefined {
  const from = lexemesOf(theirs);
  const to = lexemesOf(start);
  const last = to.pop();
  if (last === undefined) return renaming.apply(theirs);
  const open = from[to.length];
  if (open === undefined) return undefined;
  const length = align(from.slice(0, to.length), to, renaming);
  if (length === undefined) return undefined;
  const rest = renaming.apply(theirs.slice(length));
  return rest.startsWith(last) ? rest.slice(last.length) : undefined;
}

/**
 * Pairs lexemes one by one. Returns their length in UTF-16 units, or undefined if something other than names differs.
 */
function align(from: readonly string[], to: readonly string[], renaming: Renaming): number | undefined {
  const pairs: [string, string][] = [];
  let length = 0;
  for (let i = 0; i < to.length; i++) {
    const theirs = from[i]!;
    const ours = to[i]!;
    if (isName(theirs) && isName(ours)) pairs.push([theirs, ours]);
    else if (theirs !== ours) return undefined;
    length += theirs.length;
  }
  return pairs.every(([theirs, ours]) => renaming.add(theirs, ours)) ? length : undefined;
}

/** Writes parts in another's case: `http` like `Url` is `Http`, like `URL` is `HTTP`. */
function inCaseOf(model: string, parts: readonly string[]): string {
  const isUpper = model.length > 1 && model === model.toUpperCase();
  const isCapital = !isUpper && model[0] !== model[0]!.toLowerCase();
  return parts
    .map((part, i) => {
      if (isUpper) return part.toUpperCase();
      const capital = isCapital || (i > 0 && part[0] !== part[0]!.toLowerCase());
      return capital ? part[0]!.toUpperCase() + part.slice(1) : part[0]!.toLowerCase() + part.slice(1);
    })
    .join('');
}
