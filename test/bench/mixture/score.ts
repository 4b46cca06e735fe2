/**
 * Bits that copy memory, model and their mixture need for each token of a file new to all of them, and the gate's
 * inputs.
 */

import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { pathDistance } from '../../../server/copy-memory/locality.ts';
import type { Distribution } from '../../../server/copy-memory/predictor.ts';
import { engineEntry } from '../../../server/engine/entry.ts';
import type { ModelReference } from '../../../server/engine/messages.ts';
import { createEngine, type Engine } from '../../../server/engine/process.ts';
import { type GateInputs, gateInputs } from '../../../server/model-memory/mixture-gate.ts';
import { ModelMemory } from '../../../server/model-memory/model-memory.ts';
import type { KeyedMemory } from '../../../server/model-memory/model-predictor.ts';
import { softmax } from '../../../server/model-memory/sampling.ts';
import type { RecordStore } from '../../../server/storage/record-log.ts';
import type { Tokenizer } from '../../../server/tokens/tokenizer.ts';
import type { BenchFile, BenchRepository } from '../repositories.ts';

/** One token of a file, and its predictions. */
export interface ScoredToken {
  readonly token: number;
  /** Positive probabilities that sum to one over the vocabulary. */
  readonly copied: number;
  /** Without the repository's memory. */
  readonly closed: number;
  /** With it; equals `closed` if not requested. */
  readonly open: number;
  readonly testimony: GateInputs;
}

export interface ScoreOptions {
  readonly model: ModelReference;
  readonly tokenizer: Tokenizer;
  /** Tokens scored per file, from its start. */
  readonly maxTokens: number;
  /** Context tokens for the model, nearest files; 0 keeps the memory empty. */
  readonly reads: number;
}

/** Positions per engine call. */
const atOnce = 32;

export class Scorer {
  readonly #options: ScoreOptions;
  readonly engine: Engine;
  readonly #store: RecordStore = recordsInMemory();

  constructor(options: ScoreOptions) {
    this.#options = options;
    this.engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
  }

  stop(): Promise<void> {
    return this.engine.stop();
  }

  /** @param context files in memory */
  async score(file: BenchFile, context: readonly BenchFile[]): Promise<ScoredToken[]> {
    const { special } = this.#options.tokenizer;
    const start = file.tokens.indexOf(special.text) + 1;
    const end = Math.min(file.tokens.length, start + this.#options.maxTokens);
    const tokens = file.tokens.subarray(0, end);
    const closed = await this.modelled(tokens, start);
    const near = nearestOf(context, this.#options.reads);
    let open = closed;
    if (near.length > 0) {
      const { key, memory } = await this.memoryOf(file, near);
      await this.engine.run('loadMemory', { model: this.#options.model, key, memory });
      open = await this.modelled(tokens, start, key);
    }
    const said = this.#copied(file, context, start, end);
    return said.map(({ distribution, probability }, i) => {
      const token = tokens[start + i]!;
      return {
        token,
        copied: probability,
        closed: closed[i]![token]!,
        open: open[i]![token]!,
        testimony: gateInputs(distribution, open[i]!),
      };
    });
  }

  /** The model's distribution before each token from `start` on; `memory` is the key of a loaded one. */
  async modelled(tokens: Uint16Array, start: number, memory?: string): Promise<Float32Array[]> {
    const { model } = this.#options;
    const rows: Float32Array[] = [];
    for (let at = start; at < tokens.length; at += atOnce) {
      const positions = Math.min(atOnce, tokens.length - at);
      const ids = tokens.slice(0, at + positions - 1);
      const parameters = { model, ids, positions, ...(memory !== undefined && { memory }) };
      const answer = await this.engine.run('decode', parameters);
      if (answer.type === 'unknownMemory') throw new Error('The engine forgot the memory.');
      for (let i = 0; i < positions; i++) {
        const logits = answer.logits.subarray(i * answer.vocabulary, (i + 1) * answer.vocabulary);
        rows.push(Float32Array.from(softmax(logits)));
      }
    }
    return rows;
  }

  /** The model's memory of the context, as seen from a file; not loaded yet. */
  async memoryOf(file: BenchFile, context: readonly BenchFile[]): Promise<KeyedMemory> {
    const { model } = this.#options;
    const facts = await this.engine.run('loadModel', { model });
    const memory = new ModelMemory({ ...facts, store: this.#store });
    for (const { path, tokens } of context) {
      const key = memory.keyOf(tokens);
      if (!memory.recall(path, key, tokens.length))
        memory.set(path, key, await this.engine.run('prefillFile', { model, ids: tokens }));
    }
    return memory.seenFrom(file.path);
  }

  #copied(file: BenchFile, context: readonly BenchFile[], start: number, end: number) {
    const { tokenizer } = this.#options;
    const memory = new CopyMemory(tokenizer);
    // Unlisted tokens go by frequency.
    const frequencies = new Float64Array(tokenizer.vocabularySize).fill(1);
    for (const { path, tokens } of context) {
      memory.set(path, tokens);
      for (const token of tokens) frequencies[token]!++;
    }
    let total = frequencies.reduce((sum, count) => sum + count, 0);
    const hypothesis = memory.begin(file.tokens.subarray(0, start), file.path);
    const said: { distribution: Distribution; probability: number }[] = [];
    for (const token of file.tokens.subarray(start, end)) {
      const distribution = hypothesis.next();
      let unlisted = total;
      let left = 1;
      let probability = 0;
      for (const one of distribution.predictions) {
        unlisted -= frequencies[one.token]!;
        left -= one.probability;
        if (one.token === token) probability = one.probability;
      }
      said.push({
        distribution,
        probability: probability || (Math.max(left, 1e-9) * frequencies[token]!) / unlisted,
      });
      hypothesis.push(token);
      frequencies[token]!++;
      total++;
    }
    return said;
  }
}

/** The other files within a token limit, nearest last. */
export function nearestLast(repository: BenchRepository, file: BenchFile, limit: number): BenchFile[] {
  const others = repository.files
    .filter(({ path }) => path !== file.path)
    .sort((a, b) => pathDistance(file.path, b.path) - pathDistance(file.path, a.path));
  return nearestOf(others, limit);
}

/** Of files, nearest last, those within a token limit. */
function nearestOf(files: readonly BenchFile[], limit: number): BenchFile[] {
  const taken: BenchFile[] = [];
  let size = 0;
  for (const other of files.toReversed()) {
    if (size + other.tokens.length > limit) continue;
    size += other.tokens.length;
    taken.unshift(other);
  }
  return taken;
}

function recordsInMemory(): RecordStore {
  const records = new Map<string, Uint8Array>();
  return {
    has: key => records.has(key),
    get: key => records.get(key),
    put: (key, bytes) => void records.set(key, bytes),
  };
}
