/**
 * `npm run bench:read -- <folder>...` ends with this: the model's reading, as ratios. Real files are read until there are BENCH_TOKENS of them (100,000);
 * larger repositories repeat them under other paths, up to BENCH_REPEATED (a million), so that tree and merges have that size and the
 * reading does not take hours. Processor time is what counts: clocks on a busy machine say little.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { engineEntry } from '../../server/engine/entry.ts';
import type { ResultOf, WorkName } from '../../server/engine/messages.ts';
import { createEngine, type Engine } from '../../server/engine/process.ts';
import { loadWeights, type ModelReference } from '../../server/engine/weights.ts';
import { NeuralReader } from '../../server/memory/neural-reader.ts';
import { SegmentStore } from '../../server/memory/segment-store.ts';
import { loadTokenizer, shippedModelFolder } from '../../server/tokens/load.ts';
import { productsAlone } from './read-products.ts';
import { readRepository } from './repositories.ts';

const tokenizer = loadTokenizer();
const model: ModelReference = { folder: shippedModelFolder(), tokenizerHash: tokenizer.hash };

/** Tokens by path, and the reader that follows them. */
class Scene {
  readonly files = new Map<string, Uint16Array>();
  readonly engine: Engine;
  readonly store: SegmentStore;
  readonly reader: NeuralReader;
  asked = 0;

  constructor(folder: string) {
    this.engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
    this.store = new SegmentStore(folder, Number.POSITIVE_INFINITY);
    const run = <Name extends WorkName>(
      name: Name,
      parameters: never,
      options?: object,
    ): Promise<ResultOf<Name>> => {
      if (name === 'readFiles') this.asked += (parameters as { files: readonly unknown[] }).files.length;
      return this.engine.run(name, parameters, options);
    };
    this.reader = new NeuralReader({
      engine: { run },
      model,
      store: this.store,
      tokensOf: file => this.files.get(file),
    });
  }

  async set(files: Iterable<readonly [string, Uint16Array]>): Promise<void> {
    for (const [file, tokens] of files) {
      this.files.set(file, tokens);
      this.reader.changed(file);
    }
    await this.reader.settled();
  }

  async logits(from: string): Promise<Float32Array> {
    const { key, memory } = this.reader.memory!.seenFrom(from);
    const ids = tokenizer.encode('import {').slice(0, 8);
    await this.engine.run('remember', { model, key, memory });
    const result = await this.engine.run('decode', { model, ids, memory: key });
    if (result.type !== 'decoded') throw new Error(result.type);
    return result.logits;
  }

  async close(): Promise<void> {
    await this.reader.stop();
    await this.engine.stop();
    this.store.close();
  }
}

