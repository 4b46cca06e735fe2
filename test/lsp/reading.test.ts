/** Indexing as a client sees it: progress, summary and coverage, freshness, folders, settings, the cache. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import { insertedText, uriOf, usual } from './client.ts';
import { copyRepository, endOf } from './repository.ts';
import {
  clientOf,
  folder,
  halfModule,
  moduleText,
  readingClient,
  suggestedAfter,
  watching,
  whyOf,
} from './scene.ts';

test('reads a repository with progress, and a completion names its source', async () => {
  const root = copyRepository(folder);
  writeFileSync(path.join(root, 'src/quokka-user.ts'), moduleText);
  const client = await readingClient(root, { capabilities: { window: { workDoneProgress: true } } });
  await client.when(() => client.progress.some(({ value }) => value.kind === 'end'));
  assert.equal(client.progress[0]?.value.kind, 'begin');
  assert.equal(new Set(client.progress.map(({ token }) => token)).size, 1);
  const status = await client.request(methods.status, null);
  assert.ok(status.files > 15 && status.tokens > 1000 && status.memoryBytes > 0);
  assert.equal(status.files, status.filesTotal);
  const [item] = await suggestedAfter(client, root, halfModule);
  assert.equal(item?.insertText, 'Ledger(harbourMaster, tidalGauge, 4711);');
  assert.deepEqual(item?.range, { start: endOf(halfModule), end: endOf(halfModule) });
  const why = whyOf(item);
  assert.deepEqual(why?.provenance[0], { path: 'src/quokka-user.ts', line: 3 });
  assert.ok(why && why.confidence > 0 && why.confidence <= 1);
  assert.equal(item?.command?.command, 'longsight.accepted');
  assert.equal(await client.stop(), 0);
  assert.deepEqual(client.pollution, []);
});

test('answers summary and coverage from the index, and rejects invalid parameters with a sentence', async () => {
  const root = copyRepository(folder);
  writeFileSync(path.join(root, 'logo.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]));
  const client = await readingClient(root);
  const summary = await client.request(methods.summary, {});
  assert.equal(summary.name, 'Quayside');
  assert.ok(summary.overview.some(({ path: file }) => file === 'README.md'));
  const part = await client.request(methods.summary, { path: 'src/berths' });
  assert.ok(part.parts.every(({ path: file }) => file.startsWith('src/berths')));
  const { files, skipped } = await client.request(methods.coverage, null);
  assert.ok(files.some(({ path: file }) => file === 'src/main.ts'));
  assert.deepEqual(
    skipped.map(({ path: file, reason }) => [file, reason]),
    [['logo.png', 'binary']],
  );
  await assert.rejects(client.request(methods.summary, { path: 'no/such/folder' }), /"no\/such\/folder"/);
  await assert.rejects(
    client.connection.sendRequest('longsight/summary', { path: 7 }),
    /`path` must be a string/,
  );
  await assert.rejects(client.connection.sendRequest('longsight/pause', {}), /`paused` is missing/);
  await assert.rejects(
    client.connection.sendRequest('longsight/pause', { paused: 'yes' }),
    /`paused` must be true or false/,
  );
  // Parameters may be omitted.
  assert.equal((await client.connection.sendRequest<{ name: string }>('longsight/summary')).name, 'Quayside');
});

test('indexes files that the client reports: new, changed, moved, deleted', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root, { capabilities: watching });
  const registration = await client.when(() => client.registrations[0]);
  assert.equal(registration.method, 'workspace/didChangeWatchedFiles');
  assert.deepEqual(registration.registerOptions, {
    watchers: [{ globPattern: { baseUri: uriOf(root), pattern: '**/*' } }],
  });
  const { files } = await client.request(methods.status, null);
  assert.deepEqual(await suggestedAfter(client, root, halfModule), []);

  const file = path.join(root, 'src/quokka-user.ts');
  writeFileSync(file, moduleText);
  await client.tellChanged(file);
  await client.whenStatus(status => status.files === files + 1 && status.stale === 0);
  assert.equal(
    (await suggestedAfter(client, root, halfModule))[0]?.insertText,
    'Ledger(harbourMaster, tidalGauge, 4711);',
  );

  writeFileSync(file, moduleText.replace('4711', '4712'));
  await client.tellChanged(file);
  await client.whenStatus(({ stale }) => stale === 0);
  assert.equal(
    (await suggestedAfter(client, root, halfModule))[0]?.insertText,
    'Ledger(harbourMaster, tidalGauge, 4712);',
  );

  const moved = path.join(root, 'lib');
  mkdirSync(moved);
  renameSync(file, path.join(moved, 'quokka.ts'));
  // A watching client may report only the folder.
  await client.tellChanged(file, moved);
  await client.whenStatus(({ stale }) => stale === 0);
  assert.deepEqual(whyOf((await suggestedAfter(client, root, halfModule))[0])?.provenance[0], {
    path: 'lib/quokka.ts',
    line: 3,
  });

  rmSync(moved, { recursive: true });
  await client.tellChanged(moved);
  await client.whenStatus(status => status.files === files);
  assert.deepEqual(await suggestedAfter(client, root, halfModule), []);
});

