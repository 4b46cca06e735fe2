/**
 * Processes and memory of a language server that has read a folder and has nothing to do, beside those of another checkout of this
 * repository: `npm run bench -- idle <folder> [<checkout>]`. Both checkouts need `npm run build`. Linux only: memory is what /proc counts
 * as a process's own plus its part of what it shares with others (Pss), and the resident set (Rss), which counts shared pages in full.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { programs, TestClient } from '../lsp/client.ts';

const [folder, other] = process.argv.slice(2);
if (folder === undefined) {
  console.error('idle needs a folder to read.');
  process.exit(2);
}
const here = await idle(programs.bundle);
console.log(described('this checkout', here));
if (other !== undefined) {
  const there = await idle(path.resolve(other, 'dist/server.js'));
  console.log(described(other, there));
  const change = (kind: keyof Size) => `${(total(here, kind) - total(there, kind)).toFixed(0)} MB`;
  console.log(
    `difference: ${here.length - there.length} processes, ${change('own')} (resident ${change('resident')}), ` +
      `${(total(here, 'own') / total(there, 'own')).toFixed(2)} times the memory`,
  );
}

interface Size {
  readonly own: number;
  readonly resident: number;
}

/** Megabytes of each process of a server, ten seconds after indexing. */
async function idle(program: string): Promise<Size[]> {
  const client = new TestClient({
    program,
    folders: [path.resolve(folder!)],
    initializationOptions: { engine: { device: 'cpu' }, read: { inBackground: false } },
  });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
  await setTimeout(10_000);
  const sizes = family(client.process.pid!).map(sizeOf);
  await client.stop();
  return sizes;
}

/** A process and its descendants. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name in brackets may contain spaces: the parent is the second word after it.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // The process ended between the two calls.
    }
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found;
}

function sizeOf(pid: number): Size {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)![1]) / 1024;
  return { own: megabytes('Pss'), resident: megabytes('Rss') };
}

function total(sizes: readonly Size[], kind: keyof Size): number {
  return sizes.reduce((sum, size) => sum + size[kind], 0);
}

function described(name: string, sizes: readonly Size[]): string {
  const processes = `${sizes.length} ${sizes.length === 1 ? 'process' : 'processes'}`;
  return `${name}: ${processes}, ${total(sizes, 'own').toFixed(0)} MB (resident ${total(sizes, 'resident').toFixed(0)} MB)`;
}
