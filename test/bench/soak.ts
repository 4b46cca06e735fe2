/**
 * Hours of editing, compressed in time, with windows that open and close on one cache:
 * `npm run bench -- soak [--events n] [--minutes n] [--seed n]`. Six hours at ten events a second are 216,000 events. Prints memory over the events;
 * fails where anything was lost, where the end is not what a rebuild gives, or where memory grows by more than 5 % in the second half.
 */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import { methods } from '../../server/protocol/methods.ts';
import { Repository } from '../../server/repository/repository.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { randomFrom } from './repositories.ts';
import { Editing } from './soak/editing.ts';
import type { ThreadMemory, Used } from './soak/probe.ts';
import { held, Window } from './soak/window.ts';

interface Sample {
  readonly events: number;
  /** In megabytes, after a garbage collection. */
  readonly rss: number;
  /** What the threads hold: objects, and buffers outside the heaps. */
  readonly objects: number;
  readonly buffers: number;
  /** The rest of the resident memory: spare pages of the heaps, mapped files, and what the allocator keeps. */
  readonly spare: number;
  readonly files: number;
  readonly allocator: number;
  readonly tokens: number;
}

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '216000' },
    minutes: { type: 'string', default: '1e9' },
    seed: { type: 'string', default: '1' },
  },
});
const [events, minutes, seed] = [values.events, values.minutes, values.seed].map(Number) as [
  number,
  number,
  number,
];
const allowedGrowth = 0.05;
/** Between samples, and between comparisons with the disk. */
const sampleEvery = Math.max(1, Math.min(2000, Math.floor(events / 20)));
const compareEvery = 4 * sampleEvery;
/** Copies of the fixture in the repository. */
const parts = 8;

const own = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-soak-')));
const fixture = path.join(import.meta.dirname, '../fixtures/quayside');
const place = { root: path.join(own, 'repository'), cache: path.join(own, 'cache') };
for (let part = 0; part < parts; part++)
  cpSync(fixture, path.join(place.root, `part-${part}`), { recursive: true });

