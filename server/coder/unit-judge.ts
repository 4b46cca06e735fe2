/** How much each unit of source text surprises a code model that reads window by window. */
import type { DecoderModel, Logits } from '../decoder/model.ts';
import { DecoderSession } from '../decoder/session.ts';
import type { DecoderTokenizer } from '../decoder-tokens/tokenizer.ts';
import type { JudgedUnits, UnitsParameters } from '../engine/messages.ts';
import { type Window, windowsOf } from './windows.ts';

/** Tokens per run. */
const chunk = 32;
/** Text after a unit that decides how its end is cut into tokens, in UTF-16 units. */
const after = 8;

/** A unit in tokens, and the token that another would have where they first differ. */
interface TokenUnit {
  readonly start: number;
  readonly end: number;
  readonly at: number;
  readonly other: number;
}

export class UnitJudge {
  readonly #model: DecoderModel;
  readonly #tokenizer: DecoderTokenizer;

  constructor(model: DecoderModel, tokenizer: DecoderTokenizer) {
    this.#model = model;
    this.#tokenizer = tokenizer;
  }

  /** @param between awaited before each run of the model; throwing ends the call */
  async judge({ text, units }: UnitsParameters, between: () => Promise<void>): Promise<JudgedUnits> {
    const ids = this.#tokenizer.encode(text);
    const cut = this.#inTokens(ids, text, units);
    const [bits, others, entropy] = [0, 1, 2].map(() => new Float32Array(ids.length)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const asked = new Int32Array(ids.length).fill(-1);
    const isWanted = new Uint8Array(ids.length);
    for (const { start, end, at, other } of cut) {
      isWanted.fill(1, start, end);
      if (at >= 0) asked[at] = other;
    }
    const note = (logits: Logits, first: number): void => {
      const { vocabulary } = this.#model.config;
      for (let row = 0; row < logits.normalizers.length; row++) {
        const at = first + row;
        if (at >= ids.length || isWanted[at] === 0) continue;
        const normalizer = logits.normalizers[row]!;
        const scores = logits.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
        bits[at] = (normalizer - scores[ids[at]!]!) / Math.LN2;
        if (asked[at]! >= 0) others[at] = (normalizer - scores[asked[at]!]!) / Math.LN2;
        entropy[at] = entropyOf(scores, normalizer);
      }
    };
    for (const window of windowsOf(isWanted)) await this.#read(ids, window, note, between);
    return {
      own: Float32Array.from(cut, ({ start, end }) => bits.subarray(start, end).reduce((a, b) => a + b, 0)),
      expected: Float32Array.from(cut, ({ start }) => entropy[start]!),
      odds: Float32Array.from(cut, ({ at }) => (at < 0 ? 0 : bits[at]! - others[at]!)),
    };
  }

  async #read(
    ids: Uint32Array,
    { first, start, end }: Window,
    note: (logits: Logits, first: number) => void,
    between: () => Promise<void>,
  ): Promise<void> {
    const session = new DecoderSession(this.#model, { chunk });
    const { begin } = this.#tokenizer;
    if (begin !== undefined) note(await session.read([begin], { between }), first);
    for (let at = first; at < end - 1; at += chunk) {
      const stop = Math.min(end - 1, at + chunk);
      const isContext = stop < start;
      const logits = await session.read(ids.subarray(at, stop), {
        between,
        positions: isContext ? 0 : stop - at,
      });
      if (!isContext) note(logits, at + 1);
    }
  }

  #inTokens(ids: Uint32Array, text: string, units: UnitsParameters['units']): TokenUnit[] {
    const bytes = utf8Offsets(text);
    const starts = new Uint32Array(ids.length + 1);
    for (let at = 0; at < ids.length; at++)
      starts[at + 1] = starts[at]! + this.#tokenizer.bytesOf(ids[at]!).length;
    const buffer = Buffer.from(text);
    let start = 0;
    return units.map(unit => {
      const [from, to] = [bytes[unit.start]!, bytes[unit.end]!];
      while (starts[start + 1]! <= from) start++;
      let end = start + 1;
      while (end < ids.length && starts[end]! < to) end++;
      if (unit.other === '') return { start, end, at: -1, other: -1 };
      const before = buffer.subarray(starts[start]!, from).toString();
      const theirs = this.#tokenizer.encode(before + unit.other + text.slice(unit.end, unit.end + after));
      let same = 0;
      while (start + same < end && theirs[same] === ids[start + same]) same++;
      const differs = start + same < end && same < theirs.length;
      return { start, end, at: differs ? start + same : -1, other: differs ? theirs[same]! : -1 };
    });
  }
}

/** The offset in bytes of each UTF-16 unit, and of the end. */
function utf8Offsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isPart = code >= 0xd800 && code < 0xe000;
    offsets[at + 1] = offsets[at]! + (code < 0x80 ? 1 : code < 0x800 || isPart ? 2 : 3);
  }
  return offsets;
}

/** In bits. */
function entropyOf(scores: Float32Array, normalizer: number): number {
  const least = normalizer - negligible;
  let sum = 0;
  for (const score of scores) if (score > least) sum += Math.exp(score - normalizer) * (normalizer - score);
  return sum / Math.LN2;
}

/** Nats below certainty from which a token adds nothing that shows. */
const negligible = 16;
