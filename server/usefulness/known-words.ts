/** The text around the cursor. */
export interface Buffer {
  /** 1-based number of the first line of `above`, or of the cursor's line if there is none. */
  readonly firstLine: number;
  readonly above: string | undefined;
  /** The cursor's line up to the cursor. */
  readonly linePrefix: string;
  /** All text after the cursor. */
  readonly after: string;
}

/** A word in the buffer that starts like the cursor's word. */
export interface KnownWord {
  readonly word: string;
  /** Its share among all words that start alike, with more weight near the cursor. */
  readonly share: number;
  /** Same among words that follow the same context: a receiver and its dot, a keyword, a bracket. */
  readonly pairShare: number;
  readonly count: number;
  readonly pairs: number;
  /** Whether it is the most recent of them before the cursor. */
  readonly isLast: boolean;
  /** 1-based line of its last use in the file. */
  readonly line: number;
}

interface Use {
  count: number;
  /** Word index of the last use above the cursor; −1 if there is none. */
  last: number;
  line: number;
}

/** All words of a buffer except the cursor's line. */
interface WordIndex {
  readonly above: string | undefined;
  readonly after: string;
  readonly uses: ReadonlyMap<string, Use>;
  readonly pairs: ReadonlyMap<string, ReadonlyMap<string, Use>>;
  /** Number of words above the cursor. */
  readonly length: number;
}

/** Of the last buffer: valid while one line is typed. */
let lastIndex: WordIndex | undefined;

const lexemes = /[\p{L}_$][\p{L}\p{N}_$]*|[^\s\p{L}\p{N}_$]|\n/gu;
const fragmentPattern = /[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** The partial word before the cursor; empty if there is none. */
export function fragmentOf(linePrefix: string): string {
  return fragmentPattern.exec(linePrefix)?.[0] ?? '';
}

/**
 * Completions of the cursor's word from the buffer, best first: members after a receiver, otherwise the rest of a
 * partial word.
 * @returns empty if no letter has been typed and nothing is known to follow
 */
export function knownWords(buffer: Buffer, fragment = fragmentOf(buffer.linePrefix)): KnownWord[] {
  const index = indexOf(buffer);
  const lead = leadOf(buffer.linePrefix.slice(0, buffer.linePrefix.length - fragment.length));
  const following = index.pairs.get(lead) ?? new Map<string, Use>();
  const pool = fragment === '' ? following : index.uses;
  const found: { word: string; use: Use; weight: number; pair: Use | undefined; pairWeight: number }[] = [];
  let total = 0;
  let pairTotal = 0;
  let last = -1;
  for (const [word, use] of pool) {
    if (word === fragment || !word.startsWith(fragment)) continue;
    const whole = index.uses.get(word) ?? use;
    const pair = following.get(word);
    const weight = weightOf(whole, index.length);
    const pairWeight = pair === undefined ? 0 : weightOf(pair, index.length);
    total += weight;
    pairTotal += pairWeight;
    last = Math.max(last, whole.last);
    found.push({ word, use: whole, weight, pair, pairWeight });
  }
  return found
    .sort((a, b) => b.pairWeight - a.pairWeight || b.weight - a.weight)
    .map(({ word, use, weight, pair, pairWeight }) => ({
      word,
      share: weight / total,
      pairShare: pairTotal === 0 ? 0 : pairWeight / pairTotal,
      count: use.count,
      pairs: pair?.count ?? 0,
      isLast: use.last >= 0 && use.last === last,
      line: buffer.firstLine + (pair ?? use).line,
    }));
}

/** Words over which the weight of a use falls by e, and the weight of a use at the cursor relative to a distant one. */
const recencyWords = 150;
const recencyWeight = 3;

function weightOf({ count, last }: Use, length: number): number {
  return last < 0 ? count : count + recencyWeight * Math.exp(-(length - last) / recencyWords);
}

/** The context of a word: the last mark with the word before it, or the last word. */
function leadOf(text: string): string {
  const match = /([\p{L}_$][\p{L}\p{N}_$]*)?\s*([^\s\p{L}\p{N}_$]?)\s*$/u.exec(text);
  return `${match?.[1] ?? ''}${match?.[2] ?? ''}`;
}

function indexOf({ above, after }: Buffer): WordIndex {
  if (lastIndex === undefined || lastIndex.above !== above || lastIndex.after !== after) {
    const uses = new Map<string, Use>();
    const pairs = new Map<string, Map<string, Use>>();
    const length = addWords(above ?? '', 0, false, uses, pairs);
    addWords(after, above === undefined ? 0 : countLines(above) + 1, true, uses, pairs);
    lastIndex = { above, after, uses, pairs, length };
  }
  return lastIndex;
}

function addWords(
  text: string,
  firstLine: number,
  isAfter: boolean,
  uses: Map<string, Use>,
  pairs: Map<string, Map<string, Use>>,
): number {
  let line = firstLine;
  let at = 0;
  let word = '';
  let mark = '';
  for (const [lexeme] of text.matchAll(lexemes)) {
    if (lexeme === '\n') {
      line++;
      word = '';
      mark = '';
    } else if (/^[\p{L}_$]/u.test(lexeme)) {
      const own = isAfter ? -1 : at;
      note(uses, lexeme, own, line);
      const lead = word + mark;
      let following = pairs.get(lead);
      if (following === undefined) {
        following = new Map();
        pairs.set(lead, following);
      }
      note(following, lexeme, own, line);
      at++;
      word = lexeme;
      mark = '';
    } else {
      if (mark !== '') word = '';
      mark = lexeme;
    }
  }
  return at;
}

function note(uses: Map<string, Use>, word: string, at: number, line: number): void {
  const use = uses.get(word);
  if (use === undefined) {
    uses.set(word, { count: 1, last: at, line });
    return;
  }
  use.count++;
  if (at >= 0) {
    use.last = at;
    use.line = line;
  }
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
