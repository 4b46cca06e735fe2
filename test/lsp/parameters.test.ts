/** Parameters of the wrong kind get the protocol's error code, whatever library call would have failed on them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, test } from 'node:test';
import { ErrorCodes, Message, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import { programs } from './client.ts';
import { type TemporaryFolder, temporaryFolder } from './repository.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Sends messages as they are, where a client library would put other parameters into a list. */
class RawClient {
  readonly logs: string[] = [];
  readonly exited: Promise<number | null>;
  readonly #process;
  readonly #writer;
  readonly #waiting = new Map<unknown, (answer: Answer) => void>();
  #last = 0;

  constructor(cache: string) {
    const environment = { ...process.env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, HOME: cache };
    this.#process = spawn(process.execPath, [programs.source, '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: environment,
    });
    this.exited = new Promise(resolve => this.#process.once('exit', resolve));
    this.#writer = new StreamMessageWriter(this.#process.stdin);
    new StreamMessageReader(this.#process.stdout).listen(message => {
      if (Message.isResponse(message)) this.#waiting.get(message.id)?.(message as Answer);
      else if (Message.isNotification(message) && message.method === 'window/logMessage')
        this.logs.push((message.params as unknown as { message: string }).message);
    });
  }

  /** @param parameters undefined leaves them out */
  ask(method: string, parameters: unknown): Promise<Answer> {
    const id = ++this.#last;
    const answer = new Promise<Answer>(resolve => this.#waiting.set(id, resolve));
    void this.#writer.write(messageOf({ id, method }, parameters));
    return answer;
  }

  tell(method: string, parameters: unknown): void {
    void this.#writer.write(messageOf({ method }, parameters));
  }

  async start(): Promise<void> {
    const initializationOptions = { engine: { device: 'cpu' } };
    await this.ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    this.tell('initialized', {});
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

function messageOf(head: object, parameters: unknown): Message {
  const message = { jsonrpc: '2.0', ...head, ...(parameters !== undefined && { params: parameters }) };
  return message as Message;
}

let folder: TemporaryFolder;
let client: RawClient;
beforeEach(() => {
  folder = temporaryFolder();
  client = new RawClient(folder.root);
});
afterEach(() => {
  client.kill();
  folder.remove();
});

/** No request takes these. */
const wrong: readonly unknown[] = [[1, 2], [5], [{}, {}], 'text', 5, true];
/** These stand for an empty object where all fields may be missing: libraries of clients send any of them. */
const empty: readonly unknown[] = [undefined, null, {}, [], [null], [{}]];

test('every request refuses parameters that are no object', async () => {
  for (const parameters of [...wrong, ...empty])
    assert.equal((await client.ask('initialize', parameters)).error?.code, ErrorCodes.InvalidParams);
  await client.start();
  const own = Object.entries(methods).filter(([name]) => name !== 'clear' && name !== 'restartEngine');
  const other = [
    'textDocument/inlineCompletion',
    'textDocument/willSaveWaitUntil',
    'workspace/executeCommand',
  ];
  for (const method of [...own.map(([, type]) => type.method), ...other]) {
    const refused = other.includes(method) ? [...wrong, ...empty] : wrong;
    for (const parameters of refused) {
      const { error } = await client.ask(method, parameters);
      assert.equal(error?.code, ErrorCodes.InvalidParams, `${method} ${JSON.stringify(parameters)}`);
      assert.match(error.message, /^(?:The parameters|`\w+`) (?:are|is|must be) [\w ]+\.$/);
    }
  }
  for (const parameters of empty)
    assert.deepEqual((await client.ask('longsight/acceptance', parameters)).result, {
      offered: 0,
      accepted: 0,
    });
  for (const parameters of [
    { command: 3 },
    { command: 'longsight.accepted', arguments: {} },
    { command: '' },
  ])
    assert.equal(
      (await client.ask('workspace/executeCommand', parameters)).error?.code,
      ErrorCodes.InvalidParams,
    );
});

test('every notification with such parameters is dropped with a line in the log', async () => {
  await client.start();
  const notifications = [
    ...['didOpen', 'didChange', 'didSave', 'didClose', 'willSave'].map(name => `textDocument/${name}`),
    ...['didOpen', 'didChange', 'didSave', 'didClose'].map(name => `notebookDocument/${name}`),
    ...['Configuration', 'WatchedFiles', 'WorkspaceFolders'].map(name => `workspace/didChange${name}`),
    'longsight/indentation',
    '$/setTrace',
    '$/progress',
    'window/workDoneProgress/cancel',
  ];
  for (const method of notifications)
    for (const parameters of [...wrong, undefined, null, [], [null]]) {
      client.logs.length = 0;
      client.tell(method, parameters);
      await client.ask('longsight/acceptance', {});
      const said = client.logs.filter(line => !line.startsWith('Longsight '));
      assert.match(
        said.join('\n'),
        /^Ignored a malformed [^\n]+: The parameters [^\n]+\.$/,
        `${method} ${JSON.stringify(parameters)}`,
      );
    }
});

test('a second initialized starts nothing again', async () => {
  await client.start();
  client.tell('initialized', {});
  await client.ask('longsight/acceptance', {});
  assert.equal(client.logs.filter(line => line.includes(' started for ')).length, 1);
});

test('a server that was shut down refuses requests and ends with exit', async () => {
  // Before initialize there is nothing to shut down.
  await client.ask('shutdown', null);
  await client.start();
  assert.equal((await client.ask('shutdown', null)).error, undefined);
  for (const { method } of Object.values(methods))
    assert.equal((await client.ask(method, { name: 'none' })).error?.code, ErrorCodes.InvalidRequest, method);
  client.tell('exit', null);
  assert.equal(await client.exited, 0);
});
