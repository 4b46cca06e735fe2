/** What a code model writes at a cursor, token by token, up to where it ends. */
import type { DecoderTokenizer, TokenStream } from '../decoder-tokens/tokenizer.ts';
import type { Written } from '../engine/messages.ts';
import { partOf } from './ending.ts';
import type { HeldChooser } from './held-text.ts';

export interface LineWriterOptions {
  readonly tokenizer: DecoderTokenizer;
  readonly chooser: HeldChooser;
  /** The end of the text before the cursor that is spelled first. */
  readonly held: string;
  /** The line of the cursor up to the cursor. */
  readonly linePrefix: string;
  readonly maxLines: number;
  /** Natural logarithm: a first line that becomes less probable is given up. */
  readonly least: number;
}

export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #stream: TokenStream;
  readonly #steps: { length: number; logProbability: number }[] = [];
  #text = '';
  #isOver = false;
  #isGivenUp = false;
  #logProbability = 0;
  #isFirstLine = true;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#stream = options.tokenizer.decodeStream();
  }

  /** Nothing more is to be written. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next token. @param logits [V] */
  choose(logits: Float32Array): number {
    const { tokenizer, chooser, held, linePrefix, maxLines, least } = this.#options;
    const { token, logProbability } = chooser.choose(logits);
    this.#text += this.#stream.push(token);
    const written = this.#text.slice(held.length);
    if (this.#isFirstLine) {
      this.#logProbability += logProbability;
      this.#steps.push({ length: written.length, logProbability: this.#logProbability });
      this.#isGivenUp = this.#logProbability < least;
    }
    if (written.includes('\n')) this.#isFirstLine = false;
    this.#isOver =
      this.#isGivenUp ||
      tokenizer.ends.has(token) ||
      tokenizer.isSpecial(token) ||
      !partOf(written, { linePrefix, maxLines }).isOpen;
    return token;
  }

  written(): Pick<Written, 'text' | 'logProbability' | 'steps'> {
    const { held, linePrefix, maxLines } = this.#options;
    const text = this.#text.slice(held.length);
    const ended = this.#isGivenUp ? '' : this.#isOver ? text : wholeLines(text);
    return {
      text: partOf(`${ended}\n`, { linePrefix, maxLines }).text.trimEnd(),
      logProbability: this.#logProbability,
      steps: this.#steps,
    };
  }
}

/** Of a text that was cut off in the middle. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end < 0 ? '' : text.slice(0, end);
}
