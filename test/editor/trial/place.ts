/** Places where a user would type, and the expected text: chosen before seeing any suggestion. */

export interface Place {
  readonly file: string;
  /** Part of a line of the file, at its first occurrence. A new line is started after it, or `down` lines below. */
  readonly after: string;
  readonly down?: number;
  /**
   * Text to type. The editor indents; `\b` removes one step, and `↓` leaves a block downwards, past the auto-closed
   * bracket.
   */
  readonly typed: string;
  /** The expected continuation, at least to the end of the line; empty if nothing should be suggested. */
  readonly wanted: string;
  /** The outcome when last checked. */
  readonly expected: Outcome;
}

/** `useful`: at least half of the first line shown is right. `silent`: nothing was shown. */
export type Outcome = 'useful' | 'wrong' | 'silent';

export interface Trial {
  /** The fixture repository. */
  readonly name: string;
  readonly places: readonly Place[];
}

/**
 * @param before text before the cursor after typing, without indentation
 * @param after the same after accepting the suggestion
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
  // It was gone by the time it was accepted.
  if (said === '') return 'silent';
  if (wanted === '') return 'wrong';
  let same = 0;
  while (same < said.length && same < comes.length && said[same] === comes[same]) same++;
  return 2 * same >= said.length && same >= Math.min(2, said.length) ? 'useful' : 'wrong';
}

/** The string without automatic indentation. */
export function withoutIndentation(text: string): string {
  return text.replace(/^[ \t]+/gm, '');
}

/** Text before the cursor after typing at a place, without indentation. */
export function textBefore(text: string, { after, down = 0, typed }: Place): string {
  const at = text.indexOf(after);
  if (at < 0) throw new Error(`There is no line with ${after}.`);
  const lines = text.slice(0, at).split('\n').length + down;
  const above = text.split('\n').slice(0, lines).join('\n');
  return withoutIndentation(`${above}\n${typed.replaceAll('\b', '').replaceAll('↓', '\n}')}`);
}

/** The 1-based line after which a new one is started. */
export function lineOf(text: string, { after, down = 0 }: Place): number {
  return text.slice(0, text.indexOf(after)).split('\n').length + down;
}

export interface Counts {
  /** Places where help is expected, and their outcomes. */
  readonly help: number;
  readonly useful: number;
  readonly wrong: number;
  readonly silent: number;
  /** Places where nothing should be suggested, and where nothing was. */
  readonly quiet: number;
  readonly keptQuiet: number;
  /** Wrong suggestions in places of both kinds. */
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