const tokenizer = loadTokenizer();
const problems: string[] = [];
const samples: Sample[] = [];
const editing = new Editing(place, randomFrom(seed));
const started = Date.now();
let done = 0;
let comparisons = 0;
try {
  await editing.begin();
  const until = started + minutes * 60_000;
  while (done < events && Date.now() < until) {
    await editing.step();
    if (++done % sampleEvery === 0) await sample();
    if (done % compareEvery === 0) await compareWithDisk();
  }
  await editing.end();
  await compareWithRebuild();
} finally {
  editing.main?.client.process.kill('SIGKILL');
  rmSync(own, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
report();

async function sample(): Promise<void> {
  await editing.main.settled();
  const { tokens } = await editing.main.client.request(methods.status, null);
  // Running work holds more for a moment, so the least of several samples counts.
  const looks: Used[] = [];
  for (let look = 0; look < 4; look++) {
    if (look > 0) await setTimeout(1000);
    looks.push(await editing.main.memory());
  }
  const { rss, server, threads, files } = looks.reduce((least, one) =>
    heldBy(one.threads) < heldBy(least.threads) ? one : least,
  );
  const spare = server.spare + threads.spare;
  const now = {
    events: done,
    rss: rss / 1e6,
    objects: (server.objects + threads.objects) / 1e6,
    buffers: (server.buffers + threads.buffers) / 1e6,
    spare: spare / 1e6,
    files: files / 1e6,
    allocator: (rss - heldBy(server) - heldBy(threads) - spare - files) / 1e6,
    tokens,
  };
  samples.push(now);
  const rate = done / ((Date.now() - started) / 1000);
  console.log(
    `${String(done).padStart(7)} events  ${now.rss.toFixed(1).padStart(6)} MB resident = ${now.objects.toFixed(1)} objects + ${now.buffers.toFixed(1)} buffers + ${now.spare.toFixed(1)} spare heap + ${now.files.toFixed(1)} files + ${now.allocator.toFixed(1)} allocator  ${tokens} tokens  ${rate.toFixed(0)} events/s`,
  );
}

function heldBy({ objects, buffers }: ThreadMemory): number {
  return objects + buffers;
}

/** The remaining window's index equals a fresh read of the disk. */
async function compareWithDisk(): Promise<void> {
  comparisons++;
  await editing.main.settled();
  differ('disk', await editing.main.holds(), await readAgain());
}

async function readAgain(): Promise<string[]> {
  const folders = [{ name: path.basename(place.root), root: place.root }];
  const repository = await Repository.open({ folders, tokenizer, memory: new CopyMemory(tokenizer) });
  await repository.read();
  return held(repository.ledger.coverage());
}

/** A window on an empty cache, and a new one on the shared cache, equal the one that saw every event. */
async function compareWithRebuild(): Promise<void> {
  const once = async (window: Window): Promise<readonly string[]> => {
    const { client } = window;
    const { text } = await client.request(methods.digest, { format: 'json', budget: 10_000_000 });
    const { activity: _, earlier: __, ...summary } = await client.request(methods.summary, {});
    return [
      ...(await window.holds()),
      ...linesOf(JSON.parse(text), 'digest'),
      ...linesOf(summary, 'summary'),
    ];
  };
  // Syntax trees come after the first answer, so repeat until nothing changes.
  const ask = async (window: Window): Promise<readonly string[]> => {
    let same = 0;
    for (let last = await once(window); ; ) {
      await setTimeout(500);
      const now = await once(window);
      same = now.join('\n') === last.join('\n') ? same + 1 : 0;
      if (same === 5) return now;
      last = now;
    }
  };
  const seen = await ask(editing.main);
  for (const [name, cache] of [
    ['a rebuild', path.join(own, 'empty')],
    ['a window opened on the shared cache', place.cache],
  ] as const) {
    comparisons++;
    const window = await Window.open({ root: place.root, cache });
    differ(name, seen, await ask(window));
    await window.close();
  }
}

/** A line for each value, with its path. */
function linesOf(value: unknown, way = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${way} ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([name, inner]) => linesOf(inner, `${way}/${name}`));
}

function differ(with_: string, here: readonly string[], there: readonly string[]): void {
  const other = new Set(there);
  const missing = here.filter(line => !other.delete(line));
  for (const line of [...missing.map(one => `- ${one}`), ...[...other].map(one => `+ ${one}`)])
    problems.push(`after ${done} events, beside ${with_}: ${line.slice(0, 300)}`);
}

function report(): void {
  const seconds = (Date.now() - started) / 1000;
  console.log(
    `\n${done} events (${(done / 36_000).toFixed(2)} hours at ten a second) in ${(seconds / 60).toFixed(1)} minutes, seed ${seed}`,
  );
  for (const [kind, count] of [...editing.counts].sort(([, one], [, other]) => other - one))
    console.log(`${String(count).padStart(8)}  ${kind}`);
  const half = samples.slice(Math.floor(samples.length / 2));
  const growths = [
    ['held', growth(half, ({ objects, buffers }) => objects + buffers)],
    ['resident', growth(half, ({ rss }) => rss)],
    ['tokens', growth(half, ({ tokens }) => tokens)],
  ] as const;
  for (const [name, share] of growths)
    console.log(
      `second half: ${name} ${(100 * share).toFixed(1)} % from its beginning to its end (line through all samples)`,
    );
  if (growths[0][1] > allowedGrowth) problems.push('memory grows');
  console.log(`${comparisons} comparisons, ${problems.length} problems`);
  for (const problem of problems.slice(0, 20)) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** By least squares: the change over the samples, relative to their mean. */
function growth(of: readonly Sample[], value: (sample: Sample) => number): number {
  if (of.length < 3) return 0;
  const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
  const [xs, ys] = [of.map(({ events: x }) => x), of.map(value)];
  const [x0, y0] = [mean(xs), mean(ys)];
  const slope =
    xs.reduce((sum, x, at) => sum + (x - x0) * (ys[at]! - y0), 0) /
    xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  return (slope * (xs.at(-1)! - xs[0]!)) / y0;
}
