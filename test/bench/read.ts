/**
 * Reading speed up to the copy memory, and its cost in memory: `npm run bench -- read <folder>...`
 *
 * Each way of reading runs in a process of its own and is measured in processor seconds, all threads together, so that the
 * figures are those of one core whatever else the machine does. Beside them stands plain reading of the same files.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import { Repository } from '../../server/repository/repository.ts';
import { CacheStore } from '../../server/storage/cache-store.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import type { WorkspaceFolder } from '../../server/workspace/source.ts';
import { Workspace } from '../../server/workspace/workspace.ts';
import { benchNeural } from './read-neural.ts';

const ways = ['plain', 'read', 'read and keep', 'reopen'] as const;
type Way = (typeof ways)[number];

interface Job {
  readonly way: Way;
  readonly folders: readonly WorkspaceFolder[];
  readonly cache: string;
}

interface Result {
  readonly files: number;
  readonly bytes: number;
  readonly tokens: number;
  readonly skipped: number;
  /** Processor seconds of the process without its start, and wall-clock seconds. */
  readonly cpu: number;
  readonly wall: number;
  readonly peakBytes: number;
  readonly memoryBytes: number;
  readonly longestPause: number;
  readonly milliseconds: Readonly<Record<string, number>>;
}

const everything = 1 << 30;

if (process.send === undefined) await compare(process.argv.slice(2));
else process.once('message', (job: Job) => void work(job));

async function compare(roots: readonly string[]): Promise<void> {
  if (roots.length === 0) {
    console.error('Name one or more folders: npm run bench -- read <folder>...');
    process.exitCode = 2;
    return;
  }
  const folders = roots.map(root => ({ name: path.basename(root), root: path.resolve(root) }));
  const cache = mkdtempSync(path.join(tmpdir(), 'longsight-bench-'));
  try {
    const results = new Map<Way, Result>();
    for (const way of ways) results.set(way, await inProcess({ way, folders, cache }));
    report(results);
    await benchNeural(roots, Number(process.env['BENCH_TOKENS'] ?? 1_000_000));
  } finally {
    rmSync(cache, { recursive: true });
  }
}

function inProcess(job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename);
    child.once('message', result => resolve(result as Result));
    child.once('exit', code => reject(new Error(`"${job.way}" ended with code ${code}`)));
    child.send(job);
  });
}

async function work({ way, folders, cache }: Job): Promise<void> {
  const tokenizer = loadTokenizer();
  const store = way === 'plain' || way === 'read' ? undefined : await CacheStore.open(cache, everything);
  const start = { cpu: process.cpuUsage(), wall: performance.now() };
  const pauses = monitorEventLoopDelay({ resolution: 1 });
  pauses.enable();
  const figures = way === 'plain' ? await readPlainly(folders) : await readWhole();
  const { user, system } = process.cpuUsage(start.cpu);
  const result: Result = {
    ...figures,
    cpu: (user + system) / 1e6,
    wall: (performance.now() - start.wall) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    longestPause: pauses.max / 1e6,
  };
  process.send?.(result, () => process.disconnect());

  async function readWhole(): Promise<Omit<Result, 'cpu' | 'wall' | 'peakBytes' | 'longestPause'>> {
    const memory = new CopyMemory(tokenizer);
    const repository = await Repository.open({ folders, tokenizer, memory, ...(store && { store }) });
    const reading = await repository.read();
    // The first query settles what is waiting to be indexed.
    memory.begin(tokenizer.encode('the'), undefined);
    const { files, bytes, tokens, skippedFiles } = repository.ledger;
    const { milliseconds } = reading;
    return { files, bytes, tokens, skipped: skippedFiles, memoryBytes: memory.bytes, milliseconds };
  }
}

/** What any program has to do: find the files, read them, look at every byte. */
async function readPlainly(
  folders: readonly WorkspaceFolder[],
): Promise<Omit<Result, 'cpu' | 'wall' | 'peakBytes' | 'longestPause'>> {
  const workspace = await Workspace.open(folders, { maxFileSize: 1 << 20 });
  const { files, skipped } = await workspace.discover();
  let bytes = 0;
  let lines = 0;
  for (const file of files) {
    const content = readFileSync(file.absolute);
    bytes += content.length;
    for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) lines++;
  }
  return {
    files: files.length,
    bytes,
    tokens: lines,
    skipped: skipped.length,
    memoryBytes: 0,
    milliseconds: {},
  };
}

function report(results: ReadonlyMap<Way, Result>): void {
  const read = results.get('read')!;
  const plain = results.get('plain')!;
  console.log(
    `${read.files} files, ${megabytes(read.bytes)} MB, ${read.tokens} tokens, ${read.skipped} left out\n`,
  );
  console.log(
    '                 MB a core second   × the time of plain reading   peak memory MB   longest pause ms   clock s',
  );
  for (const [way, result] of results) {
    const speed = (read.bytes / 1e6 / result.cpu).toFixed(1).padStart(16);
    const ratio = (result.cpu / plain.cpu).toFixed(2).padStart(27);
    const peak = megabytes(result.peakBytes).padStart(15);
    const pause = result.longestPause.toFixed(0).padStart(18);
    console.log(`${way.padEnd(14)} ${speed} ${ratio} ${peak} ${pause} ${result.wall.toFixed(1).padStart(9)}`);
  }
  const reopened = results.get('reopen')!;
  console.log(`\nreopening costs ${((100 * reopened.cpu) / read.cpu).toFixed(1)} % of reading`);
  console.log(`copy memory: ${(read.memoryBytes / read.tokens).toFixed(1)} bytes a token`);
  const total = Object.values(read.milliseconds).reduce((sum, value) => sum + value, 0);
  const shares = Object.entries(read.milliseconds).map(
    ([stage, value]) => `${stage} ${((100 * value) / total).toFixed(0)} %`,
  );
  console.log(`shares of reading: ${shares.join(', ')}`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