test('watches files for a client that does not', async () => {
  const root = copyRepository(folder);
  mkdirSync(path.join(root, 'hold/only'), { recursive: true });
  const client = await readingClient(root);
  const { files } = await client.request(methods.status, null);
  writeFileSync(path.join(root, 'src/quokka-user.ts'), moduleText);
  await client.whenStatus(status => status.files === files + 1);
  // A new folder has to be watched itself.
  const inner = path.join(root, 'lib/inner');
  mkdirSync(inner, { recursive: true });
  writeFileSync(path.join(inner, 'quokka.ts'), moduleText);
  await client.whenStatus(status => status.files === files + 2);
  writeFileSync(path.join(inner, 'second.ts'), moduleText);
  await client.whenStatus(status => status.files === files + 3);
  // So does one that was empty, or had only a folder, when first seen.
  writeFileSync(path.join(root, 'lib/third.ts'), moduleText);
  await client.whenStatus(status => status.files === files + 4);
  writeFileSync(path.join(root, 'hold/only/fourth.ts'), moduleText);
  await client.whenStatus(status => status.files === files + 5);
  rmSync(path.join(root, 'hold'), { recursive: true });
  rmSync(path.join(root, 'lib'), { recursive: true });
  rmSync(path.join(root, 'src/quokka-user.ts'));
  await client.whenStatus(status => status.files === files);
});

test('indexes a saved document without a watcher', async () => {
  const root = copyRepository(folder);
  // Claims to watch, but never reports anything.
  const client = await readingClient(root, { capabilities: watching });
  const file = path.join(root, 'src/main.ts');
  await client.open(uriOf(file), moduleText);
  writeFileSync(file, moduleText);
  await client.connection.sendNotification('textDocument/didSave', { textDocument: { uri: uriOf(file) } });
  await client.whenStatus(({ stale }) => stale === 0);
  assert.equal(
    whyOf((await suggestedAfter(client, root, halfModule))[0])?.provenance[0]?.path,
    'src/main.ts',
  );
});

test('completes from the text of other open documents, saved or not', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const uri = uriOf(path.join(root, 'src/main.ts'));
  await client.open(uri, '// Nothing of interest.\n');
  assert.deepEqual(await suggestedAfter(client, root, halfModule), []);
  const end = { line: 1, character: 0 };
  await client.change(uri, 2, [{ range: { start: end, end }, text: moduleText }]);
  const [item] = await suggestedAfter(client, root, halfModule);
  assert.equal(item?.insertText, 'Ledger(harbourMaster, tidalGauge, 4711);');
  assert.deepEqual(whyOf(item)?.provenance[0], { path: 'src/main.ts', line: 4 });
  // Closed without saving: the file on disk counts again.
  await client.close(uri);
  assert.deepEqual(await suggestedAfter(client, root, halfModule), []);
});

test('indexes several folders together, as they come and go', async () => {
  const one = copyRepository(folder, 'one');
  const two = path.join(folder.root, 'two');
  mkdirSync(two);
  writeFileSync(path.join(two, 'quokka.ts'), moduleText);
  const client = await readingClient(one, { capabilities: { workspace: { workspaceFolders: true } } });
  const { files } = await client.request(methods.status, null);
  const change = (event: { added?: string[]; removed?: string[] }) => {
    const foldersOf = (roots: string[] = []) =>
      roots.map(root => ({ uri: uriOf(root), name: path.basename(root) }));
    return client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: foldersOf(event.added), removed: foldersOf(event.removed) },
    });
  };
  await change({ added: [two] });
  await client.whenStatus(status => status.state === 'ready' && status.files === files + 1);
  assert.equal(
    whyOf((await suggestedAfter(client, one, halfModule))[0])?.provenance[0]?.path,
    'two/quokka.ts',
  );
  await change({ removed: [two] });
  await client.whenStatus(status => status.state === 'ready' && status.files === files);
  assert.deepEqual(await suggestedAfter(client, one, halfModule), []);
  await change({ removed: [one] });
  const status = await client.whenStatus(({ state }) => state === 'idle');
  assert.equal(status.files, 0);
});

test('reports a missing folder, and reads it once it exists', async () => {
  const root = path.join(folder.root, 'quayside');
  const client = clientOf({ folders: [root] });
  await client.initialize();
  const { problem } = await client.whenStatus(({ state }) => state === 'failed');
  assert.equal(problem, `${root} does not exist.`);
  // A document still completes from itself on request.
  const text = `${moduleText}\n${halfModule}`;
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, text);
  assert.match(insertedText((await client.complete(uri, endOf(text)))[0]) ?? '', /^Ledger/);
  await client.close(uri);
  copyRepository(folder);
  const status = await client.request(methods.read, null);
  assert.equal(status.state, 'ready');
  assert.equal(status.problem, undefined);
  assert.ok(status.files > 15);
});

