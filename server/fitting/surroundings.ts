/** What the brackets, quotes and comments around the cursor ask of a suggestion. */
import { canScan, closerOf, type PlaceKind, Scanner } from '../source-text/scanner.ts';
import type { Language } from '../workspace/language.ts';
import type { Candidate, Source } from './candidate.ts';
import type { EditContext } from './context.ts';
import type { SourceFiles } from './source-files.ts';

/** The buffer above a line, scanned: kept from one key to the next. */
export interface ScannedAbove {
  readonly above: string | undefined;
  readonly language: string;
  readonly lines: readonly Scanner[];
  readonly below: ClosedBelow;
}

/** What lines below the cursor close, by what is open above them: kept while they stay as they are. */
interface ClosedBelow {
  readonly text: string;
  readonly language: string;
  readonly counts: Map<string, number | undefined>;
}

export class Surroundings {
  readonly #context: EditContext;
  /** At the start of each line down to the cursor's; undefined where brackets and quotes cannot be counted. */
  readonly #lines: readonly Scanner[] | undefined;
  /** At the cursor. */
  readonly #here: Scanner | undefined;
  readonly #below: ClosedBelow;
  /** Brackets that the lines below close and do not open; undefined where not all of them are known. */
  readonly #closedBelow: number | undefined;

  /** @param known of an earlier key; the result of `scanned` is for the next */
  constructor(context: EditContext, known?: ScannedAbove) {
    this.#context = context;
    const { language, above, after, lineSuffix } = context;
    const text = after.slice(lineSuffix.length + 1);
    this.#below =
      known?.below.text === text && known.below.language === language.id
        ? known.below
        : { text, language: language.id, counts: new Map() };
    if (!canScan(language)) return;
    this.#lines = scanLines(above, language, known);
    this.#here = this.#lines.at(-1)!.fork().feed(context.linePrefix);
    if (context.isCut) return;
    const end = this.#here.fork().feed(`${context.lineSuffix}\n`);
    // What the cursor's line leaves open may be closed by nothing yet.
    this.#closedBelow = closedBelow(this.#below, end) ?? closedBelow(this.#below, this.#lines.at(-1)!);
  }

  get scanned(): ScannedAbove | undefined {
    const { above, language } = this.#context;
    return this.#lines && { above, language: language.id, lines: this.#lines, below: this.#below };
  }

  /** At the cursor; undefined where brackets and quotes cannot be counted. */
  get scanner(): Scanner | undefined {
    return this.#here;
  }

  /** Undefined where it cannot be told. */
  get kind(): PlaceKind | undefined {
    return this.#here?.kind;
  }

  /** Whether a candidate comes from a place of the cursor's kind: code from code, strings from strings, comments from comments. */
  isOfKind(candidate: Candidate, files: SourceFiles): boolean {
    const { kind } = this;
    if (kind === undefined || candidate.sources.length === 0) return true;
    const strongest = [...candidate.sources].sort((a, b) => b.matched - a.matched).slice(0, mostLookedAt);
    return strongest.some(source => {
      const theirs = this.#kindOf(source, files);
      return theirs === undefined || theirs === kind;
    });
  }