/** Processor seconds of a process so far. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function timed<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; milliseconds: number; own: number }> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = await run();
  const { user, system } = process.cpuUsage(cpu);
  return { result, milliseconds: performance.now() - start, own: (user + system) / 1000 };
}

const sizeOf = (files: Iterable<readonly [string, Uint16Array]>): number =>
  [...files].reduce((sum, [, { length }]) => sum + length, 0);

function take(
  files: readonly (readonly [string, Uint16Array])[],
  tokens: number,
): (readonly [string, Uint16Array])[] {
  let left = tokens;
  return files.filter(([, { length }]) => {
    left -= length;
    return left + length > 0;
  });
}

/** Prints; resolves when done. */
export async function benchNeural(
  folders: readonly string[],
  most: number,
  repeatedTo: number,
): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'longsight-bench-'));
  const all = folders.flatMap(folder =>
    readRepository(folder, tokenizer).files.map(
      ({ path: file, tokens }) => [`${path.basename(folder)}/${file}`, tokens] as const,
    ),
  );
  const distinct = take(all, most);
  console.log(`\nthe model: ${distinct.length} files, ${sizeOf(distinct)} tokens read by it`);
  const scene = new Scene(path.join(root, 'leaves'));
  try {
    // The first files pay for opening the graphs, on every thread that reads, and for decoding as well.
    const warming = distinct.slice(0, 24);
    await scene.set(warming);
    await scene.logits('new.ts');
    const speedOf = async (files: readonly (readonly [string, Uint16Array])[]): Promise<number> => {
      const before = processorSeconds(scene.engine.status.pid!);
      const read = scene.reader.progress.readTokens;
      await scene.set(files);
      return (
        (scene.reader.progress.readTokens - read) / (processorSeconds(scene.engine.status.pid!) - before)
      );
    };
    const small = take(distinct.slice(24), 8000);
    const first = await speedOf(small);
    const residentAtFirst = scene.engine.status.residentBytes;
    const rest = await speedOf(distinct);
    const size = sizeOf(distinct);
    console.log(
      `time per token after 8k tokens, and up to ${size}: ${(first / rest).toFixed(2)}× (${first.toFixed(0)} and ${rest.toFixed(0)} tokens a processor second)`,
    );
    const tiny = distinct
      .flatMap(([file, tokens]) => [[`tiny/${file}`, tokens.slice(0, 64)] as const])
      .slice(0, 200);
    console.log(
      `time per token of ${tiny.length} files of 64 tokens against those: ${(rest / (await speedOf(tiny))).toFixed(2)}×`,
    );
    for (const [file] of tiny) {
      scene.files.delete(file);
      scene.reader.removed(file);
    }
    const { config, weights } = loadWeights(model);
    console.log(
      `reading against its matrix products alone: ${((100 * rest) / (await productsAlone(config, weights))).toFixed(0)} %`,
    );

    const repeats = Math.max(1, Math.ceil(repeatedTo / size));
    const repeated = Array.from({ length: repeats - 1 }, (_, i) =>
      distinct.map(([file, tokens]) => [`${i}/${file}`, tokens] as const),
    ).flat();
    const grown = await timed(() => scene.set(repeated));
    const { files, tokens } = scene.reader.progress;
    console.log(
      `\n${files} files, ${tokens} tokens in memory (${repeats} times the same, each time without another file), merged in ${(grown.own / 1000).toFixed(1)} processor seconds`,
    );
    await scene.logits('0/new.ts');
    console.log(
      `engine memory at ${tokens} tokens against 8k: ${(scene.engine.status.residentBytes / residentAtFirst).toFixed(2)}×`,
    );
    console.log(`on disk: ${(scene.store.bytes / size).toFixed(0)} bytes a distinct token`);

    const edited = longFile(distinct);
    const changed = Uint16Array.from(edited[1], (token, at) => (at === 200 ? 65 : token));
    const engineBefore = processorSeconds(scene.engine.status.pid!);
    const edit = await timed(() => scene.set([[edited[0], changed]]));
    const reading = 1000 * (processorSeconds(scene.engine.status.pid!) - engineBefore);
    console.log(
      `an edit of a file of ${changed.length} tokens to updated memory: ${((reading + edit.own) / 250).toFixed(2)}× of 250 ms in processor time (reading ${reading.toFixed(0)} ms, merging ${edit.own.toFixed(0)} ms; ${edit.milliseconds.toFixed(0)} ms on the clock)`,
    );
    const after = await scene.logits('0/new.ts');

    const asked = scene.asked;
    const other = distinct
      .slice(-50)
      .map(([file, old]) => [file, Uint16Array.from(old, (token, at) => (at === 30 ? 66 : token))] as const);
    await scene.set(other);
    const there = scene.asked - asked;
    await scene.set(distinct.slice(-50));
    console.log(
      `a branch that differs in ${other.length} files: ${there} files are read, and ${scene.asked - asked - there} on the way back`,
    );
    await scene.set([[edited[0], changed]]);
    const contents = [...scene.files].reverse();
    await scene.close();

    const opened = await timed(async () => {
      const again = new Scene(path.join(root, 'leaves'));
      await again.set(contents);
      const logits = await again.logits('0/new.ts');
      return { again, logits, engine: 1000 * processorSeconds(again.engine.status.pid!) };
    });
    const { again, logits, engine } = opened.result;
    console.log(
      `reopening to the first logits with memory: ${((opened.own + engine) / 2000).toFixed(2)}× of 2 s in processor time (${opened.own.toFixed(0)} ms here, ${engine.toFixed(0)} ms in the engine, from its start; ${opened.milliseconds.toFixed(0)} ms on the clock), ${again.asked} files read`,
    );
    const largest = Math.max(...after.map(Math.abs));
    const apart = Math.max(...after.map((value, at) => Math.abs(value - logits[at]!))) / largest;
    console.log(
      `logits after the edits against those of the tree built anew: ${apart.toExponential(1)} apart`,
    );
    await again.close();
  } finally {
    await scene.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** The file nearest to 500 lines. */
function longFile(files: readonly (readonly [string, Uint16Array])[]): readonly [string, Uint16Array] {
  const lines = (tokens: Uint16Array): number => tokenizer.decode(tokens).split('\n').length;
  return files.reduce((best, file) =>
    Math.abs(lines(file[1]) - 500) < Math.abs(lines(best[1]) - 500) ? file : best,
  );
}
