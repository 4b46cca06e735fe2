import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { WorkerThread } from '../../../server/host/worker-thread.ts';
import { RepositoryClient } from '../../../server/lsp/repository-client.ts';
import { methods } from '../../../server/protocol/methods.ts';

const fixture = (name: string) => path.join(import.meta.dirname, '../../fixtures/worker', name);
const parameters = {
  folders: [{ name: 'test', root: '/nowhere' }],
  exclude: [],
  maxFileSize: 1,
  maxTokens: 1,
  modelFolder: '',
  cacheFolder: '',
  cacheSize: 1,
  neural: false,
  backgroundMinutes: 0,
};

test('a memory that breaks is read again, and left alone when that breaks it again and again', async () => {
  const log: string[] = [];
  const reading = new RepositoryClient(
    (level, message) => log.push(`${level}: ${message}`),
    parameters,
    fixture('breaks.mjs'),
  );
  const failed = new Promise<void>(resolve => {
    reading.onChanged(() => reading.stats.state === 'failed' && resolve());
  });
  void reading.read();
  await failed;
  assert.deepEqual(log, [
    'warning: The indexing thread crashed: out of memory. The repository is read again.',
    'warning: The indexing thread crashed: out of memory. The repository is read again.',
    'error: The indexing thread crashed: out of memory.',
  ]);
  assert.equal(reading.stats.problem, 'The indexing thread crashed: out of memory.');
  await reading.stop();
});

test('changes are read after a pause that came between a change and its reading', async () => {
  const reading = new RepositoryClient(() => {}, parameters, fixture('answers.mjs'));
  await reading.read();
  reading.changed(['/nowhere/a.ts']);
  await reading.pause(true);
  await reading.pause(false);
  const noticed = new Promise<void>(resolve => {
    reading.onChanged(() => reading.stats.files === 1 && reading.stats.stale === 0 && resolve());
  });
  reading.changed(['/nowhere/b.ts']);
  await noticed;
  assert.equal(reading.stats.state, 'ready');
  await reading.stop();
});

test('statistics that arrive after the folders are closed are not shown', async () => {
  const reading = new RepositoryClient(() => {}, parameters, fixture('answers.mjs'));
  await reading.read();
  const noticed = new Promise<void>(resolve => {
    reading.onChanged(() => reading.stats.files === 1 && resolve());
  });
  reading.changed(['/nowhere/a.ts']);
  await noticed;
  await reading.configure({ ...parameters, folders: [] }, true);
  await reading.ask(methods.coverage, null);
  assert.deepEqual([reading.stats.state, reading.stats.files], ['idle', 0]);
  await reading.stop();
});

test('a request waits for the latest settings, which may come while the folders are opened', async () => {
  const reading = new RepositoryClient(() => {}, parameters, fixture('opens.mjs'));
  // The thread has started.
  await reading.ask(methods.coverage, null);
  const first = reading.configure({ ...parameters, maxTokens: 2 }, false);
  const asked = reading.ask(methods.coverage, null);
  await new Promise(resolve => setTimeout(resolve, 10));
  const second = reading.configure({ ...parameters, maxTokens: 3 }, false);
  assert.deepEqual(await asked, { modelId: 'none', problems: [], isOpen: true });
  await Promise.all([first, second]);
  await reading.stop();
});

test('what is asked of a thread that ends is rejected, once for each loss, and what it prints goes to the log', async () => {
  const log: string[] = [];
  const losses: string[] = [];
  const thread = new WorkerThread(
    (_, message) => log.push(message),
    problem => losses.push(problem),
    fixture('ends.mjs'),
  );
  for (let count = 0; count < 2; count++) await assert.rejects(thread.request(methods.coverage, null));
  assert.deepEqual(losses, Array(2).fill('The indexing thread crashed: it exited with code 3.'));
  assert.ok(log.every(text => text === 'memory: Content-Length: 7'));
  await thread.stop();
});
