/** Places in which other files of the repository have something else. */
import type { LikePlace } from '../copy-memory/like-places.ts';
import { lineAt } from '../copy-memory/locality.ts';
import { isName, lexemesOf } from '../names/words.ts';
import type { Place } from '../protocol/requests.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { familyOf, languageOf } from '../workspace/language.ts';

/** The most places of a word that are shown, and that decide whether it is. */
export const mostPlaces = 4;

export function pathOf({ segment, start }: LikePlace): string {
  return segment.fileAt(start).path;
}

export function placeOf(place: LikePlace, tokenizer: Tokenizer): Place {
  const { segment, start } = place;
  const file = segment.fileAt(start);
  return { path: file.path, line: lineAt(segment.tokens, file, start, tokenizer) };
}

/** Those in files of the same family of languages as a file, in order. */
export function placesAlike(places: readonly LikePlace[], path: string): LikePlace[] {
  const family = familyOfPath(path);
  return places.filter(place => familyOfPath(pathOf(place)) === family);
}

/** How many names of the line around a place are ours: those in the tokens that agree, parts of longer names left out. */
export function namesShared({ segment, start, end, before, after }: LikePlace, tokenizer: Tokenizer): number {
  const file = segment.fileAt(start);
  const decode = (from: number, to: number) =>
    tokenizer.decode(segment.tokens.subarray(Math.max(file.start, from), Math.min(file.end, to)));
  const [first, last] = [start - before, end + after];
  const ahead = decode(first, start).replace(
    endsInWord.test(decode(first - 1, first)) ? beginsWithWord : '',
    '',
  );
  const behind = decode(end, last).replace(beginsWithWord.test(decode(last, last + 1)) ? endsInWord : '', '');
  const names = [
    ...lexemesOf(ahead.slice(ahead.lastIndexOf('\n') + 1)),
    ...lexemesOf(behind.split('\n')[0]!),
  ];
  return names.filter(isName).length;
}

const beginsWithWord = /^[\p{L}\p{N}_$]+/u;
const endsInWord = /[\p{L}\p{N}_$]+$/u;

function familyOfPath(path: string): string {
  return familyOf(languageOf(path).id);
}
