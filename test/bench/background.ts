/**
 * Reading in the background as a client has it, with the default settings: how long it takes, and how much of the processor; how soon a
 * saved file is judged; and how long suggestions take meanwhile, beside the same requests with reading paused. Works on a copy.
 *     npm run bench -- background [--keys 40] <folder>
 * Needs `npm run build`. Linux only.
 */
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { methods } from '../../server/protocol/methods.ts';
import { programs, TestClient, uriOf, usual } from '../lsp/client.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keys: { type: 'string', default: '40' } },
});
const made = mkdtempSync(path.join(os.tmpdir(), 'longsight-background-'));
const folder = path.join(made, 'copy');
const cache = path.join(made, 'cache');
cpSync(path.resolve(positionals[0]!), folder, { recursive: true });
/** Files saved. */
const saves = 12;
/** Milliseconds from the last key before a save. */
const typing = 3000;

const client = await opened();
const used = await readAll(client);
await client.stop();
const reopened = await opened();
const { background } = await reopened.whenStatus(status => status.background?.state === 'done');
console.log(`opened again: ${background!.files} files known, ${background!.judged} read`);
const [cold, ...later] = await saved(reopened);
console.log(
  `from saving a file until it is judged, milliseconds: ${cold!.toFixed(0)} where typing had to start the model's process, then ${figures(later)}`,
);
await reopened.stop();

// From the start again, now with keys: reading goes on before some, and is paused before others.
rmSync(cache, { recursive: true });
const busy = await opened();
const { reading, paused } = await typed(busy);
const { interrupted } = (await busy.request(methods.status, null)).background!;
await busy.stop();
rmSync(made, { recursive: true });
console.log(
  `a key press after a pause, milliseconds: ${figures(reading)} where something was being read (${interrupted} of ${reading.length}), ${figures(paused)} where reading was paused`,
);
const { seconds, processor, tokens } = used;
console.log(
  `${tokens} tokens in ${seconds.toFixed(0)} s of reading, ${processor.toFixed(1)} s of the processor: ${(tokens / processor).toFixed(0)} tokens a second of it`,
);

async function opened(): Promise<TestClient> {
  const one = new TestClient({
    program: programs.bundle,
    folders: [folder],
    cache,
    initializationOptions: { ...usual, read: { inBackground: true } },
  });
  await one.initialize();
  await one.whenStatus(({ state }) => state === 'ready');
  return one;
}

/** Seconds of the processor from the first file read to the last, of the server and its processes. */
async function readAll(one: TestClient) {
  const before = processorOf(one.process.pid!);
  const most = new Map<number, number>();
  let said = 0;
  for (;;) {
    const status = await one.request(methods.status, null);
    for (const [pid, spent] of processorOf(one.process.pid!)) most.set(pid, spent);
    const { state, seconds, tokens, tokensTotal } = status.background!;
    if (state === 'failed') throw new Error(status.background!.problem);
    const processor = [...most].reduce((sum, [pid, spent]) => sum + spent - (before.get(pid) ?? 0), 0);
    if (state === 'done') return { seconds, tokens, processor };
    if (tokens - said >= tokensTotal / 20) {
      said = tokens;
      console.log(`${tokens} of ${tokensTotal} tokens in ${processor.toFixed(1)} s of the processor`);
    }
    await setTimeout(500);
  }
}

/** Milliseconds from saving a file that was edited until it is judged, for files of a usual length. */
async function saved(one: TestClient): Promise<number[]> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(?:ts|js|py|go|rs|java|rb|php|cs|kt)$/.test(entry.name))
    .map(entry => path.join(entry.parentPath, entry.name))
    .filter(file => readFileSync(file).length < 12_000)
    .sort();
  const times: number[] = [];
  for (let save = 0; save < saves; save++) {
    const file = files[Math.floor((save * files.length) / saves)]!;
    const { judged } = (await one.request(methods.status, null)).background!;
    const [uri, text] = [uriOf(file), `${readFileSync(file, 'utf8')}\n`];
    await one.open(uri, text.slice(0, -1));
    await one.change(uri, 2, [{ text }]);
    await one.complete(uri, { line: text.split('\n').length - 1, character: 0 });
    await setTimeout(typing);
    appendFileSync(file, '\n');
    const from = performance.now();
    await one.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
    await one.tellChanged(file);
    await one.whenStatus(status => status.background!.judged > judged);
    times.push(performance.now() - from);
    await one.close(uri);
  }
  return times;
}

/** Milliseconds until the suggestions of a key come, after seconds of reading or of none, in turns. */
async function typed(one: TestClient) {
  const uri = uriOf(path.join(folder, 'longsight-bench.ts'));
  const text = 'export function parse(text: string): string {\n  const found = text.split(';
  await one.open(uri, text);
  const times = { reading: [] as number[], paused: [] as number[] };
  for (let key = 0; key < Number(values.keys); key++) {
    const isPaused = key % 2 === 1;
    await one.request(methods.pause, { paused: isPaused });
    await setTimeout(7000);
    const typing = text.slice(0, text.length - 1 - (Math.floor(key / 2) % 12));
    await one.change(uri, key + 2, [{ text: typing }]);
    const lines = typing.split('\n');
    const from = performance.now();
    await one.complete(uri, { line: lines.length - 1, character: lines.at(-1)!.length });
    times[isPaused ? 'paused' : 'reading'].push(performance.now() - from);
  }
  return times;
}

function figures(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
  return `median ${at(0.5)}, 95 % within ${at(0.95)}, slowest ${at(1)}`;
}

/** Seconds that each process of a family has had the processor. */
function processorOf(root: number): Map<number, number> {
  const parents = new Map<number, number>();
  const spent = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      parents.set(Number(name), Number(words[1]));
      spent.set(Number(name), (Number(words[11]) + Number(words[12])) / 100);
    } catch {
      // The process ended between the two calls.
    }
  }
  const found = [root];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return new Map(found.map(pid => [pid, spent.get(pid) ?? 0]));
}
