/** A model in the engine process: opens its graphs on demand and runs them chunk by chunk. */

import type { ModelConfig } from '../../../kernels/model/config.ts';
import { decodeGraph, judgeGraph, type ModelGraph, prefillGraph } from '../../../kernels/model/graphs.ts';
import { dilatedSlots, emptyRepositoryMemory } from '../../../kernels/model/memory.ts';
import type { Lowering } from '../../../kernels/model/weights.ts';
import { ContinuousFit } from '../continuous-fit.ts';
import type { Device } from '../device.ts';
import { type FileMemory, StridedCollector } from '../file-memory.ts';
import type { CrossDecoderMemory, Decoded, Judged } from '../messages.ts';
import type { FloatTensor } from '../tensor.ts';
import { expectTokenIds } from '../token-ids.ts';
import {
  type BatchGroup,
  batchFeeds,
  batchGroups,
  batchSize,
  headsOfSequence,
  longestInBatch,
  rowsOfSequence,
} from './batch.ts';
import { feedsOf, floatsOf, floatTensor, idTensor, stateAfter } from './feeds.ts';
import { noteJudged } from './judge.ts';
import { type PrefilledChunk, PrefixStates } from './prefix-states.ts';
import type { YieldPoint } from './queue.ts';
import type { GraphSession, OpenOptions, Runtime } from './session.ts';
import { type CachedState, type DecoderState, StateCache } from './state-cache.ts';
import type { LoadedWeights } from './weights.ts';

/**
 * Tokens per run of prefill and prompts; cancellation happens between runs. Every run costs some milliseconds
 * regardless of its tokens.
 */
const prefillChunk = 512;
const chunk = 256;
/** Tokens per run that checks drafts; more than twice as many new tokens are a prompt. */
const verified = 32;
/** The dilated memory covers a repository of this many tokens; anything farther is not seen. */
const maxRepositoryTokens = 10_000_000;
const cachedStates = { prompt: 12, token: 8 };
const heldMemories = 4;
/** Cached chunks of edited files: enough for four of 500 lines. */
const keptChunks = 48;
/** From this many short files on, a batch graph saves more time than it takes to open. */
const manyShortFiles = 160;

/** `''` is the memory of a repository of one file. */
const noMemory = '';

/** From this width on, eight-bit products are faster than float32 by more than the rest of a run hides. */
const wide = 384;

/**
 * Lowerings of the matrices. Prefill and prompts of wide models use eight bits with one scale per run, the fastest on
 * CPUs; a narrow model spends its time elsewhere and is exact instead. A decoded token must not depend on what is
 * decoded with it, or drafts would change the result: there, each block of a row has its own scale. Judging multiplies
 * every token by the whole vocabulary: on nano, eight bits take three quarters of the time for 0.03 % more bits.
 */
function loweringsOn(
  device: Device,
  exact: boolean,
  { width, vocabulary }: ModelConfig,
): { readonly chunks: Lowering; readonly tokens: Lowering; readonly judged: Lowering } {
  if (exact) return { chunks: 'float32', tokens: 'float32', judged: 'float32' };
  if (device !== 'cpu') return { chunks: 'block8', tokens: 'block8', judged: 'block8' };
  const chunks = width < wide ? 'float32' : 'uint8';
  return { chunks, tokens: 'block8', judged: vocabulary < wide ? chunks : 'uint8' };
}

interface Opened {
  readonly session: GraphSession;
  readonly initial: DecoderState;
}

/** Keys of the dilated memory, for the largest supported repository. */
export function slotsOf(config: ModelConfig): number {
  return dilatedSlots(config, maxRepositoryTokens);
}

interface ModelOptions extends OpenOptions {
  /** In float32 throughout: the reference. */
  readonly exact: boolean;
}

type Part = 'prefill' | 'batch' | 'prompt' | 'drafts' | 'token' | 'judge';

