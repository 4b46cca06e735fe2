/**
 * `npm run bench -- read <folder>...` ends with this: the model's reading, as ratios. The files of all folders are shuffled, so that 8 thousand tokens of
 * them are like ten million, and read until there are 8k, 100k, 1M and 10M of them, or BENCH_TOKENS (a million). Processor time is what
 * counts: clocks on a busy machine say little.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { engineEntry } from '../../server/engine/entry.ts';
import type { ModelReference, ResultOf, WorkName } from '../../server/engine/messages.ts';
import { createEngine, type Engine } from '../../server/engine/process.ts';
import { loadWeights } from '../../server/engine/worker/weights.ts';
import { PrefillScheduler } from '../../server/model-memory/prefill-scheduler.ts';
import { RecordLog } from '../../server/storage/record-log.ts';
import { loadTokenizer, shippedModelFolder } from '../../server/tokens/load.ts';
import { productsAlone } from './read-products.ts';
import { randomFrom, readRepository } from './repositories.ts';

const tokenizer = loadTokenizer();
const model: ModelReference = { folder: shippedModelFolder(), tokenizerHash: tokenizer.hash };

/** Tokens by path, and the scheduler that follows them. */
class Scene {
  readonly files = new Map<string, Uint16Array>();
  readonly engine: Engine;
  readonly store: RecordLog;
  readonly scheduler: PrefillScheduler;
  asked = 0;

  constructor(folder: string) {
    this.engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
    this.store = new RecordLog(folder, Number.POSITIVE_INFINITY);
    const run = <Name extends WorkName>(
      name: Name,
      parameters: never,
      options?: object,
    ): Promise<ResultOf<Name>> => {
      if (name === 'prefill') this.asked += (parameters as { files: readonly unknown[] }).files.length;
      return this.engine.run(name, parameters, options);
    };
    this.scheduler = new PrefillScheduler({
      engine: { run },
      model,
      store: this.store,
      tokensOf: file => this.files.get(file),
    });
  }

  async set(files: Iterable<readonly [string, Uint16Array]>): Promise<void> {
    for (const [file, tokens] of files) {
      this.files.set(file, tokens);
      this.scheduler.changed(file);
    }
    await this.scheduler.settled();
  }

  async logits(from: string): Promise<Float32Array> {
    const { key, memory } = this.scheduler.memory!.seenFrom(from);
    const ids = tokenizer.encode('import {').slice(0, 8);
    await this.engine.run('loadMemory', { model, key, memory });
    const result = await this.engine.run('decode', { model, ids, memory: key });
    if (result.type !== 'decoded') throw new Error(result.type);
    return result.logits;
  }

