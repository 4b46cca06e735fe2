/**
 * Run as a process of its own, `attention-memory.ts <form> <length>`: prints the peak of resident memory that one run adds
 * to an open session, in bytes. A peak cannot be reset, so every figure needs a process.
 */
import { groupQueryAttention, tiledAttention, unfusedAttention } from './attention.ts';

const forms = { tiled: tiledAttention, unfused: unfusedAttention, groupQuery: groupQueryAttention } as const;
const [form = '', length = ''] = process.argv.slice(2);
const entry = Object.entries(forms).find(([name]) => name === form);
if (entry === undefined) {
  console.error(`There is no form "${form}"; there are ${Object.keys(forms).join(', ')}.`);
  process.exit(2);
}
const attention = await entry[1](Number(length));
const before = process.resourceUsage().maxRSS;
await attention.run();
console.log((process.resourceUsage().maxRSS - before) * 1024);
