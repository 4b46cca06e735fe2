import {
  type History,
  longestPromptMatch,
  promptMatches,
  RepositoryMatches,
  type SearchScope,
} from './search.ts';
import { contextDepth } from './suffix-sort.ts';

export type EvidenceSource = 'prompt' | 'repository';

/** What followed the last `matched` tokens in one source: the counts of that context length, longer ones included. */
export interface Evidence {
  readonly source: EvidenceSource;
  readonly matched: number;
  /** Followers to add to those of the source's evidence before this one; or all of them, where `sampled`. */
  readonly follows: readonly number[];
  /** How much each follower weighs; 1 each where absent. */
  readonly weights?: readonly number[];
  readonly sampled: boolean;
}

/** What evidence is gathered from. */
export interface EvidenceScope extends SearchScope {
  /** What a token of the prompt says where it follows a match, or −1 for nothing. */
  followerOf(token: number): number;
  /** How many tokens lie between a position in the prompt and the cursor after `length` tokens. */
  promptDistance(position: number, length: number): number;
  /** How much a place in the repository weighs: more in files near the edited one. */
  weightOf(segment: SearchScope['segments'][number], position: number): number;
}

/**
 * All evidence on the next token, longest match first and the prompt's before the repository's: a context length only where it
 * matches more places than the next longer one. Exact up to `mostCounted` places a context (those of deleted files count while the
 * index still holds them), an even sample of them beyond.
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
  const places = repository.matchesAt(matched, mostWeighed + 1);
  if (places.length > mostWeighed) {
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
/** Places of one context length that are weighed by nearness; where there are more, it hardly matters. */
const mostWeighed = 128;

/** What stands beside the cursor weighs most, what is far from it this much: chosen by code length on the repositories of copy-confidence.ts. */
const recencyFloor = 0.3;
const recencyTokens = 300;
