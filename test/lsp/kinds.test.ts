/**
 * Documents that are not plain files of the folder: notebooks, untitled, elsewhere, very long. And the editor's own
 * list.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  DidOpenNotebookDocumentNotification,
  type InlineCompletionItem,
  InlineCompletionRequest,
  InlineCompletionTriggerKind,
  NotebookCellKind,
} from 'vscode-languageserver/node';
import { insertedText, TestClient, uriOf, usual } from './client.ts';
import {
  copyRepository,
  endOf,
  opening,
  restOfLine,
  type TemporaryFolder,
  temporaryFolder,
} from './repository.ts';

let folder: TemporaryFolder;
let client: TestClient;
let root: string;
before(async () => {
  folder = temporaryFolder();
  root = copyRepository(folder);
  mkdirSync(path.join(root, 'src/left-out'));
  writeFileSync(path.join(root, 'src/left-out/one.ts'), opening);
  client = new TestClient({
    folders: [root],
    initializationOptions: { ...usual, read: { ...usual.read, exclude: ['left-out/'] } },
  });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
});
after(() => {
  client.process.kill('SIGKILL');
  folder.remove();
});

const places = [
  ['an untitled document', () => 'untitled:Untitled-1'],
  ['a file outside of the workspace', () => uriOf(path.join(folder.root, 'elsewhere.ts'))],
] as const;
for (const [what, uri] of places) {
  test(`${what} is completed from the repository`, async () => {
    await client.open(uri(), opening);
    const [item] = await client.complete(uri(), endOf(opening));
    assert.equal(firstLine(item), restOfLine);
  });
}

test('suggests nothing in a file with secrets', async () => {
  const text = `${opening.replace('constructor(addr', '')}API_KEY=`;
  for (const name of ['.env', 'src/.env.local', 'keys/server.key']) {
    const uri = uriOf(path.join(root, name));
    await client.open(uri, `${text}\n${opening}`, 'typescript');
    assert.deepEqual(await client.complete(uri, endOf(`${text}\n${opening}`)), [], name);
  }
});

test('suggests nothing in an excluded file', async () => {
  const uri = uriOf(path.join(root, 'src/left-out/one.ts'));
  await client.open(uri, opening);
  assert.deepEqual(await client.complete(uri, endOf(opening)), []);
});

test('completes a file of 50,000 lines', async () => {
  const uri = uriOf(path.join(root, 'src/long.ts'));
  const lines = Array.from({ length: 50_000 }, (_, i) => `export const level${i} = ${i} * 0.01;`);
  const text = `${lines.join('\n')}\n${opening}`;
  await client.open(uri, text);
  const [item] = await client.complete(uri, endOf(text));
  assert.equal(firstLine(item), restOfLine);
});

test('a notebook cell continues the code cells before it, in its own coordinates', async () => {
  const uri = uriOf(path.join(root, 'tides.ipynb'));
  const cellUri = (id: string): string => `vscode-notebook-cell:${new URL(uri).pathname}#${id}`;
  const cells = [
    ['prose', 'Levels of **quokka** tides.', 'markdown', NotebookCellKind.Markup],
    [
      'first',
      'quokkaLedger = createQuokkaLedger(harbourMaster, tidalGauge, 4711)\nprint(quokkaLedger)\n',
      'python',
      NotebookCellKind.Code,
    ],
    ['second', 'quokkaLedger = createQuokka', 'python', NotebookCellKind.Code],
  ] as const;
  await client.connection.sendNotification(DidOpenNotebookDocumentNotification.type, {
    notebookDocument: {
      uri,
      notebookType: 'jupyter-notebook',
      version: 1,
      cells: cells.map(([id, , , kind]) => ({ kind, document: cellUri(id) })),
    },
    cellTextDocuments: cells.map(([id, text, languageId]) => ({
      uri: cellUri(id),
      languageId,
      version: 1,
      text,
    })),
  });
  const text = cells[2][1];
  const [item] = await client.complete(cellUri('second'), endOf(text));
  assert.equal(item?.insertText, 'Ledger(harbourMaster, tidalGauge, 4711)');
  assert.deepEqual(item.range, { start: endOf(text), end: endOf(text) });
});

test('the suggestion continues the selected list entry', async () => {
  const uri = uriOf(path.join(root, 'src/listed.ts'));
  // The list completes `addr` to `address`.
  const text = opening;
  await client.open(uri, text);
  const end = endOf(text);
  const start = { ...end, character: end.character - 'addr'.length };
  const answer = await client.connection.sendRequest(InlineCompletionRequest.type, {
    textDocument: { uri },
    position: end,
    context: {
      triggerKind: InlineCompletionTriggerKind.Automatic,
      selectedCompletionInfo: { range: { start, end }, text: 'address' },
    },
  });
  const [item] = Array.isArray(answer) ? answer : (answer?.items ?? []);
  assert.equal(firstLine(item), `addr${restOfLine}`);
  assert.deepEqual(item?.range, { start, end });
});

test('an explicit request returns alternatives', async () => {
  const uri = uriOf(path.join(root, 'src/several.ts'));
  const text = "import { type Result } from '../shared/result.ts';\n\nexport function ";
  await client.open(uri, text);
  const items = await client.complete(uri, endOf(text));
  assert.ok(items.length > 1);
  assert.equal(new Set(items.map(item => item.insertText)).size, items.length);
});

function firstLine(item: InlineCompletionItem | undefined): string | undefined {
  return insertedText(item)?.split('\n')[0];
}
