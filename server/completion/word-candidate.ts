import type { Candidate } from '../fitting/candidate.ts';
import type { KnownWord } from '../usefulness/known-words.ts';

/** A word of the edited file as a candidate. */
export function wordCandidate(rest: string, { line }: KnownWord, path: string): Candidate {
  const place = { path, line };
  const source: Candidate['sources'][number] = {
    place,
    isLocal: true,
    matched: 0,
    before: '',
    below: [],
    block: () => [],
    isRenamed: false,
    isSkipping: false,
  };
  return { rest, sources: [source], decoded: 0, places: [place] };
}
