/** Memory of the processes that the extension started, on Linux. */
import { readdirSync, readFileSync } from 'node:fs';

const ours = /\/dist\/(?:server|engine|worker)\.js/;

/** Megabytes of resident memory of the descendants of a process that run our bundles. */
export function residentIn(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  let kilobytes = 0;
  for (const pid of parents.keys()) {
    if (!descends(pid, root, parents) || !ours.test(read(`/proc/${pid}/cmdline`))) continue;
    kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

function descends(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) if (at === root) return true;
  return false;
}

/** Empty for a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
