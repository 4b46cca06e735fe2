import type { AsyncHypothesis, AsyncPredictor, Draft, PredictionScope } from '../copy-memory/predictor.ts';
import type { EditContext } from '../fitting/context.ts';
import type { Renaming } from '../names/rename.ts';
import { renderPrompt } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/** The predictor's state for a prompt up to the end of the line above the cursor. */
export interface LineState {
  readonly prompt: Uint16Array;
  /** Fork it before extending. */
  readonly atLine: AsyncHypothesis;
  /** Same without the last line above the cursor; undefined if there is none. */
  readonly atLineAbove: () => AsyncHypothesis | undefined;
  /** What followed the lines above elsewhere, once looked up; and what followed those without the last one. */
  drafts?: readonly Draft[];
  draftsAbove?: readonly Draft[];
  /** The file line of each prompt token, computed on demand. */
  lines?: Uint32Array;
  /** Texts of those drafts. */
  readonly texts: WeakMap<Draft, DraftText>;
}

/** A draft as text: the same for every key in the line. */
export interface DraftText {
  /** The text before it there. */
  readonly before: string;
  /** Up to the end of the second line after the cursor's. */
  readonly head: string;
  /** Names learned from the lines above, by where these end in the text before the cursor there. Fork before learning more. */
  readonly renamings: Map<number, Renaming>;
}

interface Begun {
  readonly key: readonly unknown[];
  readonly state: LineState;
}

/**
 * While only the cursor's line changes, the state of the text around it is reused: a keystroke extends it by the line's
 * tokens instead of starting over. Keeps the last few, for lines prepared ahead.
 */
export class LineStates {
  readonly #begun: Begun[] = [];

  at(
    context: EditContext,
    predictor: AsyncPredictor,
    tokenizer: Tokenizer,
    scope: PredictionScope,
  ): LineState {
    const { path, above, after } = context;
    const key = [predictor, scope, path, above, after];
    const known = this.#begun.findIndex(begun => begun.key.every((part, i) => part === key[i]));
    const [begun] =
      known >= 0
        ? this.#begun.splice(known, 1)
        : [{ key, state: begin(context, predictor, tokenizer, scope) }];
    this.#begun.unshift(begun!);
    this.#begun.length = Math.min(this.#begun.length, mostStates);
    return begun!.state;
  }

  /** Call when the predictor's knowledge has changed. */
  clear(): void {
    this.#begun.length = 0;
  }
}

const mostStates = 4;

function begin(
  { path, above, after }: EditContext,
  predictor: AsyncPredictor,
  tokenizer: Tokenizer,
  scope: PredictionScope,
): LineState {
  const prompt = tokenizer.encodePieces(renderPrompt(path, above ?? '', after));
  const lastLine = above?.lastIndexOf('\n') ?? -1;
  let atLineAbove: AsyncHypothesis | undefined;
  return {
    prompt,
    texts: new WeakMap(),
    atLine: predictor.begin(prompt, path, scope),
    atLineAbove: () => {
      if (lastLine <= 0) return undefined;
      const shorter = renderPrompt(path, above!.slice(0, lastLine), after);
      atLineAbove ??= predictor.begin(tokenizer.encodePieces(shorter), path, scope);
      return atLineAbove;
    },
  };
}
