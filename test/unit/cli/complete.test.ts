/** What `longsight complete` says of a suggestion: shown unasked, on request, or not at all. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { parseCommandLine } from '../../../server/cli/arguments.ts';
import { type Suggestion, suggestAt, suggestionText } from '../../../server/cli/complete.ts';
import { openSession } from '../../../server/cli/session.ts';

const { signal } = new AbortController();
const folder = path.join(import.meta.dirname, '../../fixtures/quayside');
const line = parseCommandLine(['complete', folder, '--no-cache']);
assert.ok(typeof line === 'object');
const session = await openSession(line, signal, { quiet: true });

/** The suggestion at a place, the rest of whose line is taken away; and what is printed. */
async function at(
  file: string,
  line: number,
  column: number,
): Promise<Suggestion & { readonly said: string }> {
  const lines = readFileSync(path.join(folder, file), 'utf8').split('\n');
  const typed = lines[line - 1]!.slice(0, column - 1);
  const text = lines.with(line - 1, typed).join('\n');
  const offset = [...lines.slice(0, line - 1), typed].join('\n').length;
  const suggestion = await suggestAt(session, { path: file, text, offset }, { eagerness: undefined }, signal);
  return {
    ...suggestion,
    said: stripVTControlCharacters(suggestionText({ path: file, text, offset }, suggestion)),
  };
}

test('what a request shows is printed as well, where it differs', async () => {
  const { text, shown, requested, said } = await at('src/http/handlers.ts', 34, 18);
  assert.deepEqual([text, shown, requested?.text], [' store.find', true, ' store.find(berthId.value);']);
  assert.match(said, /const berth = store\.find\n {2}\d+ % confidence, [^;]+ ms\n/);
  assert.match(said, /const berth = store\.find\(berthId\.value\);\n {2}\d+ % .+; shown on request$/);
});

test('what only a request shows says so', async () => {
  const { text, shown, requested, said } = await at('src/berths/berth.ts', 7, 10);
  assert.deepEqual([text, shown, requested], ['y name: string;', false, undefined]);
  assert.match(said, /; shown only on request: not confident enough$/);
});

test('what not even a request shows is not printed', async () => {
  const { text, confidence, shown, said } = await at('src/berths/berth.ts', 4, 25);
  assert.deepEqual([text, confidence, shown], ['', 0, false]);
  assert.match(said, /\n {2}no suggestion: not confident enough \([\d.]+ ms\)$/);
});
