/**
 * How long a first summary takes, beside an older checkout's.
 *
 *     npm run bench -- summary-time <folder> [<older checkout>] [--runs 3]
 *
 * Each run collects the facts of all text files and summarizes them, in a process of its own, this checkout
 * and the older one in turns. Prints processor time (other work on the machine would show in wall time), of the fastest
 * run each, and the ratio. The older checkout needs its own or a linked `node_modules`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const longest = 1_000_000;
const charactersPerToken = 3.5;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, measure: { type: 'boolean' } },
});
const [folder, older] = positionals.map(one => path.resolve(one));
if (folder === undefined) {
  console.error('usage: npm run bench -- summary-time <folder> [<older checkout>] [--runs 3]');
  process.exit(2);
}
if (values.measure) {
  console.log(JSON.stringify(await measure(folder, older!)));
  process.exit(0);
}

interface Times {
  readonly tokens: number;
  readonly facts: number;
  readonly summary: number;
}

/** Processor seconds. */
async function measure(root: string, checkout: string): Promise<Times> {
  const room = existsSync(path.join(checkout, 'server/analysis')) ? 'analysis' : 'summary';
  const load = async (file: string): Promise<Record<string, unknown>> =>
    (await import(path.join(checkout, 'server', file))) as Record<string, unknown>;
  const { FactBook } = (await load(
    `${room}/fact-book.ts`,
  )) as typeof import('../../server/analysis/fact-book.ts');
  const { summarize } = (await load(
    'summary/summarize.ts',
  )) as typeof import('../../server/summary/summarize.ts');
  const grammarsIn = room === 'analysis' ? 'syntax' : 'summary';
  const { Grammars } = (await load(
    `${grammarsIn}/grammars.ts`,
  )) as typeof import('../../server/syntax/grammars.ts');
  const texts = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
    if (!entry.isFile() || /(?:^|\/)(?:\.git|node_modules)\//.test(file)) continue;
    const text = readFileSync(path.join(root, file), 'utf8');
    if (text.length <= longest && !text.includes('\0')) texts.set(file, text);
  }
  const files = [...texts].map(([file, text]) => ({
    path: file,
    tokens: Math.ceil(text.length / charactersPerToken),
    version: '1',
  }));
  const source = { name: path.basename(root), files: () => files, textOf: (file: string) => texts.get(file) };
  const grammars = await Grammars.open();
  const start = process.cpuUsage();
  const facts = await new FactBook(grammars).collect(source);
  const between = process.cpuUsage(start);
  summarize(source, facts);
  const end = process.cpuUsage(start);
  const seconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;
  return {
    tokens: files.reduce((sum, { tokens }) => sum + tokens, 0),
    facts: seconds(between),
    summary: seconds(end) - seconds(between),
  };
}

const checkouts = [path.join(import.meta.dirname, '../..'), ...(older === undefined ? [] : [older])];
const best = checkouts.map((): Times => ({ tokens: 0, facts: Infinity, summary: Infinity }));
for (let run = 0; run < Number(values.runs); run++)
  for (const [at, checkout] of checkouts.entries()) {
    const args = ['--no-warnings', import.meta.filename, '--measure', folder, checkout];
    const times = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Times;
    const known = best[at]!;
    best[at] = {
      tokens: times.tokens,
      facts: Math.min(known.facts, times.facts),
      summary: Math.min(known.summary, times.summary),
    };
  }
const shown = ({ facts, summary }: Times): string =>
  `facts ${facts.toFixed(2)} s, summary ${summary.toFixed(2)} s`;
const [here, there] = best as [Times, Times?];
console.log(`${Math.round(here.tokens / 1000)}k tokens: ${shown(here)}`);
if (there !== undefined) {
  const ratio = (here.facts + here.summary) / (there.facts + there.summary);
  console.log(`older: ${shown(there)}; ratio ${ratio.toFixed(2)}`);
}
