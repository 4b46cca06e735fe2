/** What a model wrote stays what it would write as long as it is typed along: then nothing has to be read or written for it. */

import type { CursorText } from '../coder/prompt.ts';
import type { Written } from '../engine/messages.ts';
import type { OwnLine } from './ranking.ts';

/** What the model says at a cursor. */
export interface Said {
  /** All that it would insert; the first line is what is ranked. */
  readonly text: string;
  readonly own: OwnLine | undefined;
  /** The first line as far as it was written: all of it where there is `own`. */
  readonly line: string;
  /** The first line as it was written: lengths in UTF-16 units, and the logarithm of its probability up to there. */
  readonly steps: Written['steps'];
}

interface Question extends CursorText {
  readonly document: string;
}

export class TypedAlong {
  #last: { readonly question: Question; readonly written: Written; readonly said: Said } | undefined;

  note(question: Question, written: Written): Said {
    const first = firstLine(written.text);
    const said: Said = {
      text: written.text,
      own: first === '' ? undefined : { text: first, logProbability: written.logProbability },
      line: written.line,
      steps: written.steps,
    };
    this.#last = { question, written, said };
    return said;
  }

  /**
   * What is known where the last question's line has been typed on since.
   * @param least natural logarithm of the probability below which lines are given up now
   * @returns nothing where the model has to be asked
   */
  find(question: Question, least: number): Said | undefined {
    if (this.#last === undefined) return undefined;
    const { question: asked, written, said } = this.#last;
    if (question.document !== asked.document || question.after !== asked.after) return undefined;
    if (!question.before.startsWith(asked.before)) return undefined;
    const typed = question.before.slice(asked.before.length);
    if (typed === '') return said;
    const { line, own } = said;
    if (!line.startsWith(typed) || line.length <= typed.length) return undefined;
    // Tokens that go on beyond what is typed are not certain yet.
    const before = written.steps.findLast(step => step.length <= typed.length)?.logProbability ?? 0;
    // What was given up may have become probable enough.
    if (own === undefined && written.logProbability - before >= least) return undefined;
    return {
      text: said.text.slice(typed.length),
      line: line.slice(typed.length),
      steps: written.steps
        .filter(step => step.length > typed.length)
        .map(({ length, logProbability }) => ({
          length: length - typed.length,
          logProbability: Math.min(0, logProbability - before),
        })),
      own: own && {
        text: own.text.slice(typed.length),
        logProbability: Math.min(0, own.logProbability - before),
      },
    };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}
