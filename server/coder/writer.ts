/** A code model that writes at cursors and keeps the prefilled state of recent documents between keystrokes. */
import { decode } from '../decoder/decode.ts';
import type { DecoderModel } from '../decoder/model.ts';
import { DecoderSession } from '../decoder/session.ts';
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';
import type { WriteParameters, Written } from '../engine/messages.ts';
import { partOf } from './ending.ts';
import { HeldChooser, TokenBytes } from './held-text.ts';
import { promptOf } from './prompt.ts';

/** Documents whose states are kept: 12 kB a token for a model of half a billion parameters. */
const mostDocuments = 4;
const mostTokens = 160;

export class CodeWriter {
  readonly title: string;
  readonly #model: DecoderModel;
  readonly #tokenizer: DecoderTokenizer;
  readonly #bytes: TokenBytes;
  /** Most recently used last. */
  readonly #sessions = new Map<string, DecoderSession>();

  constructor(title: string, model: DecoderModel, tokenizer: DecoderTokenizer) {
    this.title = title;
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#bytes = new TokenBytes(tokenizer);
  }

  /** @param between awaited before each run of the model; throwing stops the call, and prefilled tokens stay */
  async write(
    { document, before, after, maxLines }: WriteParameters,
    between: () => Promise<void>,
  ): Promise<Written> {
    const { ids, held } = promptOf(this.#tokenizer, { before, after });
    const session = this.#sessionOf(document);
    const kept = session.align(ids);
    const last = await session.read(ids.slice(kept), { between });
    const linePrefix = before.slice(before.lastIndexOf('\n') + 1);
    const chooser = new HeldChooser(this.#bytes, held, held !== '' && linePrefix.trim() === '');
    const stream = this.#tokenizer.decodeStream();
    let text = '';
    let isOver = false;
    let logProbability = 0;
    let isFirstLine = true;
    const choose = (logits: Float32Array): number => {
      const choice = chooser.choose(logits);
      if (isFirstLine) logProbability += choice.logProbability;
      text += stream.push(choice.token);
      const written = text.slice(held.length);
      if (written.includes('\n')) isFirstLine = false;
      isOver = this.#tokenizer.ends.has(choice.token) || !partOf(written, { linePrefix, maxLines }).isOpen;
      if (this.#tokenizer.isSpecial(choice.token)) isOver = true;
      return choice.token;
    };
    const { tokens } = await decode(session, last, this.#model.config.vocabulary, {
      maxTokens: mostTokens,
      choose,
      isEnd: () => isOver,
      between,
    });
    // The output is not part of the document.
    session.truncate(Math.min(ids.length, session.ids.length));
    const ended = isOver ? text.slice(held.length) : wholeLines(text.slice(held.length));
    return {
      text: partOf(`${ended}\n`, { linePrefix, maxLines }).text.trimEnd(),
      logProbability,
      prompt: ids.length,
      read: ids.length - kept,
      written: tokens.length,
    };
  }

  #sessionOf(document: string): DecoderSession {
    const session = this.#sessions.get(document) ?? new DecoderSession(this.#model, { chunk: 32 });
    this.#sessions.delete(document);
    this.#sessions.set(document, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > mostDocuments && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }
}

/** Of text cut off in the middle. */
function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end < 0 ? '' : text.slice(0, end);
}