test('pausing stops updates, resuming catches up, clearing deletes', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root, { capabilities: watching });
  const { files } = await client.request(methods.status, null);
  assert.equal((await client.request(methods.pause, { paused: true })).state, 'paused');
  const file = path.join(root, 'src/quokka-user.ts');
  writeFileSync(file, moduleText);
  await client.tellChanged(file);
  const paused = await client.whenStatus(({ stale }) => stale === 1);
  assert.deepEqual([paused.state, paused.files], ['paused', files]);
  await client.request(methods.pause, { paused: false });
  await client.whenStatus(status => status.state === 'ready' && status.files === files + 1);
  const cleared = await client.request(methods.clear, null);
  assert.deepEqual([cleared.state, cleared.files, cleared.tokens], ['idle', 0, 0]);
  assert.deepEqual(await suggestedAfter(client, root, halfModule), []);
  assert.equal((await client.request(methods.read, null)).files, files + 1);
});

test('without reading on open, reads on request', async () => {
  const root = copyRepository(folder);
  const client = clientOf({
    folders: [root],
    initializationOptions: { ...usual, read: { ...usual.read, onOpen: false } },
  });
  await client.initialize();
  // Documents complete from themselves all the same.
  const items = await suggestedAfter(client, root, `${moduleText}\n${halfModule}`);
  assert.match(insertedText(items[0]) ?? '', /^Ledger\(harbourMaster, tidalGauge, 4711\)/);
  assert.equal((await client.request(methods.status, null)).state, 'idle');
  const { state, files } = await client.request(methods.read, null);
  assert.equal(state, 'ready');
  // Restarting with the same or other settings does not lose it.
  await client.request(methods.useModel, { name: null });
  assert.equal((await client.request(methods.status, null)).files, files);
  await client.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: { longsight: { ...usual, read: { onOpen: false, exclude: ['forecast/'] } } },
  });
  const later = await client.whenStatus(status => status.state === 'ready' && status.files !== files);
  assert.ok(later.files > 0 && later.files < files);
});

test('a reading that is asked for before the settings are known ends with the whole folder', async () => {
  const root = copyRepository(folder);
  const client = clientOf({
    folders: [root],
    initializationOptions: { ...usual, read: { ...usual.read, onOpen: false } },
  });
  await client.initialize();
  const read = client.request(methods.read, null);
  await client.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: { longsight: { ...usual, read: { onOpen: false, exclude: ['forecast/'] } } },
  });
  const { state, files } = await read;
  assert.equal(state, 'ready');
  const { files: listed } = await client.request(methods.coverage, null);
  assert.ok(files > 0 && files === listed.length);
});

test('settings about what is read take effect at once', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const { files } = await client.request(methods.status, null);
  await client.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: { longsight: { ...usual, read: { exclude: ['forecast/'] } } },
  });
  await client.whenStatus(status => status.state === 'ready' && status.files < files);
  const { files: read } = await client.request(methods.coverage, null);
  assert.deepEqual(
    read.filter(({ path: file }) => file.startsWith('forecast/')),
    [],
  );
});

test('a read can be cancelled and resumed', async () => {
  const root = path.join(folder.root, 'large');
  mkdirSync(root);
  for (let count = 0; count < 200; count++) {
    writeFileSync(
      path.join(root, `part${count}.ts`),
      `${moduleText.replaceAll('quokka', `quokka${count}`)}`.repeat(100),
    );
  }
  const client = clientOf({
    folders: [root],
    initializationOptions: { ...usual, read: { ...usual.read, onOpen: false } },
  });
  await client.initialize();
  const cancellation = new CancellationTokenSource();
  const reading = client.request(methods.read, null, cancellation.token);
  await client.whenStatus(({ files }) => files > 0);
  cancellation.cancel();
  const { state, files, filesTotal } = await reading;
  assert.equal(state, 'paused');
  assert.ok(files < 200 && files === filesTotal);
  assert.equal((await client.request(methods.read, null)).files, 200);
});

test('another server reuses the cache of the same folder, and rebuilds a damaged one', async () => {
  const root = copyRepository(folder);
  const cache = path.join(folder.root, 'cache');
  const first = await readingClient(root, { cache });
  const { files, tokens } = await first.request(methods.status, null);
  assert.equal(await first.stop(), 0);
  const second = await readingClient(root, { cache });
  const log = await second.when(() => second.logs.find(text => text.startsWith('Read ')));
  assert.match(
    log,
    new RegExp(`^Read ${files} files, ${tokens} tokens in .*; ${files} files from the cache, 0 skipped`),
  );
  assert.equal(await second.stop(), 0);
  for (const file of globSync('**/content-v2/**/*', { cwd: cache, withFileTypes: true })) {
    if (file.isFile()) writeFileSync(path.join(file.parentPath, file.name), 'damaged');
  }
  const third = await readingClient(root, { cache });
  const status = await third.request(methods.status, null);
  assert.deepEqual([status.files, status.tokens], [files, tokens]);
});

test('reports an unusable cache folder, and reads without it', async () => {
  const root = copyRepository(folder);
  const file = path.join(root, 'README.md');
  const client = await readingClient(root, { initializationOptions: { ...usual, cache: { folder: file } } });
  assert.ok(client.logs.some(text => text.startsWith(`The cache folder ${file} cannot be used`)));
});
