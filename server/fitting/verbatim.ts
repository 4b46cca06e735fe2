import type { Candidate } from './candidate.ts';
import type { CompletionItem } from './request.ts';

/** Lengths from which a copy is reported: lines, or non-white-space characters. */
const leastLines = 3;
const leastLength = 150;

/**
 * The place that a long suggestion copies verbatim, up to indentation.
 * @param lines the suggestion: the rest of the cursor's line and the lines after it
 * @returns undefined if it is short, or combined from several places
 */
export function verbatimPlace(candidate: Candidate, lines: readonly string[]): CompletionItem['verbatim'] {
  const length = lines.reduce((sum, line) => sum + line.replace(/\s+/g, '').length, 0);
  if (lines.length < leastLines && length < leastLength) return undefined;
  const [longest] = candidate.sources
    .filter(source => !source.isRenamed && isCopy(lines.slice(1), source.block()))
    .sort((a, b) => b.matched - a.matched);
  if (longest === undefined) return undefined;
  const { path, line } = longest.place;
  return { path, line, endLine: line + lines.length - 1 };
}

function isCopy(lines: readonly string[], theirs: readonly string[]): boolean {
  return lines.every((line, i) => line.trim() === theirs[i]?.trim());
}
