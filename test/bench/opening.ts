/**
 * How long a repository's overview takes when it is opened, for the first time and again: `npm run bench -- opening <folder>`, after
 * `npm run build`. Over the protocol, as an editor sees it: from starting the server's process to an answer that says something,
 * beside how long it takes until reading has ended.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { methods } from '../../server/protocol/methods.ts';
import { programs, TestClient, usual } from '../lsp/client.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: npm run bench -- opening <folder>');
  process.exit(2);
}

const cache = mkdtempSync(path.join(tmpdir(), 'longsight-opening-'));
const rows: Record<string, object> = {};
for (const opened of ['first time', 'again']) rows[opened] = await open(path.resolve(folder));
console.table(rows);
rmSync(cache, { recursive: true, force: true });

async function open(root: string): Promise<object> {
  const started = performance.now();
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  const client = new TestClient({
    folders: [root],
    cache,
    program: programs.bundle,
    initializationOptions: usual,
  });
  await client.initialize();
  const initialized = seconds();
  let summary = await client.request(methods.summary, {});
  const answered = seconds();
  while (summary.overview.length === 0) summary = await client.request(methods.summary, {});
  const overview = seconds();
  const { tokens, files } = await client.whenStatus(({ state }) => state === 'ready');
  const read = seconds();
  const whole = await client.request(methods.summary, {});
  const current = seconds();
  // The cache is written after the answer.
  await new Promise(resolve => setTimeout(resolve, 20_000));
  client.process.kill('SIGKILL');
  const statements = `${summary.statements.length} of ${whole.statements.length}`;
  return { files, tokens, initialized, answered, overview, statements, read, current };
}