  #kindOf({ isLocal, place, before }: Source, files: SourceFiles): PlaceKind | undefined {
    const start = before.slice(before.lastIndexOf('\n') + 1);
    if (!isLocal) return files.kindAt(place.path, place.line, start);
    return this.#lines?.[place.line - this.#context.firstLine]?.fork().feed(start).kind;
  }

  /**
   * Whether a suggestion leaves brackets and quotes as they have to be: what it closes is open, here as it was where it comes from, and it
   * neither begins a string that its line does not end nor closes what the lines below close.
   * @param text the suggestion with all its lines
   * @param suffix what then follows on the line
   */
  isBalanced(text: string, suffix: string, sources: readonly Source[]): boolean {
    const here = this.#here;
    if (here === undefined || here.kind === 'comment') return true;
    const after = here.fork().feed(text);
    after.feed(`${suffix}\n`);
    // Beside what the rest of the line leaves open by itself.
    if (after.broken > here.fork().feed(`${suffix}\n`).broken) return false;
    if (after.mismatches > 0 && !this.#isLikeTheirs(text, sources)) return false;
    const now = this.#openBelow();
    // Before the suggestion all was closed, or too much was: then nothing more is.
    return now === undefined || now > 0 || after.open.length >= this.#without().open.length;
  }

  /** Brackets that are open at the end of the cursor's line as it is, and that no line below closes. */
  #openBelow(): number | undefined {
    return this.#closedBelow === undefined ? undefined : this.#without().open.length - this.#closedBelow;
  }

  /** The end of the cursor's line as it is. */
  #without(): Scanner {
    return this.#here!.fork().feed(`${this.#context.lineSuffix}\n`);
  }

  /** Whether a source has the same brackets open on its line as are open on the cursor's: then it closes the same. */
  #isLikeTheirs(text: string, sources: readonly Source[]): boolean {
    const { language, linePrefix } = this.#context;
    const line = text.split('\n', 1)[0]!;
    const alone = new Scanner(language).feed(line);
    if (alone.mismatches === 0) return false;
    const openIn = (start: string): string => new Scanner(language).feed(start).open.join('');
    const ours = openIn(linePrefix);
    return sources.some(({ before }) => openIn(before.slice(before.lastIndexOf('\n') + 1)) === ours);
  }

  /**
   * What closes the brackets that a suggestion opens at its end and nothing closes: innermost first.
   * @param fromLineStart also those that the line had opened before the cursor, whose closers right of it are replaced
   * @returns undefined where it opens none at its end, or where the lines below close them
   */
  closersFor(text: string, suffix: string, fromLineStart = false): string | undefined {
    const here = this.#here;
    if (here === undefined || !/[{([]\s*$/.test(text)) return undefined;
    const after = here.fork().feed(text);
    if (after.kind !== 'code' || after.mismatches > 0) return undefined;
    const start = this.#lines!.at(-1)!.open.length;
    let base = fromLineStart ? start : here.open.length;
    // With the editor's own closers right of it there is no doubt; else all that is open has to be of this line.
    if (suffix.trim() === '') {
      const open = this.#openBelow();
      if (open === undefined || (open !== 0 && open !== here.open.length - start)) return undefined;
      if (open !== 0) base = start;
    } else if (!fromLineStart && !/^[)\]}]+[;,]?\s*$/.test(suffix)) {
      return undefined;
    } else if (here.fork().feed(suffix).lowest < start) {
      // What stands there closes what an earlier line opened.
      return undefined;
    }
    const opened = after.open.slice(base);
    if (opened.length === 0 || opened.includes('${')) return undefined;
    return opened.map(closerOf).reverse().join('');
  }
}

/** Sources of a candidate whose kind of place is looked at. */
const mostLookedAt = 3;

/** At the start of each line; from the first that has changed on, where most of them are known. */
function scanLines(above: string | undefined, language: Language, known?: ScannedAbove): readonly Scanner[] {
  if (above === undefined) return [new Scanner(language)];
  const old = known?.language === language.id ? known : undefined;
  if (old !== undefined && old.above === above) return old.lines;
  const lines = above.split('\n');
  const scanned =
    old === undefined ? [new Scanner(language)] : old.lines.slice(0, 1 + sameLines(old.above ?? '', above));
  const scanner = scanned.at(-1)!.fork();
  for (const line of lines.slice(scanned.length - 1)) {
    scanner.feed(`${line}\n`);
    scanned.push(scanner.fork());
  }
  return scanned;
}

/** How many whole lines two texts have in common at their start. */
function sameLines(one: string, other: string): number {
  let same = 0;
  for (let start = 0; ; ) {
    const end = one.indexOf('\n', start);
    if (end < 0 || one.slice(start, end + 1) !== other.slice(start, end + 1)) return same;
    same++;
    start = end + 1;
  }
}

/** How many of the brackets that are open at the end of the cursor's line the lines below close. */
function closedBelow({ text, counts }: ClosedBelow, end: Scanner): number | undefined {
  // A string or a comment that runs on says nothing of brackets.
  if (end.kind !== 'code') return undefined;
  const key = end.open.join(' ');
  if (!counts.has(key)) {
    const scanner = end.fork().feed(text);
    counts.set(key, scanner.mismatches > 0 ? undefined : end.open.length - scanner.lowest);
  }
  return counts.get(key);
}
