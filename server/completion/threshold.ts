/**
 * Minimum confidence to show a suggestion.
 * @param eagerness from 0 (nine in ten are right) to 1 (one in ten is)
 */
export function leastConfidence(eagerness: number): number {
  return 0.9 - 0.8 * Math.max(0, Math.min(1, eagerness));
}

/** Whether a suggestion saves typing: one or two characters are faster to type than to read. */
export function isWorthShowing(text: string): boolean {
  return text.trim().length >= leastLength;
}

const leastLength = 3;
