/**
 * Preloaded into a server under test (`--import`): on SIGUSR2, each of its threads collects garbage and reports its
 * memory use; the sums are written to the file LONGSIGHT_SOAK_MEMORY.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

/** In bytes, after a garbage collection. */
export interface ThreadMemory {
  /** Reachable objects. */
  readonly objects: number;
  /** What they own outside the heap: array buffers, WebAssembly's memory. */
  readonly buffers: number;
  /** Pages that the JavaScript heap has and does not use. */
  readonly spare: number;
}

/** In bytes. */
export interface Used {
  readonly rss: number;
  /** Of the server's thread and of all others. */
  readonly server: ThreadMemory;
  readonly threads: ThreadMemory;
  /** Mapped program files: shared with other processes, and not the server's to give back. */
  readonly files: number;
}

const none: ThreadMemory = { objects: 0, buffers: 0, spare: 0 };

/** Milliseconds that other threads may take to answer. */
const patience = 5000;
const channel = new BroadcastChannel('longsight-soak');

if (isMainThread) process.on('SIGUSR2', () => void measure());
else
  channel.onmessage = event => {
    if ((event as { data?: unknown }).data === 'measure')
      void collected().then(memory => channel.postMessage(memory));
  };
(channel as unknown as { unref(): void }).unref();

async function measure(): Promise<void> {
  let threads: ThreadMemory | undefined;
  channel.onmessage = event => {
    const { data } = event as { data?: unknown };
    if (typeof data !== 'object' || data === null) return;
    threads = sum(threads ?? none, data as ThreadMemory);
  };
  channel.postMessage('measure');
  const server = await collected();
  for (let waited = 0; threads === undefined && waited < patience; waited += 50) await setTimeout(50);
  const file = process.env['LONGSIGHT_SOAK_MEMORY'];
  if (file === undefined) return;
  const rss = process.memoryUsage.rss();
  const used: Used = { rss, server, threads: threads ?? none, files: mappedFiles() };
  writeFileSync(`${file}.part`, JSON.stringify(used));
  renameSync(`${file}.part`, file);
}

function sum(one: ThreadMemory, other: ThreadMemory): ThreadMemory {
  return {
    objects: one.objects + other.objects,
    buffers: one.buffers + other.buffers,
    spare: one.spare + other.spare,
  };
}

/** Twice, because off-heap memory is freed after its owners. */
async function collected(): Promise<ThreadMemory> {
  for (let turn = 0; turn < 2; turn++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
  const { heapUsed, heapTotal, external } = process.memoryUsage();
  return { objects: heapUsed, buffers: external, spare: heapTotal - heapUsed };
}

/** Resident bytes of mapped files; 0 where the system does not tell. */
function mappedFiles(): number {
  if (process.platform !== 'linux') return 0;
  return 1024 * Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);
}
