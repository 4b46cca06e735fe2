/**
 * One sequence in a decoder: keeps its keys and values, and can extend, truncate and query it. Runs of the model's parts
 * are short, and a signal takes effect between them.
 */
import { type DecoderLevels, expectLevels, strideOfBlock } from '../../kernels/decoder/levels.ts';
import { rotateKeys } from '../../kernels/decoder/rotate-keys.ts';
import type { DecoderModel, Logits } from './model.ts';
import { DecoderState, type StoredRows } from './state.ts';

export interface DecoderSessionOptions {
  /** Maximum tokens per run. More are hardly faster, and more is lost when one is stopped. */
  readonly chunk?: number;
  /** Thins distant tokens; keeps all without it. */
  readonly levels?: DecoderLevels;
}

export interface ReadOptions {
  readonly positions?: number;
  readonly tentative?: boolean;
  readonly signal?: AbortSignal;
  /** Awaited before each run of the model's parts; an exception stops prefill like an aborted signal. */
  readonly between?: () => Promise<void>;
}

/** Keys and values from another sequence. */
export interface ForeignRows {
  readonly rows: StoredRows;
  /** Positions to rotate its keys by. */
  readonly by: number;
}

/** A sequence to continue from later: its own tokens, without preceding rows. */
export interface DecoderSnapshot {
  readonly ids: Int32Array;
  readonly rows: StoredRows;
}

const defaultChunk = 32;

export class DecoderSession {
  readonly #model: DecoderModel;
  readonly #state: DecoderState;
  readonly #chunk: number;
  readonly #levels: DecoderLevels | undefined;
  #ids: number[] = [];
  /** Rows before the sequence's own, and the position of its first token. */
  #before = 0;
  #position = 0;
  /** Current stride of each block of the sequence; unlisted blocks are whole. */
  #strides: number[] = [];

  constructor(model: DecoderModel, { chunk = defaultChunk, levels }: DecoderSessionOptions = {}) {
    if (levels !== undefined) expectLevels(levels);
    this.#model = model;
    this.#chunk = chunk;
    this.#levels = levels;
    this.#state = new DecoderState(model.config);
  }

  /** The tokens of the sequence. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Keys that a token sees, including other files'. */
  get keys(): number {
    return this.#state.length;
  }

  get bytes(): number {
    return this.#state.bytes;
  }

