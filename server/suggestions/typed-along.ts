/** A model's output stays valid while it is typed along: then nothing has to be prefilled or written. */

import type { CursorText } from '../coder/prompt.ts';
import type { Written } from '../engine/messages.ts';
import type { OwnLine } from './ranking.ts';

/** The model's output at a cursor. */
export interface Said {
  /** All text to insert; its first line is ranked. */
  readonly text: string;
  readonly own: OwnLine | undefined;
  /** The first line as far as written; complete if there is `own`. */
  readonly line: string;
  /** The first line: lengths in UTF-16 units, and log-probabilities up to there. */
  readonly steps: Written['steps'];
}

interface Question extends CursorText {
  readonly document: string;
}

export class TypedAlong {
  #last: { readonly question: Question; readonly written: Written; readonly said: Said } | undefined;

  clear(): void {
    this.#last = undefined;
  }

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
   * The rest of the last output, if its line has been typed on.
   * @param least log-probability below which lines are now abandoned
   * @returns undefined if the model must run
   */
  find(question: Question, least: number): Said | undefined {
    if (this.#last === undefined) return undefined;
    const { question: asked, written, said } = this.#last;
    if (question.document !== asked.document || question.after !== asked.after) return undefined;
    if (!question.before.startsWith(asked.before)) return undefined;
    const typed = question.before.slice(asked.before.length);
    const { line, own } = said;
    if (typed === '') {
      const isAbandoned = own === undefined && line !== '';
      return isAbandoned && written.logProbability >= least ? undefined : said;
    }
    if (!line.startsWith(typed) || line.length <= typed.length) return undefined;
    // Tokens that extend beyond the typed text are not certain yet.
    const before = written.steps.findLast(step => step.length <= typed.length)?.logProbability ?? 0;
    // An abandoned line may have become probable enough.
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
