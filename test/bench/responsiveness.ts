/**
 * How long the language server takes to answer while it reads a folder, beside how long it takes when idle:
 * `npm run bench -- responsiveness <folder>`
 */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { methods } from '../../server/protocol/methods.ts';
import { programs, TestClient, uriOf } from '../lsp/client.ts';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Which folder is to be read?');
  process.exit(2);
}
const client = new TestClient({
  program: programs.bundle,
  folders: [path.resolve(folder)],
  initializationOptions: { engine: { device: 'cpu' }, read: { onOpen: false } },
});
await client.initialize();
await client.whenStatus(({ state }) => state === 'idle');
const uri = uriOf(path.resolve(folder, 'longsight-bench.ts'));
await client.open(uri, 'export function parse(text: string): ');

let isReading = false;
const asked = { status: () => client.request(methods.status, null), completion: () => complete() };
const idle = await measure(() => false);
isReading = true;
const reading = client.request(methods.read, null).finally(() => {
  isReading = false;
});
const busy = await measure(() => isReading);
console.log(JSON.stringify(await reading));
for (const name of ['status', 'completion'] as const) {
  const [before, during] = [idle[name], busy[name]];
  const ratio = (at: number) => (quantile(during, at) / quantile(before, at)).toFixed(1);
  console.log(
    `${name}: while reading p50 ${quantile(during, 0.5).toFixed(1)} ms, p99 ${quantile(during, 0.99).toFixed(1)} ms, longest ${quantile(during, 1).toFixed(1)} ms ` +
      `(${during.length} asked); against idle ${ratio(0.5)}×, ${ratio(0.99)}×, ${ratio(1)}×`,
  );
}
await client.stop();

async function measure(more: () => boolean): Promise<Record<keyof typeof asked, number[]>> {
  const times = { status: [] as number[], completion: [] as number[] };
  while (more() || times.status.length < 200) {
    for (const name of ['status', 'completion'] as const) {
      const started = performance.now();
      await asked[name]();
      times[name].push(performance.now() - started);
      await setTimeout(5);
    }
  }
  return times;
}

function complete(): Promise<unknown> {
  return client.complete(uri, { line: 0, character: 37 });
}

function quantile(times: number[], at: number): number {
  return times.toSorted((a, b) => a - b)[Math.round(at * (times.length - 1))]!;
}