  /**
   * Puts keys of other files before the sequence, replacing earlier ones, and clears it. Positions of the sequence
   * start at `position`.
   * @throws RangeError for rows of another model
   */
  begin(before: readonly ForeignRows[] = [], position = 0): void {
    this.#state.truncate(0);
    this.#ids = [];
    this.#strides = [];
    for (const { rows, by } of before) {
      const tensors = rows.tensors.map((data, index) => {
        if (index % 2 === 1 || by === 0) return data;
        const turned = data.slice();
        rotateKeys(turned, by, this.#model.config);
        return turned;
      });
      this.#state.append({ count: rows.count, tensors });
    }
    this.#before = this.#state.length;
    this.#position = position;
  }

  /**
   * Truncates to the common prefix with `ids`, minus the last `fresh` tokens of `ids`, and returns its length. The rest
   * is to be prefilled.
   */
  align(ids: ArrayLike<number>, fresh = 1): number {
    const most = Math.min(ids.length - fresh, this.#ids.length);
    let shared = 0;
    while (shared < most && this.#ids[shared] === ids[shared]) shared++;
    return this.truncate(shared);
  }

  /**
   * Keeps the first `length` tokens; none if distant ones have been thinned since, so that a sequence with levels never
   * sees less than a fresh prefill would. Returns how many are kept.
   */
  truncate(length: number): number {
    if (!Number.isInteger(length) || length < 0 || length > this.#ids.length)
      throw new RangeError(`A sequence of ${this.#ids.length} tokens cannot be cut to ${length}.`);
    if (length === this.#ids.length) return length;
    const kept = this.#wasThinnedAfter(length) ? 0 : length;
    this.#state.truncate(this.#before + this.#rowsOf(kept));
    this.#ids.length = kept;
    if (kept === 0) this.#strides = [];
    return kept;
  }

  /**
   * Prefills tokens and returns the logits after each of the last `positions`.
   * @param options.tentative may be undone by `truncate`, so nothing is thinned
   * @throws the signal's reason between runs; completed chunks stay
   */
  async read(
    ids: ArrayLike<number>,
    { positions = 1, tentative = false, signal, between }: ReadOptions = {},
  ): Promise<Logits> {
    if (positions > ids.length) throw new RangeError(`${ids.length} tokens have no ${positions} positions.`);
    const parts: Logits[] = [];
    const pause = async (): Promise<void> => {
      await between?.();
      signal?.throwIfAborted();
    };
    for (let start = 0; start < ids.length; ) {
      await pause();
      if (!tentative) this.#thin();
      const end = Math.min(ids.length, start + (tentative ? this.#chunk : this.#room()));
      const piece = Array.from({ length: end - start }, (_, i) => ids[start + i]!);
      const wanted = Math.max(0, end - Math.max(start, ids.length - positions));
      parts.push(await this.#run(piece, wanted, pause));
      start = end;
    }
    signal?.throwIfAborted();
    return parts.length === 1 ? parts[0]! : joined(parts);
  }

  /** Log-probability of each token given those before it, the first after `last`; leaves the sequence unchanged. */
  async score(ids: ArrayLike<number>, last: Logits, signal?: AbortSignal): Promise<Float64Array> {
    const length = this.#ids.length;
    const options = { tentative: true, ...(signal !== undefined && { signal }) };
    const inner = ids.length > 1 ? Array.from(ids).slice(0, -1) : [];
    const after =
      inner.length > 0 ? await this.read(inner, { positions: inner.length, ...options }) : undefined;
    if (inner.length > 0) this.truncate(length);
    const { vocabulary } = this.#model.config;
    const lastRow = last.normalizers.length - 1;
    return Float64Array.from({ length: ids.length }, (_, at) => {
      const [from, row] = at === 0 ? [last, lastRow] : [after!, at - 1];
      return from.logits[row * vocabulary + ids[at]!]! - from.normalizers[row]!;
    });
  }

  /** A copy of the first `length` tokens' rows. @throws RangeError when distant ones have been thinned */
  snapshot(length = this.#ids.length): DecoderSnapshot {
    if (this.#strides.some(stride => stride > 1))
      throw new RangeError('A sequence with thinned distant tokens cannot be stored.');
    return {
      ids: Int32Array.from(this.#ids.slice(0, length)),
      rows: this.#state.rows(this.#before, this.#before + length),
    };
  }

  /** Replaces the sequence by a snapshot taken with the same preceding rows. */
  restore({ ids, rows }: DecoderSnapshot): void {
    this.#state.truncate(this.#before);
    this.#state.append(rows);
    this.#ids = Array.from(ids);
    this.#strides = [];
  }

  /** Tokens that fit the next run: a run never crosses a block border, where thinning happens. */
  #room(): number {
    if (this.#levels === undefined) return this.#chunk;
    const { block } = this.#levels;
    return Math.min(this.#chunk, block - (this.#ids.length % block));
  }

  async #run(ids: readonly number[], positions: number, between: () => Promise<void>): Promise<Logits> {
    const position = this.#position + this.#ids.length;
    const logits = await this.#model.run(this.#state, { ids, position, positions }, between);
    for (const id of ids) this.#ids.push(id);
    return logits;
  }

  /** Drops rows of distant blocks that the levels do not keep when the next token runs. */
  #thin(): void {
    const levels = this.#levels;
    if (levels === undefined) return;
    const { block } = levels;
    const present = Math.floor(this.#ids.length / block);
    let row = this.#before;
    for (let index = 0; index < present; index++) {
      const before = this.#strides[index] ?? 1;
      const stride = strideOfBlock(index, present, levels);
      if (stride > before) {
        const kept = Array.from({ length: this.#model.config.keyHeads }, (_, head) =>
          keptRows(block, before, stride, head).map(at => row + at),
        );
        this.#state.select(row, row + block / before, kept);
        this.#strides[index] = stride;
      }
      row += block / stride;
    }
  }

  #rowsOf(length: number): number {
    const block = this.#levels?.block ?? 1;
    let rows = length;
    for (const [index, stride] of this.#strides.entries())
      if ((index + 1) * block <= length) rows -= block - block / stride;
    return rows;
  }

  /** Whether a block's stride has grown since the sequence was `length` tokens long. */
  #wasThinnedAfter(length: number): boolean {
    const levels = this.#levels;
    if (levels === undefined) return false;
    const present = Math.floor(length / levels.block);
    return this.#strides.some(
      (stride, index) => stride > (index < present ? strideOfBlock(index, present, levels) : 1),
    );
  }
}

/**
 * Of a block's rows at one stride, those a head keeps at a larger one. Every head holds positions ≡ head (mod stride)
 * in ascending order.
 */
function keptRows(block: number, before: number, stride: number, head: number): Int32Array {
  const first = head % before;
  const rows: number[] = [];
  for (let position = head % stride; position < block; position += stride)
    rows.push((position - first) / before);
  return Int32Array.from(rows);
}

function joined(parts: readonly Logits[]): Logits {
  const join = (of: (part: Logits) => Float32Array): Float32Array => {
    const arrays = parts.map(of);
    const result = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const array of arrays) {
      result.set(array, at);
      at += array.length;
    }
    return result;
  };
  return { logits: join(part => part.logits), normalizers: join(part => part.normalizers) };
}
