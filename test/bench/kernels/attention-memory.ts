/**
 * Run as a separate process, `attention-memory.ts <form> <length>`: prints the peak of resident memory that one run
 * adds to an open session, in bytes. Where a peak cannot be reset (only Linux can), start-up may hide a smaller one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { groupQueryAttention, tiledAttention, unfusedAttention } from './attention.ts';

const forms = { tiled: tiledAttention, unfused: unfusedAttention, groupQuery: groupQueryAttention } as const;
const [form = '', length = ''] = process.argv.slice(2);
const entry = Object.entries(forms).find(([name]) => name === form);
if (entry === undefined) {
  console.error(`There is no form "${form}"; there are ${Object.keys(forms).join(', ')}.`);
  process.exit(2);
}
const attention = await entry[1](Number(length));
resetPeak();
const before = peak();
await attention.run();
console.log(peak() - before);

function resetPeak(): void {
  if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
}

/** Bytes. */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found![1]) * 1024;
}
