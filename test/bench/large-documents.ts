/**
 * What a key costs in a document of two megabytes, and what words of a million letters do:
 * `npm run bench -- large-documents [<folder>]`. Milliseconds of processor time, so that it matters less what else runs.
 */
import { CompletionCache } from '../../server/completion/cache.ts';
import { complete } from '../../server/completion/complete.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

const [folder = '.'] = process.argv.slice(2);
const tokenizer = loadTokenizer();
const { memory, files } = await readRepository(folder, tokenizer);
const code = files.filter(file => file.path.endsWith('.ts'));
let whole = '';
for (let i = 0; whole.length < 2_000_000; i++) whole += code[i % code.length]!.text;
const typed = 'const found = values.filter(value => value.length > 0).map(value => value.trim());';

/** Types into a text, key by key. @returns milliseconds per key, shortest first */
async function keys(text: string, at: number): Promise<number[]> {
  const cache = new CompletionCache();
  const times: number[] = [];
  const [before, after] = [`${text.slice(0, at)}\n`, `\n${text.slice(at)}`];
  for (let length = 1; length <= typed.length; length++) {
    const start = typed.slice(0, length);
    // As from a message: a flat string, not a rope.
    const buffer = Buffer.from(before + start + after).toString();
    const started = process.cpuUsage();
    await complete(
      { path: 'src/large.ts', text: buffer, offset: before.length + length, replacesClosers: true },
      memory,
      tokenizer,
      undefined,
      cache,
    );
    times.push(milliseconds(started));
  }
  return times.sort((a, b) => a - b);
}

function milliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

const at = (times: readonly number[], share: number): string =>
  times[Math.min(times.length - 1, Math.floor(share * times.length))]!.toFixed(1);

await keys(whole.slice(0, 20_000), 10_000);
for (const length of [20_000, 200_000, 2_000_000]) {
  const text = whole.slice(0, length);
  const times = await keys(text, text.indexOf('\n', length >> 1));
  console.log(`${length} characters: a key costs ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms`);
}
for (const length of [1000, 30_000, 1_000_000]) {
  const word = 'qwertyuiop'.repeat(length / 10);
  for (const [what, text, offset] of [
    ['left of the cursor', `a = ${word}`, 4 + length],
    ['right of the cursor', `a = ${word}`, 4],
    ['above', `${word}\na = `, length + 5],
  ] as const) {
    const started = process.cpuUsage();
    await complete({ path: 'src/word.ts', text, offset }, memory, tokenizer);
    console.log(`a word of ${length} letters ${what}: ${milliseconds(started).toFixed(1)} ms`);
  }
}
