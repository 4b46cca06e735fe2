/** Completions as a client asks for them: languages, acceptance, cancelled and superseded questions. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import {
  type CancellationToken,
  CancellationTokenSource,
  InlineCompletionTriggerKind,
  LSPErrorCodes,
} from 'vscode-languageserver/node';
import { methods } from '../../server/protocol/methods.ts';
import { acceptedCommand } from '../../server/protocol/requests.ts';
import { uriOf, usual } from './client.ts';
import { copyRepository, endOf } from './repository.ts';
import { clientOf, folder, halfModule, moduleText, readingClient, suggestedAfter } from './scene.ts';

test('a language that is switched off is not completed', async () => {
  const root = copyRepository(folder);
  const client = await readingClient(root, {
    initializationOptions: { ...usual, languages: { typescript: false } },
  });
  assert.deepEqual(await suggestedAfter(client, root, `${moduleText}\n${halfModule}`), []);
});

test('what is offered and accepted is counted, once for a suggestion that is typed along', async () => {
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
    /no command "rm"/,
  );
});

test('a client with the command of its own is not offered a second one', async () => {
  const client = clientOf({ capabilities: { experimental: { commands: [acceptedCommand] } } });
  const { capabilities } = await client.initialize();
  assert.equal(capabilities.executeCommandProvider, undefined);
});

test('cancelled and superseded questions are answered, and only the newest gets a suggestion', async () => {
  const root = copyRepository(folder);
  // While they wait for the user to stop typing, later questions come for certain.
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
