import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ErrorCodes } from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import { type ClientOptions, programs, TestClient } from './client.ts';

const clients: TestClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.process.kill('SIGKILL');
});

function clientOf(options: ClientOptions = {}): TestClient {
  const client = new TestClient(options);
  clients.push(client);
  return client;
}

test('serves a client without capabilities, and ends with code 0 after shutdown and exit', async () => {
  const client = clientOf();
  const { capabilities, serverInfo } = await client.initialize();
  assert.equal(serverInfo?.name, 'Longsight');
  assert.deepEqual(capabilities.textDocumentSync, { openClose: true, change: 2, save: true });
  const status = await client.request(methods.status, null);
  assert.equal(status.state, 'idle');
  assert.equal(await client.stop(), 0);
  assert.deepEqual(client.pollution, []);
});

test('rejects a second initialize, which changes nothing', async () => {
  const client = clientOf();
  await client.initialize();
  await assert.rejects(client.connection.sendRequest('initialize', { capabilities: {} }), {
    code: ErrorCodes.InvalidRequest,
  });
  assert.equal((await client.request(methods.status, null)).state, 'idle');
  assert.equal(await client.stop(), 0);
});

test('exit without shutdown ends the server with code 1', async () => {
  const client = clientOf();
  await client.initialize();
  await client.connection.sendNotification('exit');
  assert.equal((await client.exited).code, 1);
});

test('the server ends when its standard input is closed', async () => {
  const client = clientOf();
  await client.initialize();
  client.process.stdin?.end();
  assert.equal((await client.exited).code, 1);
});

test('the server ends with the process that initialised it', async () => {
  const parent = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const client = clientOf();
  await client.connection.sendRequest('initialize', {
    processId: parent.pid,
    rootUri: null,
    capabilities: {},
  });
  parent.kill('SIGKILL');
  assert.equal((await client.exited).code, 1);
});

test('without a transport, the program names the options', async () => {
  const child = spawn(process.execPath, [programs.source], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [text] = await once(child.stderr.setEncoding('utf8'), 'data');
  assert.match(String(text), /--stdio, --node-ipc, --socket=<port> or --pipe=<name>/);
  assert.deepEqual(await once(child, 'exit'), [2, null]);
});

test('rejects requests before initialize and unknown methods with their codes', async () => {
  const client = clientOf();
  await assert.rejects(client.request(methods.status, null), { code: ErrorCodes.ServerNotInitialized });
  await client.initialize();
  await assert.rejects(client.connection.sendRequest('longsight/nonsense', {}), {
    code: ErrorCodes.MethodNotFound,
  });
  // An unknown notification is ignored and must not end the server.
  await client.connection.sendNotification('longsight/nonsense', {});
  assert.equal((await client.request(methods.status, null)).state, 'idle');
});

test('reports invalid settings once, and uses their defaults', async () => {
  const client = clientOf({
    initializationOptions: { longsight: { engine: { device: 'abacus' }, completion: { maxLines: 0 } } },
  });
  await client.initialize();
  const text = await client.when(() => client.shown[0]);
  assert.match(text, /`longsight\.completion\.maxLines` must be at least 1/);
  assert.match(text, /`longsight\.engine\.device` must be one of auto, cpu/);
  await client.connection.sendNotification('workspace/didChangeConfiguration', {
    settings: { longsight: { engine: { device: 'abacus' }, completion: { maxLines: 0 } } },
  });
  await client.request(methods.status, null);
  assert.equal(client.shown.length, 1);
});

test('requests configuration at first and after every change from a client that supports it', async () => {
  let device = 'cpu';
  const client = clientOf({
    capabilities: {
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
    },
    configuration: () => ({ engine: { device } }),
  });
  await client.initialize();
  const registration = await client.when(() => client.registrations[0]);
  assert.equal(registration.method, 'workspace/didChangeConfiguration');
  await client.request(methods.restartEngine, null);
  device = 'coreml';
  await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
  const status = await client.whenStatus(({ deviceReason }) => deviceReason.includes('Core ML'));
  assert.equal(status.device, 'CPU');
});

test('the engine checks itself, restarts when killed, and the status shows it', async () => {
  const client = clientOf();
  await client.initialize();
  const { device, deviceReason } = await client.request(methods.restartEngine, null);
  assert.equal(device, 'CPU');
  assert.match(deviceReason, /test computation on it was correct/);
  for (const pid of await childrenOf(client.process.pid!)) process.kill(pid, 'SIGKILL');
  const { problem } = await client.when(() => client.statuses.find(({ engine }) => engine === 'restarting'));
  assert.match(problem ?? '', /The engine process was killed by SIGKILL; restarting it\./);
  await client.whenStatus(({ engine }) => engine === 'running');
  const status = await client.request(methods.restartEngine, null);
  assert.equal(status.engine, 'running');
  assert.equal(status.problem, undefined);
});

test('starts no engine process without a model', async () => {
  const client = clientOf();
  await client.initialize();
  const status = await client.whenStatus(({ state }) => state !== 'reading');
  assert.deepEqual([status.engine, status.device], ['stopped', '']);
  assert.deepEqual(await childrenOf(client.process.pid!), []);
});

test('the engine ends with the server', async () => {
  const client = clientOf();
  await client.initialize();
  await client.request(methods.restartEngine, null);
  const pids = await childrenOf(client.process.pid!);
  assert.equal(pids.length, 1);
  client.process.kill('SIGKILL');
  await client.exited;
  while (pids.some(isAlive)) await setTimeout(10);
});

/** Child processes of a process. */
async function childrenOf(pid: number): Promise<number[]> {
  const ps = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const text = await ps.stdout.setEncoding('utf8').toArray();
  return text.join('').split('\n').map(Number).filter(Boolean);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
