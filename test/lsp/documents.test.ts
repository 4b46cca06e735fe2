import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  DidChangeConfigurationNotification,
  type Position,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { methods } from '../../server/protocol/methods.ts';
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
  client = new TestClient({ folders: [root] });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
});
after(() => {
  client.process.kill('SIGKILL');
  folder.remove();
});

/** Pieces of edits: code the repository knows, all kinds of line endings, characters of two and four bytes. */
const piece = fc.constantFrom(
  'readonly metres: number;',
  'export class TideClient {\n',
  '  constructor(address: string) {\r\n',
  'async levelsFrom(time: number): Promise<Level[]> {',
  '\n',
  '\r\n',
  '\r',
  '    ',
  'é',
  '𝒳',
  '',
);
const edit = fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(40), text: piece });

test('after incremental edits the server has the editor’s text', async () => {
  let count = 0;
  let suggested = 0;
  const property = fc.asyncProperty(
    fc.array(piece, { maxLength: 12 }),
    fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
    async (start, batches) => {
      const uri = uriOf(path.join(root, `src/edited${count++}.ts`));
      const mirror = TextDocument.create(uri, 'typescript', 1, start.join(''));
      await client.open(uri, mirror.getText());
      for (const [index, batch] of batches.entries()) {
        const changes: TextDocumentContentChangeEvent[] = [];
        for (const { from, length, text } of batch) {
          const offset = Math.floor(from * mirror.getText().length);
          const range = { start: mirror.positionAt(offset), end: mirror.positionAt(offset + length) };
          changes.push({ range, text });
          TextDocument.update(mirror, [{ range, text }], index + 2);
        }
        await client.change(uri, index + 2, changes);
      }
      const positions: Position[] = [0.25, 0.5, 1].map(share =>
        mirror.positionAt(Math.floor(share * mirror.getText().length)),
      );
      const edited = await all(uri, positions);
      await client.close(uri);
      await client.open(uri, mirror.getText());
      const opened = await all(uri, positions);
      await client.close(uri);
      assert.deepEqual(edited, opened);
      suggested += opened.flat().length;
    },
  );
  await fc.assert(property, { numRuns: 30, seed: 7 });
  // Two silent servers would agree trivially.
  assert.ok(suggested > 0);
});

test('handles positions outside the document, closed and unknown documents', async () => {
  const uri = uriOf(path.join(root, 'src/outside.ts'));
  await client.open(uri, 'const one = 1;\n');
  for (const position of [
    { line: 99, character: 0 },
    { line: 0, character: 99 },
  ]) {
    assert.ok(Array.isArray(await client.complete(uri, position)));
  }
  await client.close(uri);
  assert.deepEqual(await client.complete(uri, { line: 0, character: 0 }), []);
  await client.change(uri, 2, [{ text: 'never opened' }]);
  assert.deepEqual(await client.complete('untitled:Untitled-1', { line: 0, character: 0 }), []);
});

test('answers about the repository include unsaved text until it is closed without saving', async () => {
  const file = path.join(root, 'src/main.ts');
  const text = readFileSync(file, 'utf8');
  const digest = async () => (await client.request(methods.digest, { format: 'markdown' })).text;
  const described = async () => (await client.request(methods.describe, { path: 'src/main.ts' })).markdown;
  await client.open(uriOf(file), text);
  const added = 'export function quokkaUnsaved() {}\n';
  await client.change(uriOf(file), 2, [{ text: added + text }]);
  assert.match(await digest(), /quokkaUnsaved/);
  assert.match(await described(), /quokkaUnsaved/);
  await client.close(uriOf(file));
  assert.doesNotMatch(await digest(), /quokkaUnsaved/);
  assert.doesNotMatch(await described(), /quokkaUnsaved/);
  // Nothing counts as stale any more.
  await client.whenStatus(({ stale }) => stale === 0);
});

test('answers include unsaved text after a change of settings', async () => {
  const file = path.join(root, 'src/main.ts');
  const uri = uriOf(file);
  const digest = async () => (await client.request(methods.digest, { format: 'markdown' })).text;
  await client.open(uri, `export function quokkaKept() {}\n${readFileSync(file, 'utf8')}`);
  assert.match(await digest(), /quokkaKept/);
  const reads = () => client.logs.filter(line => line.startsWith('Read ')).length;
  const before = reads();
  const read = { ...usual.read, exclude: ['nothing-of-this-name/'] };
  const settings = { longsight: { ...usual, read } };
  await client.connection.sendNotification(DidChangeConfigurationNotification.type, { settings });
  await client.when(() => reads() > before);
  assert.match(await digest(), /quokkaKept/);
  await client.close(uri);
});

test('completes a document that is not on disk', async () => {
  const uri = 'untitled:Untitled-1';
  await client.open(uri, opening);
  const [item] = await client.complete(uri, endOf(opening));
  assert.ok(insertedText(item)?.startsWith(restOfLine));
  await client.close(uri);
});

async function all(uri: string, positions: readonly Position[]): Promise<unknown[]> {
  const answers = [];
  // One by one: only the newest request about a document is answered.
  for (const position of positions) answers.push(await client.complete(uri, position));
  return answers;
}
