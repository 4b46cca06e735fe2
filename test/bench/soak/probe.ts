/**
 * Preloaded into a server under test (`--import`): on SIGUSR2, each of its threads collects garbage and reports its
 * memory use; the sum is written to the file LONGSIGHT_SOAK_MEMORY.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

export interface Used {
  readonly rss: number;
  /** Heap and off-heap bytes of the server's thread and of all others. */
  readonly server: number;
  readonly threads: number;
}

/** Milliseconds that other threads may take to answer. */
const patience = 5000;
const channel = new BroadcastChannel('longsight-soak');

if (isMainThread) process.on('SIGUSR2', () => void measure());
else
  channel.onmessage = event => {
    if ((event as { data?: unknown }).data === 'measure')
      void collected().then(bytes => channel.postMessage(bytes));
  };
(channel as unknown as { unref(): void }).unref();

async function measure(): Promise<void> {
  let threads = 0;
  let answers = 0;
  channel.onmessage = event => {
    const { data } = event as { data?: unknown };
    if (typeof data !== 'number') return;
    threads += data;
    answers++;
  };
  channel.postMessage('measure');
  const server = await collected();
  for (let waited = 0; answers === 0 && waited < patience; waited += 50) await setTimeout(50);
  const file = process.env['LONGSIGHT_SOAK_MEMORY'];
  if (file === undefined) return;
  const used: Used = { rss: process.memoryUsage.rss(), server, threads };
  writeFileSync(`${file}.part`, JSON.stringify(used));
  renameSync(`${file}.part`, file);
}

/** Twice, because off-heap memory is freed after its owners. */
async function collected(): Promise<number> {
  for (let turn = 0; turn < 2; turn++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
