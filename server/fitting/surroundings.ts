/** What the brackets, quotes and comments around the cursor require of a suggestion. */
import { canScan, closerOf, type PlaceKind, Scanner } from '../source-text/scanner.ts';
import type { Language } from '../workspace/language.ts';
import type { Candidate, Source } from './candidate.ts';
import type { EditContext } from './context.ts';
import type { SourceFiles } from './source-files.ts';

/** The scanned buffer above a line: kept between keystrokes. */
export interface ScannedAbove {
  readonly above: string | undefined;
  readonly language: string;
  readonly lines: readonly Scanner[];
  readonly below: ClosedBelow;
}

/** What the lines below the cursor close, by what is open above them: cached while they are unchanged. */
interface ClosedBelow {
  readonly text: string;
  readonly language: string;
  readonly counts: Map<string, number | undefined>;
}

export class Surroundings {
  readonly #context: EditContext;
  /** State at the start of each line down to the cursor's; undefined if brackets and quotes cannot be counted. */
  readonly #lines: readonly Scanner[] | undefined;
  /** At the cursor. */
  readonly #here: Scanner | undefined;
  readonly #below: ClosedBelow;
  /** Open brackets that the lines below close; undefined if not all of them are known. */
  readonly #closedBelow: number | undefined;

  /** @param known from an earlier keystroke; pass the result of `scanned` to the next */
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
    // Brackets that the cursor's line leaves open may not be closed yet.
    this.#closedBelow = closedBelow(this.#below, end) ?? closedBelow(this.#below, this.#lines.at(-1)!);
  }

  get scanned(): ScannedAbove | undefined {
    const { above, language } = this.#context;
    return this.#lines && { above, language: language.id, lines: this.#lines, below: this.#below };
  }

  /** At the cursor; undefined if brackets and quotes cannot be counted. */
  get scanner(): Scanner | undefined {
    return this.#here;
  }

  /** Undefined if unknown. */
  get kind(): PlaceKind | undefined {
    return this.#here?.kind;
  }

  /**
   * Whether a candidate comes from a place of the cursor's kind: code from code, strings from strings, comments from
   * comments.
   */
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
   * Whether a suggestion keeps brackets and quotes balanced: whatever it closes is open, here as at its source, and it
   * neither starts a string that its line does not end nor closes what the lines below close.
   * @param text the suggestion with all its lines
   * @param suffix the rest of the line after it
   */
  isBalanced(text: string, suffix: string, sources: readonly Source[]): boolean {
    const here = this.#here;
    if (here === undefined || here.kind === 'comment') return true;
    const after = here.fork().feed(text);
    after.feed(`${suffix}\n`);
    // Not counting what the rest of the line leaves open by itself.
    if (after.broken > here.fork().feed(`${suffix}\n`).broken) return false;
    if (after.mismatches > 0 && (this.#isAllClosed() || !this.#isLikeTheirs(text, sources))) return false;
    const now = this.#openBelow();
    // If everything was closed without the suggestion, or too much, it must close no more.
    return now === undefined || now > 0 || after.open.length >= this.#without().open.length;
  }

  /** Whether more brackets are open behind a suggestion and the rest of the line than at the cursor. */
  leavesOpen(text: string, suffix: string): boolean {
    const here = this.#here;
    if (here === undefined || here.kind !== 'code') return false;
    return here.fork().feed(text).feed(suffix).open.length > here.open.length;
  }

  /** Brackets open at the end of the cursor's line as it is, and not closed below. */
  #openBelow(): number | undefined {
    return this.#closedBelow === undefined ? undefined : this.#without().open.length - this.#closedBelow;
  }

  /** The end of the cursor's line as it is. */
  #without(): Scanner {
    return this.#here!.fork().feed(`${this.#context.lineSuffix}\n`);
  }

  /** Whether nothing is open for sure, because all of the file above was scanned and adds up. */
  #isAllClosed(): boolean {
    const { language, firstLine, above = '', linePrefix } = this.#context;
    if (firstLine > 1 || this.#here!.open.length > 0) return false;
    const { mismatches, broken } = new Scanner(language).feed(`${above}\n${linePrefix}`);
    return mismatches === 0 && broken === 0;
  }

  /** Whether a source has the same brackets open on its line as the cursor's, and so closes the same. */
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
   * Closers for the brackets that a suggestion leaves open at its end, innermost first.
   * @param fromLineStart also those that the line opened before the cursor, whose closers after it are replaced
   * @returns undefined if it leaves none open, or if the lines below close them
   */
  closersFor(text: string, suffix: string, fromLineStart = false): string | undefined {
    const here = this.#here;
    if (here === undefined || !/[{([]\s*$/.test(text)) return undefined;
    const after = here.fork().feed(text);
    if (after.kind !== 'code' || after.mismatches > 0) return undefined;
    const start = this.#lines!.at(-1)!.open.length;
    let base = fromLineStart ? start : here.open.length;
    // With the editor's own closers after the cursor there is no doubt; otherwise everything open must be from this
    // line.
    if (suffix.trim() === '') {
      const open = this.#openBelow();
      if (open === undefined || (open !== 0 && open !== here.open.length - start)) return undefined;
      if (open !== 0) base = start;
    } else if (!fromLineStart && !/^[)\]}]+[;,]?\s*$/.test(suffix)) {
      return undefined;
    } else if (here.fork().feed(suffix).lowest < start) {
      // These closers close what an earlier line opened.
      return undefined;
    }
    const opened = after.open.slice(base);
    if (opened.length === 0 || opened.includes('${')) return undefined;
    return opened.map(closerOf).reverse().join('');
  }
}

/** Sources of a candidate whose kind of place is checked. */
const mostLookedAt = 3;

/** States at the start of each line; reuses known ones up to the first change. */
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

/** Number of whole lines that two texts share at their start. */
function sameLines(one: string, other: string): number {
  let same = 0;
  for (let start = 0; ; ) {
    const end = one.indexOf('\n', start);
    if (end < 0 || one.slice(start, end + 1) !== other.slice(start, end + 1)) return same;
    same++;
    start = end + 1;
  }
}

/** How many of the brackets open at the end of the cursor's line are closed below. */
function closedBelow({ text, counts }: ClosedBelow, end: Scanner): number | undefined {
  // An unclosed string or comment says nothing about brackets.
  if (end.kind !== 'code') return undefined;
  const key = end.open.join(' ');
  if (!counts.has(key)) {
    const scanner = end.fork().feed(text);
    counts.set(key, scanner.mismatches > 0 ? undefined : end.open.length - scanner.lowest);
  }
  return counts.get(key);
}
