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
  /** A guess of the first line. */
  readonly draft: string | undefined;
  /** Natural logarithm: a first line that becomes less probable is given up. */
  readonly least: number;
  /** Milliseconds after which only the first line is written. */
  readonly budget: number;
}

export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #stream: TokenStream;
  readonly #steps: { length: number; logProbability: number }[] = [];
  #text = '';
  #isOver = false;
  #isGivenUp = false;
  /** Whether there was no time or reason for more than the first line. */
  #isLineOnly = false;
  readonly #started = performance.now();
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
    const { tokenizer, chooser, held, linePrefix, maxLines } = this.#options;
    const { token, logProbability } = chooser.choose(logits);
    this.#text += this.#stream.push(token);
    const written = this.#text.slice(held.length);
    if (this.#isFirstLine) {
      this.#logProbability += logProbability;
      this.#steps.push({ length: written.length, logProbability: this.#logProbability });
      this.#isGivenUp = this.#logProbability < this.#leastOf(written);
    }
    if (written.includes('\n')) {
      if (this.#isFirstLine) this.#isLineOnly = !this.#mayGoOn(written);
      this.#isFirstLine = false;
      this.#isLineOnly ||= performance.now() - this.#started > this.#options.budget;
    }
    this.#isOver =
      this.#isGivenUp ||
      this.#isLineOnly ||
      tokenizer.ends.has(token) ||
      tokenizer.isSpecial(token) ||
      !partOf(written, { linePrefix, maxLines }).isOpen;
    return token;
  }

  /** What is known elsewhere as well may be less probable. */
  #leastOf(written: string): number {
    const { least, draft } = this.#options;
    return draft?.startsWith(firstLine(written)) ? least + agreement : least;
  }

  /** What follows a line that is known elsewhere is known there, too. */
  #mayGoOn(written: string): boolean {
    const { least, draft } = this.#options;
    return this.#logProbability >= least && draft?.trimEnd() !== firstLine(written).trimEnd();
  }

  written(): Pick<Written, 'text' | 'line' | 'logProbability' | 'steps'> {
    const { held, linePrefix, maxLines } = this.#options;
    const text = this.#text.slice(held.length);
    const ended = this.#isGivenUp ? '' : this.#isOver ? text : wholeLines(text);
    const part = { linePrefix, maxLines: this.#isLineOnly ? 1 : maxLines };
    return {
      text: partOf(`${ended}\n`, part).text.trimEnd(),
      line: firstLine(text),
      logProbability: this.#logProbability,
      steps: this.#steps,
    };
  }
}

/** Natural logarithm of how much less probable a line may be that is known elsewhere, too. */
const agreement = Math.log(0.3);

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** Of a text that was cut off in the middle. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end < 0 ? '' : text.slice(0, end);
}
