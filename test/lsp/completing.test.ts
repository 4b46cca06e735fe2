/** Completions over the protocol: languages, acceptance, cancelled and superseded requests. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  type CancellationToken,
  CancellationTokenSource,
  ErrorCodes,
  InlineCompletionTriggerKind,
  LSPErrorCodes,
} from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import {
  type Answered,
  acceptedCommand,
  answeredNotification,
  indentationNotification,
} from '../../server/protocol/requests.ts';
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

test('does not complete a disabled language', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root, {
    initializationOptions: { ...usual, languages: { typescript: false } },
  });
  assert.deepEqual(await suggestedAfter(client, root, `${moduleText}\n${halfModule}`), []);
});

test('a folder may have its own settings', async () => {
  const root = copyRepository(folder);
  const other = path.join(root, '../other');
  mkdirSync(other);
  const client = await readingClient(root, {
    folders: [root, other],
    capabilities: { workspace: { configuration: true } },
    configuration: uri => ({ ...usual, enable: uri?.startsWith(uriOf(other)) !== true }),
  });
  const text = `${moduleText}\n${halfModule}`;
  assert.notDeepEqual(await suggestedAfter(client, root, text), []);
  assert.deepEqual(await suggestedAfter(client, other, text), []);
});

test('counts suggestions offered and accepted, once while typing along', async () => {
  const root = copyRepository(folder);
  const client = clientOf({ folders: [root] });
  const { capabilities } = await client.initialize();
  assert.deepEqual(capabilities.executeCommandProvider?.commands, [acceptedCommand]);
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, `${moduleText}\n${halfModule}`);
  const position = endOf(`${moduleText}\n${halfModule}`);
  const [item] = await client.complete(uri, position);
  await client.change(uri, 2, [{ range: { start: position, end: position }, text: 'Led' }]);
  const [rest] = await client.complete(uri, { ...position, character: position.character + 3 });
  assert.equal(rest?.insertText, 'ger(harbourMaster, tidalGauge, 4711);');
  await client.connection.sendRequest('workspace/executeCommand', item?.command);
  assert.deepEqual(await client.request(methods.acceptance, null), { offered: 1, accepted: 1 });
  await assert.rejects(
    client.connection.sendRequest('workspace/executeCommand', { command: 'rm' }),
    /Unknown command "rm"/,
  );
});

test('does not offer the command to a client that has it', async () => {
  const client = clientOf({ capabilities: { experimental: { commands: [acceptedCommand] } } });
  const { capabilities } = await client.initialize();
  assert.equal(capabilities.executeCommandProvider, undefined);
});

test('answers cancelled and superseded requests, and suggests only for the newest', async () => {
  const root = copyRepository(folder);
  // Waiting for a pause in typing, later requests are certain to arrive meanwhile.
  const completion = { ...usual.completion, debounce: 2000 };
  const client = await readingClient(root, { initializationOptions: { ...usual, completion } });
  const uri = uriOf(path.join(root, 'src/new.ts'));
  const text = `${moduleText}\n${halfModule}`;
  await client.open(uri, text);
  const ask = (token?: CancellationToken) =>
    client.complete(uri, endOf(text), token, InlineCompletionTriggerKind.Automatic);
  const cancellation = new CancellationTokenSource();
  const cancelled = ask(cancellation.token);
  cancellation.cancel();
  await assert.rejects(cancelled, { code: LSPErrorCodes.RequestCancelled });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
  assert.deepEqual(
    answers.map(items => Math.min(1, items.length)),
    [...Array(19).fill(0), 1],
  );
});

test('accepts a request without a context, and rejects one without a position with a sentence', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const uri = uriOf(path.join(root, 'src/new.ts'));
  const text = `${moduleText}\n${halfModule}`;
  await client.open(uri, text);
  const method = 'textDocument/inlineCompletion';
  const ask = (parameters: unknown) => client.connection.sendRequest(method, parameters);
  const items = await ask({ textDocument: { uri }, position: endOf(text) });
  assert.ok(Array.isArray(items) && items.length > 0);
  for (const wrong of [
    { textDocument: { uri } },
    { position: endOf(text) },
    { textDocument: {}, position: {} },
  ])
    await assert.rejects(ask(wrong), {
      code: ErrorCodes.InvalidParams,
      message: /^`(?:position|textDocument)\b.*\.$/,
    });
});

test('notifies the client of the outcome of its request', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const told: Answered[] = [];
  client.connection.onNotification(answeredNotification.method, (one: Answered) => void told.push(one));
  const uri = uriOf(path.join(root, 'src/new.ts'));
  const text = `${moduleText}\n${halfModule}`;
  await client.open(uri, text);
  await client.complete(uri, endOf(text));
  await client.change(uri, 2, [{ text: 'xyzzy plugh ' }]);
  await client.complete(uri, { line: 0, character: 12 }, undefined, InlineCompletionTriggerKind.Automatic);
  await client.change(uri, 3, [{ text }]);
  const position = endOf(text);
  const start = { ...position, character: position.character - 'createQuokka'.length };
  // The entry has another name than the suggestion.
  const items = await client.connection.sendRequest('textDocument/inlineCompletion', {
    textDocument: { uri },
    position,
    context: {
      triggerKind: InlineCompletionTriggerKind.Automatic,
      selectedCompletionInfo: { range: { start, end: position }, text: 'createQuokkaZoo' },
    },
  });
  assert.deepEqual(items, []);
  assert.deepEqual(
    told.map(({ outcome }) => outcome),
    ['suggested', told[1]?.outcome, 'behind the list'],
  );
  assert.match(told[1]?.outcome ?? '', /^(?:nothing|unsure)$/);
});

test('uses the client’s indentation for a document without any', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root);
  const uri = uriOf(path.join(root, 'src/new.ts'));
  const body = 'export class Quokka {\n  readonly harbourMaster = 4711;\n  readonly tidalGauge = 4712;\n}\n';
  await client.open(uriOf(path.join(root, 'src/quokka.ts')), body);
  const text = 'export class Quokka {\n';
  await client.open(uri, text);
  const suggested = async () => insertedText((await client.complete(uri, endOf(text)))[0]);
  assert.match((await suggested()) ?? '', /^ {2}readonly/);
  const indentation = { uri, insertSpaces: false, tabSize: 4 };
  await client.connection.sendNotification(indentationNotification.method, indentation);
  // Invalid notifications are ignored.
  await client.connection.sendNotification(indentationNotification.method, { uri });
  await client.change(uri, 2, [{ text: `${text} ` }]);
  await client.change(uri, 3, [{ text }]);
  assert.match((await suggested()) ?? '', /^\treadonly/);
  // As editors do when the user chooses another language.
  await client.close(uri);
  await client.open(uri, text, 'typescriptreact');
  assert.match((await suggested()) ?? '', /^\treadonly/);
});

test('a document has one identity, through a link or outside the folder', async () => {
  const root = copyRepository(folder);
  const outside = path.join(root, '../outside');
  mkdirSync(outside, { recursive: true });
  symlinkSync(path.join(root, 'src'), path.join(outside, 'linked'));
  const client = await readingClient(root, { capabilities: watching });
  const file = path.join(root, 'src/quokka-user.ts');
  writeFileSync(file, moduleText);
  await client.tellChanged(file);
  await client.whenStatus(({ stale }) => stale === 0);
  const placesIn = async (document: string) => {
    const uri = uriOf(document);
    await client.open(uri, halfModule);
    const items = await client.complete(uri, endOf(halfModule));
    await client.close(uri);
    return items.flatMap(item => {
      const why = whyOf(item);
      return why?.origin === 'repository' ? why.provenance.map(place => place.path) : [];
    });
  };
  // Through the link it is the same file, which is not copied from; another of its name elsewhere is another file.
  assert.ok(!(await placesIn(path.join(outside, 'linked/quokka-user.ts'))).includes('src/quokka-user.ts'));
  assert.ok((await placesIn(path.join(outside, 'quokka-user.ts'))).includes('src/quokka-user.ts'));
  writeFileSync(path.join(root, 'quokka.ts'), moduleText);
  await client.tellChanged(path.join(root, 'quokka.ts'));
  await client.whenStatus(({ stale }) => stale === 0);
  assert.ok((await placesIn(path.join(outside, 'quokka.ts'))).includes('quokka.ts'));
});

test('returns the next place for a repeated change', async () => {
  const client = clientOf();
  await client.initialize();
  const uri = uriOf(path.join(folder.root, 'calls.ts'));
  await client.open(uri, 'load(1);\nload(2);\nload(3);\n');
  assert.equal(await client.request(methods.nextEdit, { uri }), null);
  for (const line of [0, 1]) {
    const range = { start: { line, character: 0 }, end: { line, character: 4 } };
    await client.change(uri, line + 2, [{ range, text: 'fetch' }]);
  }
  assert.deepEqual(await client.request(methods.nextEdit, { uri }), {
    line: 3,
    start: 1,
    end: 5,
    oldText: 'load',
    newText: 'fetch',
  });
  await assert.rejects(client.connection.sendRequest(methods.nextEdit.method, {}), /uri/);
});
