import {
  type History,
  longestPromptMatch,
  promptMatches,
  RepositoryMatches,
  type SearchScope,
} from './copy-search.ts';
import { contextDepth } from './copy-sort.ts';

export type EvidenceSource = 'prompt' | 'repository';

/** What followed the last `matched` tokens in one source: the counts of that context length, longer ones included. */
export interface Evidence {
  readonly source: EvidenceSource;
  readonly matched: number;
  /** Followers to add to those of the source's evidence before this one; or all of them, where `sampled`. */
  readonly follows: readonly number[];
  readonly sampled: boolean;
}

/**
 * All evidence on the next token, longest match first and the prompt's before the repository's: a context length only where it
 * matches more places than the next longer one. Exact up to `mostCounted` places a context, an even sample of them beyond.
 *
 * @param followerOf what a token of the prompt says when it follows, or −1 for nothing
 */
export function* evidenceOn(
  history: History,
  scope: SearchScope,
  followerOf: (token: number) => number,
): Generator<Evidence> {
  const prompt = promptMatches(history);
  const repository = new RepositoryMatches(scope, history);
  for (let n = longestPromptMatch; n >= 1; n--) {
    const follows = (prompt[n] ?? [])
      .map(position => followerOf(history.tokens[position]!))
      .filter(token => token >= 0);
    if (follows.length > 0) yield { source: 'prompt', matched: n, follows, sampled: false };
    if (n > Math.min(contextDepth, repository.deepest)) continue;
    if (repository.count(n) > mostCounted) {
      const sample = repository.sampleFollows(n, sampleSize);
      if (sample.length > 0) yield { source: 'repository', matched: n, follows: sample, sampled: true };
    } else {
      const added: number[] = [];
      repository.addFollows(n, added);
      if (added.length > 0) yield { source: 'repository', matched: n, follows: added, sampled: false };
    }
  }
}

export const mostCounted = 2048;
const sampleSize = 512;