export class Model {
  readonly loaded: LoadedWeights;
  readonly slots: number;
  readonly #runtime: Runtime;
  readonly #device: Device;
  readonly #options: ModelOptions;
  readonly #parts = new Map<Part, Opened>();
  readonly #fit: ContinuousFit;
  readonly #states = new StateCache(cachedStates);
  readonly #prefixes = new PrefixStates(keptChunks);
  #shortFiles = 0;
  readonly #memories = new Map<string, DecoderState>();
  readonly #noMemory: DecoderState;

  constructor(runtime: Runtime, device: Device, loaded: LoadedWeights, options: ModelOptions) {
    this.#runtime = runtime;
    this.#device = device;
    this.loaded = loaded;
    this.#options = options;
    this.slots = slotsOf(loaded.config);
    this.#fit = new ContinuousFit(loaded.config);
    this.#noMemory = feedsOf(emptyRepositoryMemory(loaded.config, this.slots));
  }

  get config(): ModelConfig {
    return this.loaded.config;
  }

  /** Opens the decode graphs. */
  async warm(between: YieldPoint): Promise<void> {
    for (const part of ['prompt', 'token', 'drafts'] as const) {
      await between();
      await this.#open(part);
    }
  }

  /**
   * Prefills a file.
   * @param keep maximum keys per head for the dilated memory
   * @param edited keeps intermediate states, and continues from those of an earlier prefill up to the first difference
   */
  async prefillFile(
    ids: ArrayLike<number>,
    keep: number,
    between: YieldPoint,
    edited = false,
  ): Promise<FileMemory> {
    expectTokenIds(ids, this.config.vocabulary);
    const { session, initial } = await this.#open('prefill');
    const strided = new StridedCollector(ids.length, keep, this.config);
    const signal = this.#fit.bins(ids.length);
    let state = initial;
    let start = 0;
    const take = (chunk: PrefilledChunk): void => {
      strided.add(start, chunk.written.keys, chunk.written.values);
      signal.add(chunk.written.signal.data);
      state = chunk.state;
      start += chunk.ids.length;
    };
    const chunks: PrefilledChunk[] = edited ? [...this.#prefixes.find(ids)] : [];
    for (const chunk of chunks) take(chunk);
    while (start < ids.length) {
      await between();
      const tensor = idTensor(ids, start, Math.min(start + prefillChunk, ids.length));
      const out = await session.run({ ids: tensor, ...state });
      const chunk: PrefilledChunk = {
        ids: Int32Array.from(tensor.data, Number),
        written: { keys: out['keys']!, values: out['values']!, signal: out['signal']! },
        state: stateAfter(initial, out),
      };
      take(chunk);
      if (edited && chunk.ids.length === prefillChunk && chunks.length < keptChunks) chunks.push(chunk);
    }
    if (edited) this.#prefixes.keep(chunks);
    return {
      length: ids.length,
      // Copies: results may be transferred to another thread, while the state is kept here.
      linear: floatTensor(state['writer.linear']!),
      delta: floatTensor(state['writer.delta']!),
      continuous: floatTensor(this.#fit.fit(signal)),
      strided: strided.finish(),
    };
  }

  /** Prefills files, each as `prefillFile` does; many short ones in batches. */
  async prefill(
    files: readonly ArrayLike<number>[],
    keep: number,
    between: YieldPoint,
    edited = false,
  ): Promise<readonly FileMemory[]> {
    const memories: FileMemory[] = [];
    for (const group of edited ? [] : this.#batchGroups(files)) {
      await between();
      const prefilled = await this.#prefillBatch(group, files, keep);
      for (const [slot, index] of group.entries()) memories[index] = prefilled[slot]!;
    }
    for (const [index, ids] of files.entries())
      memories[index] ??= await this.prefillFile(ids, keep, between, edited);
    return memories;
  }

  /** Empty until there have been enough short files to pay for opening another graph. */
  #batchGroups(files: readonly ArrayLike<number>[]): readonly BatchGroup[] {
    const { chunks } = loweringsOn(this.#device, this.#options.exact, this.config);
    // With one activation scale per run, a file's memory would depend on the rest of its batch.
    if (chunks === 'uint8') return [];
    const groups = batchGroups(files);
    for (const group of groups) this.#shortFiles += group.length;
    return this.#shortFiles < manyShortFiles ? [] : groups;
  }

  async #prefillBatch(
    members: BatchGroup,
    files: readonly ArrayLike<number>[],
    keep: number,
  ): Promise<FileMemory[]> {
    const group = members.map(index => files[index]!);
    for (const ids of group) expectTokenIds(ids, this.config.vocabulary);
    const { session } = await this.#open('batch');
    const out = await session.run(batchFeeds(group));
    return group.map((ids, slot) => {
      const strided = new StridedCollector(ids.length, keep, this.config);
      strided.add(
        0,
        rowsOfSequence(out['keys']!, slot, ids.length),
        rowsOfSequence(out['values']!, slot, ids.length),
      );
      const signal = this.#fit.bins(ids.length);
      signal.add(rowsOfSequence(out['signal']!, slot, ids.length).data);
      return {
        length: ids.length,
        linear: headsOfSequence(out["writer.linear'"]!, slot),
        delta: headsOfSequence(out["writer.delta'"]!, slot),
        continuous: floatTensor(this.#fit.fit(signal)),
        strided: strided.finish(),
      };
    });
  }

  /** Holds a memory under a key for prompts. */
  loadMemory(key: string, memory: CrossDecoderMemory): void {
    const feeds: Record<string, FloatTensor> = {};
    for (const [name, { shape }] of Object.entries(this.#noMemory)) {
      const given = memory[name.slice('memory.'.length) as keyof CrossDecoderMemory];
      if (given?.shape.join() !== shape.join() || given.data.length !== this.#noMemory[name]!.data.length)
        throw new RangeError(
          `The memory's ${name.slice('memory.'.length)} is [${given?.shape.join(', ') ?? ''}] and should be [${shape.join(', ')}].`,
        );
      feeds[name] = given;
    }
    this.#memories.delete(key);
    this.#states.forget(key);
    this.#memories.set(key, feeds);
    for (const oldest of this.#memories.keys()) {
      if (this.#memories.size <= heldMemories) break;
      this.#memories.delete(oldest);
      this.#states.forget(oldest);
    }
  }

  /**
   * Logits after each of the last `positions` tokens. Reuses what earlier prompts share with this one.
   * @param memory a key passed to `loadMemory`; defaults to the empty memory
   */
  async decode(
    ids: ArrayLike<number>,
    memory: string | undefined,
    positions: number,
    between: YieldPoint,
  ): Promise<Decoded> {
    expectTokenIds(ids, this.config.vocabulary);
    if (!Number.isInteger(positions) || positions < 1 || positions > Math.min(ids.length, verified))
      throw new RangeError(`Logits of ${positions} positions cannot be computed for ${ids.length} tokens.`);
    const key = memory ?? noMemory;
    const feeds = memory === undefined ? this.#noMemory : this.#memories.get(memory);
    if (feeds === undefined) return { type: 'unknownMemory' };

    const { vocabulary } = this.config;
    const same = positions === 1 ? this.#states.find(key, ids, ids.length) : undefined;
    if (same?.ids.length === ids.length && same.logits !== undefined)
      return { type: 'decoded', logits: same.logits, vocabulary, reused: ids.length };

    const last = ids.length - positions;
    let at = this.#states.find(key, ids, last) ?? (await this.#start(key, ids.length));
    const reused = at.ids.length;
    // With few new tokens, one run does both; otherwise the state before the wanted positions is cached separately.
    if (ids.length - reused > verified || (positions > 1 && last - reused >= verified / 2))
      at = await this.#advance(at, ids, positions === 1 ? ids.length : last, feeds, between);
    if (at.ids.length < ids.length) {
      const { entry, logits } = await this.#run(at, ids, ids.length, feeds, between);
      return {
        type: 'decoded',
        logits: logits.slice(-positions * vocabulary),
        vocabulary,
        reused: Math.min(reused, entry.ids.length),
      };
    }
    return { type: 'decoded', logits: at.logits!, vocabulary, reused };
  }

  /** Opens only the next graph to run: the first suggestion after a start waits for it. */
  async #start(memory: string, tokens: number): Promise<CachedState> {
    const { initial } = await this.#open(partFor(tokens));
    return { kind: 'prompt', memory, ids: [], state: initial };
  }

  async #advance(
    from: CachedState,
    ids: ArrayLike<number>,
    end: number,
    feeds: DecoderState,
    between: YieldPoint,
  ): Promise<CachedState> {
    let at = from;
    while (at.ids.length < end) {
      const left = end - at.ids.length;
      const step = Math.min(left, left > 2 * verified ? chunk : verified);
      at = (await this.#run(at, ids, at.ids.length + step, feeds, between)).entry;
    }
    return at;
  }

  async #run(
    from: CachedState,
    ids: ArrayLike<number>,
    end: number,
    feeds: DecoderState,
    between: YieldPoint,
  ): Promise<{ entry: CachedState; logits: Float32Array }> {
    await between();
    const start = from.ids.length;
    const part = partFor(end - start);
    const { session, initial } = await this.#open(part);
    const out = await session.run({ ids: idTensor(ids, start, end), ...from.state, ...feeds });
    const logits = out['logits']!.data;
    const entry: CachedState = {
      kind: part === 'prompt' ? 'prompt' : 'token',
      memory: from.memory,
      ids: Int32Array.from({ length: end }, (_, i) => ids[i]!),
      state: stateAfter(initial, out),
      logits: logits.slice(-this.config.vocabulary),
    };
    this.#states.keep(entry);
    return { entry, logits };
  }

  /** @param asked other tokens whose probability is wanted, by position; −1 for none */
  async judge(ids: ArrayLike<number>, asked: Int32Array, between: YieldPoint): Promise<Judged> {
    expectTokenIds(ids, this.config.vocabulary);
    const { session, initial } = await this.#open('judge');
    // An empty memory need not be as long as that of a large repository.
    const memory = feedsOf(emptyRepositoryMemory(this.config, this.config.dilated_span));
    const noted = noteJudged(ids, asked);
    let state = initial;
    for (let start = 0; start < ids.length - 1; start += chunk) {
      await between();
      const end = Math.min(start + chunk, ids.length - 1);
      const tokens = noted.tokens(start + 1, end + 1);
      const out = await session.run({ ids: idTensor(ids, start, end), tokens, ...state, ...memory });
      noted.add(start + 1, out);
      state = stateAfter(initial, out);
    }
    return noted.judged;
  }

  async #open(part: Part): Promise<Opened> {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const graph = this.#graph(part);
    // One token is too little work for more than one thread, and judging is work in the background.
    const options =
      part === 'prompt' || part === 'prefill' || part === 'batch' ? this.#options : { threads: 1 };
    const session = await this.#runtime.open(graph.model, this.#device, options);
    const opened = { session, initial: floatsOf(graph.initialState) };
    this.#parts.set(part, opened);
    return opened;
  }

  #graph(part: Part): ModelGraph {
    const { config, weights } = this.loaded;
    const { chunks, tokens, judged } = loweringsOn(this.#device, this.#options.exact, config);
    const { slots } = this;
    switch (part) {
      case 'prefill':
        return prefillGraph(config, weights, { lowering: chunks, longest: prefillChunk });
      case 'batch':
        return prefillGraph(config, weights, { lowering: chunks, longest: longestInBatch, batch: batchSize });
      case 'prompt':
        return decodeGraph(config, weights, { lowering: chunks, slots, logits: 'last', longest: chunk });
      case 'judge':
        return judgeGraph(config, weights, {
          lowering: judged,
          slots: config.dilated_span,
          tokens: 2,
          longest: chunk,
        });
      case 'drafts':
        return decodeGraph(config, weights, { lowering: tokens, slots, logits: 'all', longest: verified });
      case 'token':
        return decodeGraph(config, weights, { lowering: tokens, slots, logits: 'last', step: true });
    }
  }
}

function partFor(tokens: number): Part {
  return tokens === 1 ? 'token' : tokens <= verified ? 'drafts' : 'prompt';
}
