/** Places at which a person would type, and what would come there: chosen before anything was suggested at them. */

export interface Place {
  readonly file: string;
  /** Part of a line of the file, at its first occurrence. A new line is begun behind that line, or so many lines further down. */
  readonly after: string;
  readonly down?: number;
  /**
   * What is typed there. Indentation is the editor's; `\b` takes a step of it back, and `↓` leaves a block downwards, past the bracket
   * that the editor closed.
   */
  readonly typed: string;
  /** What would be typed next, at least to the end of the line; empty where nothing should be suggested. */
  readonly wanted: string;
  /** What came of it when it was last looked at. */
  readonly expected: Outcome;
}

/** `useful`: at least half of the first line that is shown is what comes. `silent`: nothing was shown. */
export type Outcome = 'useful' | 'wrong' | 'silent';

export interface Trial {
  /** The fixture repository. */
  readonly name: string;
  readonly places: readonly Place[];
}

/**
 * @param before what stood before the cursor after typing, without indentation
 * @param after the same once the suggestion was accepted
 */
export function outcomeOf(before: string, after: string, wanted: string): Outcome {
  if (!after.startsWith(before)) return 'wrong';
  const shown =
    after
      .slice(before.length)
      .split('\n')
      .find(line => line.trim() !== '') ?? '';
  const comes = wanted.trimStart();
  const said = shown.trimStart();
  if (wanted === '' || said === '') return 'wrong';
  let same = 0;
  while (same < said.length && same < comes.length && said[same] === comes[same]) same++;
  return 2 * same >= said.length && same >= Math.min(2, said.length) ? 'useful' : 'wrong';
}

/** A text without what an editor indents by itself. */
export function withoutIndentation(text: string): string {
  return text.replace(/^[ \t]+/gm, '');
}

/** What stands before the cursor once a place was typed at, without indentation. */
export function textBefore(text: string, { after, down = 0, typed }: Place): string {
  const at = text.indexOf(after);
  if (at < 0) throw new Error(`There is no line with ${after}.`);
  const lines = text.slice(0, at).split('\n').length + down;
  const above = text.split('\n').slice(0, lines).join('\n');
  return withoutIndentation(`${above}\n${typed.replaceAll('\b', '').replaceAll('↓', '\n}')}`);
}

/** The line behind which a new one is begun, from 1. */
export function lineOf(text: string, { after, down = 0 }: Place): number {
  return text.slice(0, text.indexOf(after)).split('\n').length + down;
}

export interface Counts {
  /** Places where help is expected, and how they ended. */
  readonly help: number;
  readonly useful: number;
  readonly wrong: number;
  readonly silent: number;
  /** Places where nothing should be said, and where nothing was. */
  readonly quiet: number;
  readonly keptQuiet: number;
  /** Of all that was shown, what was wrong, in places of both kinds. */
  readonly allWrong: number;
  readonly all: number;
}

export function count(results: readonly { readonly place: Place; readonly outcome: Outcome }[]): Counts {
  const help = results.filter(({ place }) => place.wanted !== '');
  const quiet = results.filter(({ place }) => place.wanted === '');
  const of = (outcome: Outcome, among = help): number => among.filter(one => one.outcome === outcome).length;
  return {
    help: help.length,
    useful: of('useful'),
    wrong: of('wrong'),
    silent: of('silent'),
    quiet: quiet.length,
    keptQuiet: of('silent', quiet),
    allWrong: of('wrong', results as typeof help),
    all: results.length,
  };
}
