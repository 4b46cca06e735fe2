/** Requests about a place or part: similar places, and descriptions. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { methods } from '../../server/protocol/methods.ts';
import { uriOf, usual } from './client.ts';
import { copyRepository } from './repository.ts';
import { clientOf, folder, readingClient } from './scene.ts';

test('finds similar places for an open, changed document, and for one that is not open', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const text = "import { TideClient } from './client.ts';\n\nconst client = new TideClient(address);\n";
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, text);
  const { places } = await client.request(methods.where, { uri, line: 3, column: 1 });
  assert.ok(
    places.some(place => place.text.includes('TideClient')),
    JSON.stringify(places),
  );
  const closed = uriOf(path.join(root, 'src/tides/client.ts'));
  const others = await client.request(methods.where, { uri: closed, line: 1, column: 1 });
  assert.ok(others.places.every(place => place.path !== 'src/tides/client.ts' || place.line > 3));
  await assert.rejects(
    client.request(methods.where, { uri, line: 0, column: 1 }),
    /`line` must be a whole number from 1/,
  );
});

test('unusual lines of a document as the editor has it, and of what was changed', async () => {
  const root = copyRepository(folder);
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: root });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'x');
  const client = await readingClient(root);
  const file = path.join(root, 'src/berths/planner.ts');
  const text = `${readFileSync(file, 'utf8')}\nexport const added = 1;\n`;
  const uri = uriOf(file);
  await client.open(uri, text);
  const found = await client.request(methods.unusualLines, { uri, top: 3 });
  assert.equal(found.lines.length, 3);
  assert.equal(found.checked, text.split('\n').length - 1);
  for (const line of found.lines)
    assert.equal(text.split('\n')[line.line - 1]!.trim(), line.text, JSON.stringify(line));
  // Saved or not: what the editor has is what is under review.
  const other = uriOf(path.join(root, 'src/main.ts'));
  await client.open(other, readFileSync(path.join(root, 'src/main.ts'), 'utf8'));
  const changed = await client.request(methods.unusualChanges, { revision: 'HEAD', top: 50 });
  assert.deepEqual([...new Set(changed.lines.map(line => line.path))], ['src/berths/planner.ts']);
  assert.ok(changed.lines.some(line => line.text === 'export const added = 1;'));
  await assert.rejects(client.request(methods.unusualChanges, { revision: 'no-such' }), /"no-such"/);
  await assert.rejects(client.request(methods.unusualLines, { uri, top: 0 }), /whole number from 1/);
});

test('the map has every indexed file, and surprise once measured', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const map = await client.request(methods.map, {});
  const { files: count } = await client.whenStatus(({ state }) => state === 'ready');
  assert.equal(map.files.names.length, count);
  assert.ok(map.files.surprise.every(value => value === null));
  const measured = await client.request(methods.map, { measure: true, path: 'src' });
  assert.ok(measured.files.surprise.every(value => value !== null && value > 0));
  assert.ok(measured.files.names.length < count);
  await assert.rejects(client.request(methods.map, { path: 'no/such' }), /"no\/such"/);
});

test('a digest fits its budget', async () => {
  const client = await readingClient(copyRepository(folder));
  const digest = await client.request(methods.digest, { budget: 1500, format: 'markdown' });
  assert.ok(digest.tokens <= 1500);
  assert.ok(digest.text.startsWith('# Quayside'));
  assert.equal(digest.biggest.length, 10);
  await assert.rejects(client.request(methods.digest, { budget: -1, format: 'markdown' }), /whole number/);
});

test('describes a folder, a file and a selection; summarizes a symbol and its document in lines', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const { kind, markdown } = await client.request(methods.describe, { path: 'src/tides' });
  assert.equal(kind, 'folder');
  assert.match(markdown, /\(src\/tides\/client\.ts#L\d+\)/);
  const lines = { first: 5, last: 8 };
  const selection = await client.request(methods.describe, { path: 'src/tides/client.ts', lines });
  assert.equal(selection.kind, 'selection');
  await assert.rejects(
    client.request(methods.describe, { path: 'src/main.ts', lines: { first: 3, last: 2 } }),
    /first and a last line/,
  );
  const uri = uriOf(path.join(root, 'src/tides/client.ts'));
  const { lines: summaries } = await client.request(methods.lineSummaries, { uri });
  const found = summaries.find(({ summary }) => summary.name === 'TideClient')!;
  assert.equal(found.summary.kind, 'class');
  const text = readFileSync(path.join(root, 'src/tides/client.ts'), 'utf8').split('\n')[found.at - 1]!;
  const column = text.indexOf('TideClient') + 2;
  const hovered = await client.request(methods.lineSummary, { uri, line: found.at, column });
  assert.deepEqual(hovered, found.summary);
});

test('returns an earlier session’s summary before indexing, and marks it; clearing deletes it', async () => {
  const cache = path.join(folder.root, 'cache');
  const root = copyRepository(folder);
  for (let at = 0; at < 8; at++)
    writeFileSync(path.join(root, `src/strict${at}.js`), `'use strict';\nmodule.exports = ${at};\n`);
  const first = await readingClient(root, { cache });
  let made = await first.request(methods.summary, {});
  // On a busy machine a part of it may be answered first.
  for (let wait = 0; wait < 100 && made.partial === true; wait++) {
    await pause(100);
    made = await first.request(methods.summary, {});
  }
  assert.match(made.usual[0]!.text, /use strict/);
  assert.equal(made.usual[0]!.sources?.length, 3);
  assert.equal(made.earlier, undefined);
  const unread = {
    initializationOptions: { ...usual, read: { ...usual.read, onOpen: false } },
    folders: [root],
    cache,
  };
  const second = clientOf(unread);
  await second.initialize();
  // The first server writes its cache after answering.
  let kept = await second.request(methods.summary, {});
  for (let wait = 0; wait < 100 && kept.overview.length === 0; wait++) {
    await pause(100);
    kept = await second.request(methods.summary, {});
  }
  const { activity: _, ...before } = made;
  assert.deepEqual(kept, { ...before, earlier: true });
  assert.equal((await second.request(methods.status, null)).files, 0);
  await second.request(methods.clear, null);
  assert.deepEqual((await second.request(methods.summary, {})).overview, []);
});
