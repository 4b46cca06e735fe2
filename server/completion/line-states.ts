import type { AsyncHypothesis, AsyncPredictor, Draft, PredictionScope } from '../copy-memory/predictor.ts';
import type { EditContext } from '../fitting/context.ts';
import type { Renaming } from '../names/rename.ts';
import { renderPrompt } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

/** A prompt up to the end of the line above the cursor, begun. */
export interface LineState {
  readonly prompt: Uint16Array;
  /** To be forked before it is extended. */
  readonly atLine: AsyncHypothesis;
  /** The same without the last line above the cursor; undefined where there is none. */
  readonly atLineAbove: () => AsyncHypothesis | undefined;
  /** What followed the lines above elsewhere, once it was looked up; and what followed those without the last of them. */
  drafts?: readonly Draft[];
  draftsAbove?: readonly Draft[];
  /** The line in the file of each token of the prompt, once it was asked for. */
  lines?: Uint32Array;
  /** What was made of those drafts. */
  readonly texts: WeakMap<Draft, DraftText>;
}

/** A draft as text: the same for every key in the line. */
export interface DraftText {
  /** What stood before it there. */
  readonly before: string;
  /** Up to the end of the second line after the cursor's. */
  readonly head: string;
  /** What the lines above say about names, by the text before the cursor there. To be forked before it learns more. */
  readonly renamings: Map<string, Renaming>;
}

interface Begun {
  readonly key: readonly unknown[];
  readonly state: LineState;
}

/**
 * While only the cursor's line changes, what stands above it and below it is begun once: a keystroke extends that state by the tokens of
 * the line instead of starting again. Holds the last few, for lines that are looked at ahead.
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

  /** To be called when what the predictor knows has changed. */
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
