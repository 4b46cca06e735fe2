/** What follows elsewhere the longest run of tokens that leads to a place: a cheap answer about every token of a file. */
import { type History, RepositoryMatches, type SearchScope } from './search.ts';

export interface Continuations {
  /** Tokens of the longest run that also stands in another file; 0 if there is none. At most `contextDepth`. */
  readonly matched: number;
  /** Places where it stands, of which `same` go on with our token and `most` with the token that most of them have. */
  readonly places: number;
  readonly same: number;
  readonly most: number;
}

const nowhere: Continuations = { matched: 0, places: 0, same: 0, most: 0 };

/** Places that are counted; from more of them, an even sample. */
const mostPlaces = 64;

/** @param token what stands at the end of the history */
export function continuationsOf(scope: SearchScope, history: History, token: number): Continuations {
  const matches = new RepositoryMatches(scope, history);
  for (let n = matches.deepest; n >= 1; n--) {
    let follows: number[] = [];
    if (matches.count(n) > mostPlaces) follows = matches.sampleFollows(n, mostPlaces);
    // The longer ones were found to stand nowhere else, so these are all.
    else matches.addFollows(n, follows);
    if (follows.length > 0) return counted(n, follows, token);
  }
  return nowhere;
}

function counted(matched: number, follows: readonly number[], token: number): Continuations {
  const counts = new Map<number, number>();
  let most = 0;
  for (const one of follows) {
    const count = (counts.get(one) ?? 0) + 1;
    counts.set(one, count);
    most = Math.max(most, count);
  }
  return { matched, places: follows.length, same: counts.get(token) ?? 0, most };
}
