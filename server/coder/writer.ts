/** A code model that writes at cursors and keeps the prefilled state of recent documents between keystrokes. */
import { type DraftSource, decode } from '../decoder/decode.ts';
import type { DecoderModel } from '../decoder/model.ts';
import { DecoderSession } from '../decoder/session.ts';
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';
import type { JudgedUnits, UnitsParameters, WriteParameters, Written } from '../engine/messages.ts';
import type { Coder } from '../models/coder.ts';
import { type ChatQuestion, chatPrompt } from './chat.ts';
import { HeldChooser, TokenBytes } from './held-text.ts';
import { blockTokens, type KeptStates } from './kept-states.ts';
import { LineWriter } from './line-writer.ts';
import { type Anchor, promptOf } from './prompt.ts';
import { UnitJudge } from './unit-judge.ts';

/** Documents whose states are kept: 12 kB a token for a model of half a billion parameters. */
const mostDocuments = 4;
const mostTokens = 160;
/** Tokens of an answer: a long sentence. */
const mostSaid = 64;
/** Tokens per run: cancellation waits for the current run. */
const chunk = 32;

interface Open {
  readonly session: DecoderSession;
  anchor: Anchor | undefined;
  /** Counts prefills. */
  turn: number;
}

export class CodeWriter {
  readonly title: string;
  readonly #isInstructed: boolean;
  readonly #model: DecoderModel;
  readonly #tokenizer: DecoderTokenizer;
  readonly #bytes: TokenBytes;
  readonly #states: KeptStates | undefined;
  /** Most recently used last. */
  readonly #open = new Map<string, Open>();

  /** @param states what earlier sessions have read; without it nothing is kept for later ones */
  constructor(
    { title, isInstructed, tokenizer }: Pick<Coder, 'title' | 'isInstructed' | 'tokenizer'>,
    model: DecoderModel,
    states?: KeptStates,
  ) {
    this.title = title;
    this.#isInstructed = isInstructed;
    this.#states = states;
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#bytes = new TokenBytes(tokenizer);
  }

  /** @param between awaited before each run of the model; throwing stops the call, and prefilled tokens stay */
  async write(parameters: WriteParameters, between: () => Promise<void>): Promise<Written> {
    const { before, draft, maxLines, least = Number.NEGATIVE_INFINITY } = parameters;
    const { budget = Number.POSITIVE_INFINITY } = parameters;
    const { session, ids, held, kept, last } = await this.#read(parameters, between);
    const linePrefix = before.slice(before.lastIndexOf('\n') + 1);
    // Models that see the rest of the file may close a body at once.
    const lineBreak = maxLines > 1 && startsBody(linePrefix, parameters.after) ? '\n' : '';
    // The editor has decided the indentation.
    const isIndented = held !== '' && linePrefix.trim() === '';
    const mayNotFollow = isIndented ? /^[ \t]/ : lineBreak === '' ? undefined : /^\s*\n/;
    const chooser = new HeldChooser(this.#bytes, held + lineBreak, mayNotFollow);
    const tokenizer = this.#tokenizer;
    const line = new LineWriter({ tokenizer, chooser, held, linePrefix, maxLines, draft, least, budget });
    try {
      const { tokens } = await decode(session, last, this.#model.config.vocabulary, {
        maxTokens: mostTokens,
        choose: logits => line.choose(logits),
        isEnd: () => line.isOver,
        between,
        ...(draft !== undefined && { drafts: draftOf(tokenizer.encode(held + draft)) }),
      });
      return { ...line.written(), prompt: ids.length, read: ids.length - kept, written: tokens.length };
    } finally {
      // The output is not part of the document.
      session.truncate(Math.min(ids.length, session.ids.length));
    }
  }

