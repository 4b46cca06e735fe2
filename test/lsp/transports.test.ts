import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import type { Status } from '../../server/protocol/requests.ts';
import { programs } from './client.ts';
import { temporaryFolder } from './repository.ts';

/** Initialises over a connection and requests the status. */
async function converse(connection: ProtocolConnection): Promise<void> {
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  const status = await connection.sendRequest<Status>(methods.status.method);
  assert.equal(status.state, 'idle');
}

test('over the IPC channel of a parent, and it ends when that is closed', async () => {
  const child = fork(programs.source, ['--node-ipc'], { execArgv: [] });
  await converse(createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child)));
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [1, null]);
});

test('over a socket and over a pipe, and it ends when that is closed', async () => {
  const folder = temporaryFolder();
  const pipe = path.join(folder.root, 'pipe');
  try {
    await overSocket(0, port => [`--socket=${port}`]);
    await overSocket(pipe, () => ['--pipe', pipe]);
  } finally {
    folder.remove();
  }
});

/** The client listens, and the server connects. */
async function overSocket(at: number | string, words: (port: number) => string[]): Promise<void> {
  const listening = createServer().listen(at);
  await once(listening, 'listening');
  const address = listening.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const child = spawn(process.execPath, [programs.source, ...words(port)], { stdio: 'inherit' });
  try {
    const [socket] = (await once(listening, 'connection')) as [Socket];
    await converse(
      createProtocolConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket)),
    );
    socket.end();
    assert.deepEqual(await once(child, 'exit'), [1, null]);
  } finally {
    child.kill('SIGKILL');
    listening.close();
  }
}
