import {
  type History,
  longestPromptMatch,
  promptMatches,
  RepositoryMatches,
  type SearchScope,
} from './search.ts';
import { contextDepth } from './suffix-sort.ts';

export type EvidenceSource = 'prompt' | 'repository';

/** What followed the last `matched` tokens in one source: counts of that context length and longer ones. */
export interface Evidence {
  readonly source: EvidenceSource;
  readonly matched: number;
  /** Followers to add to the source's previous evidence; or all of them, if `sampled`. */
  readonly follows: readonly number[];
  /** Weight of each follower; 1 each if absent. */
  readonly weights?: readonly number[];
  readonly sampled: boolean;
}

/** Sources of evidence. */
export interface EvidenceScope extends SearchScope {
  /** What a prompt token after a match predicts, or −1 for nothing. */
  followerOf(token: number): number;
  /** Tokens between a prompt position and the cursor after `length` tokens. */
  promptDistance(position: number, length: number): number;
  /** Weight of a place in the repository: higher in files near the edited one. */
  weightOf(segment: SearchScope['segments'][number], position: number): number;
}

/**
 * All evidence on the next token, longest match first, the prompt's before the repository's; skips a context length
 * with no more matches than the next longer one. Exact up to `mostCounted` places a context (counting those of deleted
 * files still in the index), an even sample beyond.
 */
export function* evidenceOn(history: History, scope: EvidenceScope): Generator<Evidence> {
  const prompt = promptMatches(history);
  const repository = new RepositoryMatches(scope, history);
  for (let n = longestPromptMatch; n >= 1; n--) {
    if (prompt[n] !== undefined) yield* promptEvidence(history, scope, n, prompt[n]!);
    if (n <= Math.min(contextDepth, repository.deepest)) yield* repositoryEvidence(repository, scope, n);
  }
}

function* promptEvidence(history: History, scope: EvidenceScope, matched: number, places: readonly number[]) {
  const follows: number[] = [];
  const weights: number[] = [];
  for (const position of places) {
    const token = scope.followerOf(history.tokens[position]!);
    if (token < 0) continue;
    follows.push(token);
    weights.push(
      recencyFloor +
        (1 - recencyFloor) * Math.exp(-scope.promptDistance(position, history.length) / recencyTokens),
    );
  }
  if (follows.length > 0) yield { source: 'prompt', matched, follows, weights, sampled: false } as const;
}

function* repositoryEvidence(repository: RepositoryMatches, scope: EvidenceScope, matched: number) {
  if (repository.count(matched) > mostCounted) {
    const follows = repository.sampleFollows(matched, sampleSize);
    if (follows.length > 0) yield { source: 'repository', matched, follows, sampled: true } as const;
    return;
  }
  const places = repository.matchesAt(matched, maxWeighed + 1);
  if (places.length > maxWeighed) {
    const follows: number[] = [];
    repository.addFollows(matched, follows);
    yield { source: 'repository', matched, follows, sampled: false } as const;
  } else if (places.length > 0) {
    const follows = places.map(({ segment, position }) => segment.tokens[position]!);
    const weights = places.map(({ segment, position }) => scope.weightOf(segment, position));
    yield { source: 'repository', matched, follows, weights, sampled: false } as const;
  }
}

const mostCounted = 2048;
const sampleSize = 512;
/** Occurrences of a context length weighted by proximity; with more, it hardly matters. */
const maxWeighed = 128;

/** Tokens at the cursor have weight 1, distant ones this: chosen by code length on the repositories of escape.ts. */
const recencyFloor = 0.3;
const recencyTokens = 300;