  /**
   * The first line of an answer, without what follows a limit of tokens.
   * @param between as in `write`
   * @returns undefined if the model is no instruction model
   */
  async say(question: ChatQuestion, between: () => Promise<void>): Promise<string | undefined> {
    const ids = this.#isInstructed ? chatPrompt(this.#tokenizer, question) : undefined;
    if (ids === undefined) return undefined;
    const session = new DecoderSession(this.#model, { chunk });
    const last = await session.read(ids, { between });
    const stream = this.#tokenizer.decodeStream();
    const chooser = new HeldChooser(this.#bytes, '');
    let text = '';
    await decode(session, last, this.#model.config.vocabulary, {
      maxTokens: mostSaid,
      choose: logits => {
        const { token } = chooser.choose(logits);
        text += stream.push(token);
        return token;
      },
      isEnd: token => this.#tokenizer.isSpecial(token) || text.trimStart().includes('\n'),
      between,
    });
    return text.trimStart().split('\n', 1)[0]!.trimEnd();
  }

  /** How much units of source text surprise the model. @param between as in `write` */
  judge(parameters: UnitsParameters, between: () => Promise<void>): Promise<JudgedUnits> {
    return new UnitJudge(this.#model, this.#tokenizer).judge(parameters, between);
  }

  /** Forgets what was read of all documents, on disk as well. */
  forget(): void {
    this.#open.clear();
    this.#states?.clear();
  }

  /** Frees the model; do not use it afterwards. */
  async release(): Promise<void> {
    this.#open.clear();
    this.#states?.close();
    await this.#model.release();
  }

  /** Prefills the prompt without writing. Returns the number of new tokens. @param between as in `write` */
  async readAhead(parameters: WriteParameters, between: () => Promise<void>): Promise<number> {
    const { ids, kept } = await this.#read(parameters, between);
    return ids.length - kept;
  }

  async #read({ document, before, after, related = [] }: WriteParameters, between: () => Promise<void>) {
    const open = this.#openOf(document);
    const { session } = open;
    const others = { path: document, related };
    const { ids, prefix, held, anchor } = promptOf(this.#tokenizer, { before, after }, open.anchor, others);
    open.anchor = anchor;
    const shared = session.align(ids);
    const kept = shared < blockTokens ? (this.#restore(session, ids) ?? shared) : shared;
    const turn = ++open.turn;
    const last = await session.read(ids.slice(kept), {
      between: async () => {
        await between();
        // Urgent work may use the same session meanwhile.
        if (open.turn !== turn) throw new Error('A later request came first.');
      },
    });
    if (prefix - kept >= blockTokens)
      this.#kept(states => states.keep(prefix, ids, () => session.snapshot(prefix).rows));
    return { session, ids, held, kept, last };
  }

  /** Goes on from what an earlier session has read; how many tokens that are. */
  #restore(session: DecoderSession, ids: readonly number[]): number | undefined {
    // The last token is run for its logits.
    const snapshot = this.#kept(states => states.find(ids.slice(0, -1)));
    if (snapshot !== undefined) session.restore(snapshot);
    return snapshot?.ids.length;
  }

  /** States on disk only save time: where they fail (a full disk, a folder that is gone), the model does without them. */
  #kept<Result>(use: (states: KeptStates) => Result): Result | undefined {
    try {
      return this.#states && use(this.#states);
    } catch {
      return undefined;
    }
  }

  #openOf(document: string): Open {
    const open = this.#open.get(document) ?? {
      session: new DecoderSession(this.#model, { chunk }),
      anchor: undefined,
      turn: 0,
    };
    this.#open.delete(document);
    this.#open.set(document, open);
    const [oldest] = this.#open.keys();
    if (this.#open.size > mostDocuments && oldest !== undefined) this.#open.delete(oldest);
    return open;
  }
}

/** Whether a signature or a condition ends at the cursor, and its body is to follow. */
function startsBody(linePrefix: string, after: string): boolean {
  if (after !== '' && !after.startsWith('\n')) return false;
  return /\)[^()=]*\{$|^\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally)\b.*:$/.test(
    linePrefix,
  );
}

/** Drafts a line as long as the output follows it. */
function draftOf(ids: ArrayLike<number>): DraftSource {
  const line = Array.from(ids);
  return {
    draft: (tokens, count) =>
      tokens.every((token, at) => token === line[at]) ? line.slice(tokens.length, tokens.length + count) : [],
  };
}
