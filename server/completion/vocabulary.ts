/** Words and lines around the cursor's line: kept between keystrokes, because a large file has many. */
import { wordsOf } from '../names/words.ts';

export interface Vocabulary {
  readonly words: ReadonlySet<string>;
  /** Without indentation. */
  readonly lines: ReadonlySet<string>;
}

interface Known extends Vocabulary {
  readonly above: string;
  readonly after: string;
}

/** Latest first: of the current line, and of one prepared ahead. */
const known: Known[] = [];
const mostKnown = 2;

/** @param after text after the cursor, including its own line */
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
