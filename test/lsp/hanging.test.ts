import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { methods } from '../../server/protocol/methods.ts';
import { TemporaryFolder } from '../unit/workspace/folder.ts';
import { insertedText, TestClient, uriOf } from './client.ts';
import { type Hanging, markOf, parsers } from './hanging/parsers.ts';

const preload = path.join(import.meta.dirname, 'hanging/preload.ts');

const helper = `export function formatInvoiceNumber(year: number, count: number): string {
  return \`\${year}-\${String(count).padStart(6, '0')}\`;
}
`;
const typed = 'export function formatInvoiceNumber(year: number, ';

/** Far more than the replaced threads take on a busy machine; 40 s in all on an idle one. */
const patience = 600_000;

// Side by side, so that the threads' silences overlap.
describe('reading, views and completions go on beside a file that hangs', { concurrency: true }, () => {
  for (const when of ['reading', 'summary', 'document'] as const) {
    const planted = parsers.filter(parser => parser.when === when);
    it(`${when}: ${planted.map(({ name }) => name).join(', ')}`, { timeout: patience }, () =>
      goesOn(planted),
    );
  }
});

async function goesOn(planted: readonly Hanging[]): Promise<void> {
  using folder = new TemporaryFolder({
    'helper.ts': helper,
    'sub/other.ts': 'export const other = 1;\n',
    ...Object.fromEntries(planted.map(one => [one.path, one.text(markOf(one))])),
  });
  const client = new TestClient({
    folders: [folder.root],
    environment: { NODE_OPTIONS: `--no-warnings --import ${preload}` },
  });
  const waiting = new Set(planted.map(one => one.path));
  // A typed document hangs where its text is looked at, with nothing planted on disk.
  const isTyped = planted.some(({ when }) => when === 'document');
  try {
    await client.initialize();
    const uri = uriOf(folder.at('new.ts'));
    await client.open(uri, typed);
    if (isTyped)
      for (const one of planted) await client.open(uriOf(folder.at(one.path)), one.text(markOf(one)));
    for (const late = Date.now() + patience - 10_000; ; ) {
      // Views need every parser; while a thread is replaced they fail, and are asked for again.
      await Promise.allSettled([
        client.request(methods.summary, {}),
        client.request(methods.coverage, null).then(({ skipped }) => {
          for (const one of skipped) if (one.reason === 'blocking') waiting.delete(one.path);
        }),
      ]);
      if (isTyped)
        for (const one of planted)
          if (waiting.has(one.path))
            await client.complete(uriOf(folder.at(one.path)), { line: 0, character: 3 }).catch(() => {});
      const items = await client.complete(uri, { line: 0, character: typed.length });
      const goesAlong = items.some(item => insertedText(item)?.includes('count: number') === true);
      if (waiting.size === 0 && goesAlong) break;
      assert.ok(Date.now() < late, `not left out: ${[...waiting].join(', ')}; ${client.logs.join('\n')}`);
      await setTimeout(50);
    }
    const { state } = await client.whenStatus(status => status.state !== 'reading');
    assert.equal(state, 'ready', client.logs.join('\n'));
    const { files } = await client.request(methods.coverage, null);
    const read = files.map(file => file.path);
    for (const own of ['helper.ts', 'sub/other.ts']) assert.ok(read.includes(own), read.join(', '));
    const summary = await client.request(methods.summary, {});
    assert.ok(JSON.stringify(summary).includes('helper.ts'));
  } finally {
    client.process.kill('SIGKILL');
    client.connection.dispose();
  }
}
