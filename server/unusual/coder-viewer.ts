/** The selected code model as a viewer of units, as far as the time of a request goes. */
import { windowsOf } from '../coder/windows.ts';
import type { CoderReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { knownSpeed } from '../models/speed.ts';
import { messageOf } from '../protocol/message-of.ts';
import { contentOf } from '../sequence/content.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { ModelView, UnitViewer, UnitViews, ViewedFile } from './model-view.ts';

/** Seconds that a request may usually take beyond what the copy memory takes. */
const usualSeconds = 60;
/** Tokens per second of a model whose speed has not been measured. */
const assumedSpeed = 60;

export interface CoderViewerOptions {
  readonly engine: Pick<Engine, 'run'>;
  readonly coder: CoderReference;
  readonly tokenizer: Tokenizer;
  readonly seconds?: number;
  /** Gets a sentence when the model cannot be used; the copy memory then judges alone. */
  readonly onProblem?: (problem: string) => void;
}

/** For one request: files that would take longer than what is left of its time are left to the copy memory. */
export async function coderViewer(options: CoderViewerOptions): Promise<UnitViewer> {
  const speed = (await knownSpeed(options.coder.folder))?.read ?? assumedSpeed;
  return new CoderViewer(options, speed * (options.seconds ?? usualSeconds));
}

class CoderViewer implements UnitViewer {
  readonly #options: CoderViewerOptions;
  /** Tokens that may still be read. */
  #left: number;

  constructor(options: CoderViewerOptions, tokens: number) {
    this.#options = options;
    this.#left = tokens;
  }

  async viewsOf(file: ViewedFile, signal?: AbortSignal): Promise<UnitViews | undefined> {
    const { engine, coder, tokenizer, onProblem = () => {} } = this.#options;
    const cost = costOf(file);
    if (cost > this.#left) return undefined;
    this.#left -= cost;
    const { text, units, asked } = unitsIn(file, tokenizer);
    try {
      const parameters = { coder, text, units };
      const { own, expected, odds } = await engine.run(
        'judgeUnits',
        parameters,
        signal === undefined ? {} : { signal },
      );
      const views: (ModelView | undefined)[] = file.evidence.map(() => undefined);
      for (const [i, at] of asked.entries())
        views[at] = { own: own[i]!, expected: expected[i]!, odds: odds[i]! };
      return { by: 'coder', views };
    } catch (error) {
      signal?.throwIfAborted();
      this.#left = 0;
      onProblem(`The code model takes no part: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** Tokens to be read, counted in the repository's. */
function costOf({ tokens, evidence, isAsked }: ViewedFile): number {
  const isWanted = new Uint8Array(tokens.length);
  for (const { unit } of evidence) if (isAsked(unit.line)) isWanted.fill(1, unit.start, unit.end);
  return windowsOf(isWanted).reduce((sum, { first, end }) => sum + end - first, 0);
}

/** The file's text, where the units asked about stand in it, and which those are. */
function unitsIn({ tokens, evidence, isAsked }: ViewedFile, tokenizer: Tokenizer) {
  const { start, end } = contentOf(tokenizer, tokens);
  const units: { start: number; end: number; other: string }[] = [];
  const asked: number[] = [];
  let text = '';
  let read = start;
  for (const [at, { unit, other }] of evidence.entries()) {
    text += tokenizer.decode(tokens.subarray(read, unit.start));
    const own = tokenizer.decode(tokens.subarray(unit.start, unit.end));
    const first = text.length + own.length - own.trimStart().length;
    text += own;
    read = unit.end;
    if (!isAsked(unit.line)) continue;
    units.push({ start: first, end: first + unit.text.length, other: other?.text ?? '' });
    asked.push(at);
  }
  return { text: text + tokenizer.decode(tokens.subarray(read, end)), units, asked };
}
