import { isName, lexemesOf, partsOf } from './words.ts';

/**
 * Copying up to a consistent renaming: where the text around a source is ours but for some names, what follows there holds here
 * with our names in their place.
 */
export class Renaming {
  readonly #whole = new Map<string, string>();
  readonly #parts = new Map<string, readonly string[]>();

  /** Whether it changes anything. */
  get isEmpty(): boolean {
    return this.#whole.size === 0 && this.#parts.size === 0;
  }

  /** Notes that `theirs` is called `ours` here. False where it contradicts what is known already. */
  add(theirs: string, ours: string): boolean {
    const known = this.#whole.get(theirs);
    if (known !== undefined) return known === ours;
    this.#whole.set(theirs, ours);
    if (theirs !== ours) this.#addParts(partsOf(theirs), partsOf(ours));
    return true;
  }

  /** Notes what a file's path says: `panels/sources/index.ts` beside `panels/cells/index.ts` makes `Cells` of `Sources`. */
  addPaths(theirs: string, ours: string): void {
    const from = theirs.split('/');
    const to = ours.split('/');
    for (let back = 1; back <= Math.min(from.length, to.length, segmentsCompared); back++) {
      const [a, b] = [from[from.length - back]!, to[to.length - back]!];
      if (a !== b) this.#addParts(partsOf(stemOf(a)), partsOf(stemOf(b)));
    }
  }

  /** A text with their names replaced by ours. */
  apply(text: string): string {
    if (this.isEmpty) return text;
    return text.replace(
      /[\p{L}_$][\p{L}\p{N}_$]*/gu,
      name => this.#whole.get(name) ?? this.#applyParts(name),
    );
  }

  /** The parts in which two names differ, once what they have in common at both ends is gone. */
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
    // Names that have nothing in common may be two variables; a single part of one stands for too little.
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

/** Segments of paths that are compared, from the end. */
const segmentsCompared = 3;

function stemOf(segment: string): string {
  return segment.replace(/\.\w+$/, '');
}

/** Adds what two lines of the same shape say about names. False, and nothing added, where the shapes differ. */
export function alignLine(theirs: string, ours: string, renaming: Renaming): boolean {
  const from = lexemesOf(theirs.trim());
  const to = lexemesOf(ours.trim());
  return from.length === to.length && align(from, to, renaming) !== undefined;
}

/**
 * What follows the start of a line, if the line goes on as theirs does with our names.
 * @param start our line up to the cursor; its last word may be half written.
 * @returns undefined where their line does not begin like ours.
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

/** Pairs lexemes one by one. Their length in UTF-16 units, or undefined where something other than names differs. */
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

/** Parts written in the manner of another: `http` for `Url` is `Http`, for `URL` is `HTTP`. */
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
