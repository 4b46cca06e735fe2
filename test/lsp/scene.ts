/**
 * Shared by the tests of indexing and completing: a folder and clients that end with each test, and a module to
 * complete.
 */
import path from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { type InlineCompletionItem, InlineCompletionTriggerKind } from 'vscode-languageserver/node';
import type { Why } from '../../server/protocol/requests.ts';
import { type ClientOptions, insertedText, TestClient, uriOf } from './client.ts';
import { endOf, type TemporaryFolder, temporaryFolder } from './repository.ts';

export let folder: TemporaryFolder;
const clients: TestClient[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.process.kill('SIGKILL');
  folder.remove();
});

export function clientOf(options: ClientOptions = {}): TestClient {
  const client = new TestClient(options);
  clients.push(client);
  return client;
}

export async function readingClient(root: string, options: ClientOptions = {}): Promise<TestClient> {
  const client = clientOf({ folders: [root], ...options });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
  return client;
}

/** Unlike anything in the fixture. */
export const line = 'const quokkaLedger = createQuokkaLedger(harbourMaster, tidalGauge, 4711);';
const start = "import { createQuokkaLedger } from './quokka.ts';\n\n";
export const moduleText = `${start}${line}\nexport { quokkaLedger };\n`;
export const halfModule = `${start}const quokkaLedger = createQuokka`;
export const watching = {
  workspace: { didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } },
};

/**
 * Suggestions in a new document after `text` that come from the module's line alone, not from words of the document.
 */
export async function suggestedAfter(
  client: TestClient,
  root: string,
  text: string,
): Promise<InlineCompletionItem[]> {
  const uri = uriOf(path.join(root, 'src/new.ts'));
  await client.open(uri, text);
  // Typed, not invoked: invoked suggestions are shown at any confidence.
  const items = await client.complete(uri, endOf(text), undefined, InlineCompletionTriggerKind.Automatic);
  await client.close(uri);
  return items.filter(item => insertedText(item)?.includes('harbourMaster'));
}

/** Why an item is suggested, from its command. */
export function whyOf(item: InlineCompletionItem | undefined): Why | undefined {
  return item?.command?.arguments?.[0] as Why | undefined;
}
