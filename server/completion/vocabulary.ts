/** The words and lines around the cursor's line: kept from one key to the next, because a large file has many. */
import { wordsOf } from '../names/words.ts';

export interface Vocabulary {
  readonly words: ReadonlySet<string>;
  /** Without their indentation. */
  readonly lines: ReadonlySet<string>;
}

interface Known extends Vocabulary {
  readonly above: string;
  readonly after: string;
}

/** The latest first: of the line that is written, and of one that is looked at ahead. */
const known: Known[] = [];
const mostKnown = 2;

/** @param after what follows the cursor, its own line included */
export function vocabularyOf(above: string, after: string): Vocabulary {
  const at = known.findIndex(one => one.above === above && one.after === after);
  const text = `${above}\n${after}`;
  const [found] =
    at >= 0
      ? known.splice(at, 1)
      : [
          {
            above,
            after,
            words: new Set(wordsOf(text)),
            lines: new Set(text.split('\n').map(line => line.trim())),
          },
        ];
  known.unshift(found!);
  known.length = Math.min(known.length, mostKnown);
  return found!;
}
