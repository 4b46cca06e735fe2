import { characterLength, hasLoneApostrophes } from '../source-text/scanner.ts';
import type { Language } from '../workspace/language.ts';
import type { Candidate, Source } from './candidate.ts';
import { type EditContext, linesBelow } from './context.ts';
import { indentOf, indentUnitOf, reindent } from './indent.ts';

/**
 * The lines after a candidate's line: only what that opens (a deeper block, an open bracket), up to its end, as long as
 * its sources agree.
 * @param unitOf indentation unit of a source's file; undefined if unknown
 * @returns the lines after the first, in this file's indentation; empty for a line on its own
 */
export function blockAfter(
  candidate: Candidate,
  context: EditContext,
  maxLines: number,
  unitOf: (source: Source) => string | undefined = () => undefined,
): string[] {
  const first = context.linePrefix + candidate.rest;
  const base = indentOf(first);
  const next = linesBelow(context, 20).find(line => line.trim() !== '');
  // The block already exists.
  if (next !== undefined && indentOf(next).length > base.length) return [];
  const lines: string[] = [];
  const { language } = context;
  let open = bracketBalance(first, language);
  const isOpener = open > 0 || /[:{([]\s*$/.test(first);
  if (!isOpener) return [];
  let supporters: readonly Supporter[] = candidate.sources.map(source => ({
    source,
    lines: movedBelow(source, base, context.indentUnit, unitOf(source)),
  }));
  while (lines.length + 1 < maxLines) {
    const agreed = agreedLine(supporters, lines.length);
    if (agreed === undefined) break;
    const depth = indentOf(agreed.line).length - base.length;
    const isBlank = agreed.line.trim() === '';
    // Existing lines are not suggested again.
    if (!isBlank && agreed.line.trim() === next?.trim() && depth <= 0) break;
    if (!isBlank && depth < 0) break;
    const closes = /^[\])}]|^end\b|^<\//.test(agreed.line.trim());
    if (!isBlank && depth === 0 && !closes && open <= 0) break;
    lines.push(agreed.line);
    supporters = agreed.supporters;
    open += bracketBalance(agreed.line, language);
    if (depth === 0 && closes && open <= 0) break;
  }
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === '') lines.pop();
  return isWhole([first, ...lines], language) ? lines : [];
}

interface Supporter {
  readonly source: Source;
  readonly lines: readonly string[];
}

/** Minimum agreement of the sources on a line. */
const leastAgreement = 0.75;

function agreedLine(
  supporters: readonly Supporter[],
  index: number,
): { line: string; supporters: Supporter[] } | undefined {
  const votes = new Map<string, Supporter[]>();
  for (const supporter of supporters) {
    // The last line of a source may be cut.
    if (index + 1 >= supporter.lines.length) continue;
    const line = supporter.lines[index]!;
    votes.set(line, [...(votes.get(line) ?? []), supporter]);
  }
  let total = 0;
  let best: { line: string; weight: number; supporters: Supporter[] } | undefined;
  for (const [line, voters] of votes) {
    const weight = voters.reduce((sum, voter) => sum + 2 ** Math.min(40, voter.source.matched), 0);
    total += weight;
    if (best === undefined || weight > best.weight) best = { line, weight, supporters: voters };
  }
  return best !== undefined && best.weight >= leastAgreement * total ? best : undefined;
}

/** The lines below a source in this file's indentation. */
export function movedBelow(
  source: Source,
  to: string,
  ourUnit: string,
  knownUnit: string | undefined,
): string[] {
  const theirLine = source.before.slice(source.before.lastIndexOf('\n') + 1);
  const lines = source.block();
  const theirUnit = knownUnit ?? indentUnitOf([theirLine, ...lines].join('\n')) ?? ourUnit;
  return reindent(lines, { from: indentOf(theirLine), to, theirUnit, ourUnit });
}

/** A block cut off with brackets open is not shown: its first line alone is better. */
function isWhole(lines: readonly string[], language: Language): boolean {
  return lines.reduce((sum, line) => sum + bracketBalance(line, language), 0) <= 0;
}

/** Brackets opened minus brackets closed, outside simple strings. */
function bracketBalance(line: string, language: Language): number {
  let balance = 0;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (char === '\\') i++;
    else if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === '`') quote = char;
    else if (char === "'" && hasLoneApostrophes(language)) i += characterLength(line, i) - 1;
    else if (char === "'" && !/\w/.test(line[i - 1] ?? '')) quote = char;
    else if ('([{'.includes(char)) balance++;
    else if (')]}'.includes(char)) balance--;
  }
  return balance;
}