  async close(): Promise<void> {
    await this.scheduler.stop();
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

const sizes = [8000, 100_000, 1_000_000, 10_000_000];

/** Prints; resolves when done. @param most tokens to prefill */
export async function benchNeural(folders: readonly string[], most: number): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'longsight-bench-'));
  const all = shuffled(
    folders.flatMap((folder, which) =>
      readRepository(folder, tokenizer).files.map(
        ({ path: file, tokens }) => [`${path.basename(folder)}-${which}/${file}`, tokens] as const,
      ),
    ),
  );
  const scene = new Scene(path.join(root, 'leaves'));
  try {
    const { engine, scheduler, store } = scene;
    const { config, weights } = loadWeights(model);
    const speedOf = async (files: readonly (readonly [string, Uint16Array])[]): Promise<number> => {
      const before = processorSeconds(engine.status.pid!);
      const read = scheduler.progress.prefilledTokens;
      await scene.set(files);
      return (scheduler.progress.prefilledTokens - read) / (processorSeconds(engine.status.pid!) - before);
    };
    // Opening the graphs, for prefill threads and decoding, is excluded: both its time and its RAM.
    const long = all.filter(([, { length }]) => length >= 128).slice(0, 400);
    const shortFrom = (start: number): (readonly [string, Uint16Array])[] =>
      long.map(([file, tokens]) => [`${start}/${file}`, tokens.slice(start, start + 64)] as const);
    await scene.set([...shortFrom(0), ...shortFrom(20), ...shortFrom(40), ...all.slice(-24)]);
    await scene.logits('new.ts');
    const shortSpeed = await speedOf(shortFrom(64));
    for (const file of scene.files.keys()) {
      scene.files.delete(file);
      scheduler.removed(file);
    }

    console.log(
      '\nthe model. Time per token is in that of its matrix products alone, measured before and after, against the same at 8k tokens.',
    );
    console.log(
      '    tokens    files  tokens/s  of products  time per token  engine memory            merging',
    );
    const rows: { readonly share: number; readonly speed: number; readonly bytes: number }[] = [];
    let products = await productsAlone(config, weights);
    const largest = Math.min(most, sizeOf(all));
    for (const size of [...sizes.filter(size => size < largest), largest]) {
      const files = take(all, size).filter(([file]) => !scene.files.has(file));
      const { result: speed, own } = await timed(() => speedOf(files));
      const before = products;
      products = await productsAlone(config, weights);
      await scene.logits('new.ts');
      const share = (2 * speed) / (before + products);
      const row = { share, speed, bytes: engine.status.residentBytes };
      rows.push(row);
      const [first = row] = rows;
      const cells = [
        scheduler.progress.tokens.toFixed(0).padStart(10),
        scheduler.progress.files.toFixed(0).padStart(9),
        speed.toFixed(0).padStart(10),
        `${(100 * share).toFixed(0)} %`.padStart(13),
        `${(first.share / share).toFixed(2)}×`.padStart(16),
        `${(row.bytes / first.bytes).toFixed(2)}× (${(row.bytes / 1e6).toFixed(0)} MB)`.padStart(15),
        `${((1000 * own) / sizeOf(files)).toFixed(1)} µs a token`.padStart(19),
      ];
      console.log(cells.join(''));
    }
    const { speed } = rows.at(-1)!;
    console.log(`\ntime per token of files of 64 tokens against those: ${(speed / shortSpeed).toFixed(2)}×`);
    const { tokens } = scheduler.progress;
    console.log(`on disk: ${(store.bytes / tokens).toFixed(0)} bytes a token`);

    const edited = longFile([...scene.files]);
    const costs: number[] = [];
    const places = 8;
    let changed = edited[1];
    // The first edit of a newly opened file finds no states of it.
    for (let at = -1; at < places; at++) {
      const place = Math.floor(((Math.max(at, 0) + 0.5) * changed.length) / places);
      changed = changed.with(place, changed[place] === 65 ? 66 : 65);
      const before = processorSeconds(engine.status.pid!);
      const edit = await timed(() => scene.set([[edited[0], changed]]));
      const reading = 1000 * (processorSeconds(engine.status.pid!) - before);
      const cost = `${((reading + edit.own) / 250).toFixed(2)}× of 250 ms (reading ${reading.toFixed(0)} ms, merging ${edit.own.toFixed(0)} ms; ${edit.milliseconds.toFixed(0)} ms on the clock)`;
      if (at < 0)
        console.log(
          `the first edit of a file of ${changed.length} tokens to updated memory, in processor time: ${cost}`,
        );
      else costs.push(reading + edit.own);
      if (at === 0) console.log(`a later one, at its beginning: ${cost}`);
      if (at === places - 1) console.log(`a later one, at its end: ${cost}`);
    }
    const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
    console.log(
      `later ones at ${places} places spread over it, on average: ${(mean / 250).toFixed(2)}× of 250 ms`,
    );
    const after = await scene.logits('new.ts');

    const asked = scene.asked;
    const branch = [...scene.files]
      .filter(([file, { length }]) => file !== edited[0] && length > 30)
      .slice(-50);
    await scene.set(branch.map(([file, old]) => [file, old.with(30, 66)] as const));
    const there = scene.asked - asked;
    await scene.set(branch);
    console.log(
      `a branch that differs in ${branch.length} files: ${there} files are read, and ${scene.asked - asked - there} on the way back`,
    );
    const contents = [...scene.files].reverse();
    await scene.close();

    const opened = await timed(async () => {
      const again = new Scene(path.join(root, 'leaves'));
      await again.set(contents);
      const logits = await again.logits('new.ts');
      return { again, logits, engine: 1000 * processorSeconds(again.engine.status.pid!) };
    });
    const { again, logits, engine: engineTime } = opened.result;
    console.log(
      `reopening ${tokens} tokens to the first logits with memory: ${((opened.own + engineTime) / 2000).toFixed(2)}× of 2 s in processor time (${opened.own.toFixed(0)} ms here, ${engineTime.toFixed(0)} ms in the engine, from its start; ${opened.milliseconds.toFixed(0)} ms on the clock), ${again.asked} files read`,
    );
    await again.close();
    const apart = (some: Float32Array): string => {
      const largest = Math.max(...after.map(Math.abs));
      return (Math.max(...after.map((value, at) => Math.abs(value - some[at]!))) / largest).toExponential(1);
    };
    console.log(
      `logits after the edits against those of the tree rebuilt from stored leaves: ${apart(logits)} apart`,
    );
    if (tokens <= 200_000) {
      const fresh = new Scene(path.join(root, 'fresh'));
      await fresh.set(contents);
      console.log(`and against those of a fresh prefill: ${apart(await fresh.logits('new.ts'))} apart`);
      await fresh.close();
    }
  } finally {
    await scene.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function shuffled<Entry>(entries: readonly Entry[]): Entry[] {
  const random = randomFrom(1);
  const result = [...entries];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
}

/** The file nearest to 500 lines. */
function longFile(files: readonly (readonly [string, Uint16Array])[]): readonly [string, Uint16Array] {
  const lines = (tokens: Uint16Array): number => tokenizer.decode(tokens).split('\n').length;
  return files.reduce((best, file) =>
    Math.abs(lines(file[1]) - 500) < Math.abs(lines(best[1]) - 500) ? file : best,
  );
}
