/** A code model's output at a cursor, token by token, up to where it ends. */
import type { DecoderTokenizer, TokenStream } from '../decoder-tokens/tokenizer.ts';
import type { Written } from '../engine/messages.ts';
import { partOf } from './ending.ts';
import type { HeldChooser } from './held-text.ts';

export interface LineWriterOptions {
  readonly tokenizer: DecoderTokenizer;
  readonly chooser: HeldChooser;
  /** The end of the text before the cursor, which is spelled first. */
  readonly held: string;
  /** The cursor's line up to the cursor. */
  readonly linePrefix: string;
  readonly maxLines: number;
  /** A draft of the first line. */
  readonly draft: string | undefined;
  /** Log-probability below which the first line is abandoned. */
  readonly least: number;
  /** Milliseconds after which the first line is given up, and twice as many after which nothing follows it. */
  readonly budget: number;
}

export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #stream: TokenStream;
  readonly #steps: { length: number; logProbability: number }[] = [];
  #text = '';
  #isOver = false;
  #isGivenUp = false;
  /** Set if there is no time or reason for more than the first line. */
  #isLineOnly = false;
  readonly #started = performance.now();
  #logProbability = 0;
  #isFirstLine = true;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#stream = options.tokenizer.decodeStream();
  }

  /** The output is complete. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Chooses the next token. @param logits [V] */
  choose(logits: Float32Array): number {
    const { tokenizer, chooser, held, linePrefix, maxLines } = this.#options;
    const { token, logProbability } = chooser.choose(logits);
    this.#text += this.#stream.push(token);
    const written = this.#text.slice(held.length);
    if (this.#isFirstLine) {
      this.#logProbability += logProbability;
      this.#steps.push({ length: written.length, logProbability: this.#logProbability });
      const isComplete = written.includes('\n') || tokenizer.ends.has(token);
      const isLate = !isComplete && this.#elapsed() > this.#options.budget;
      this.#isGivenUp = isLate || this.#logProbability < this.#leastOf(written);
    }
    if (written.includes('\n')) {
      if (this.#isFirstLine) this.#isLineOnly = !this.#mayGoOn(written);
      this.#isFirstLine = false;
      this.#isLineOnly ||= this.#elapsed() > lineToBlock * this.#options.budget;
    }
    // Some models spell marks of their training that are no tokens, such as <|cut|>.
    this.#isGivenUp ||= spelledMark.test(written);
    this.#isOver =
      this.#isGivenUp ||
      this.#isLineOnly ||
      tokenizer.ends.has(token) ||
      tokenizer.isSpecial(token) ||
      !partOf(written, { linePrefix, maxLines }).isOpen;
    return token;
  }

  #elapsed(): number {
    return performance.now() - this.#started;
  }

  /** A line that is also found elsewhere may be less probable. */
  #leastOf(written: string): number {
    const { least, draft } = this.#options;
    return draft?.startsWith(firstLine(written)) ? least + agreement : least;
  }

  /** What follows a line found elsewhere is found there too. */
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

/** How many times longer a block may take. */
const lineToBlock = 2;
const spelledMark = /<\|[a-z_]+\|>/;
/** Extra log-probability allowed for a line also found elsewhere. */
const agreement = Math.log(0.3);

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** Of text cut off in the middle. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end < 0 ? '' : text.slice(0, end);
}
