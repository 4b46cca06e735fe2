import type { EvidenceSource } from './copy-evidence.ts';

/**
 * The probability that the next token is none of what a context length says it is, or is better told by shorter ones.
 *
 * @param matched tokens of context
 * @param total places that match
 * @param distinct different tokens that followed there
 * @param most places that agree on the most frequent one
 */
export function escapeProbability(
  source: EvidenceSource,
  matched: number,
  total: number,
  distinct: number,
  most: number,
): number {
  const agreement = most / total;
  const novelty = distinct / (total + distinct);
  const reach = (source === 'prompt' ? 0.9 : 0.7) * Math.min(1, matched / 8);
  return Math.min(0.99, Math.max(0.005, novelty * (1.2 - reach * agreement)));
}
