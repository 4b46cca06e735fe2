/**
 * Runs everything that applies patterns to a file's text, one file per message, and answers with milliseconds of
 * processor time.
 */
import { parentPort } from 'node:worker_threads';
import { definitionSentence } from '../../../server/analysis/comments.ts';
import { documentFacts } from '../../../server/analysis/document-facts.ts';
import { factsOf } from '../../../server/analysis/facts.ts';
import { generatedPatterns } from '../../../server/workspace/attributes.ts';
import { IgnoreRules } from '../../../server/workspace/ignore/rules.ts';
import { languageOf } from '../../../server/workspace/language.ts';
import { hashOf, textOf } from '../../../server/workspace/read.ts';
import { verdictOnSecrets } from '../../../server/workspace/secrets/find.ts';
import type { Case } from './blow-up.ts';

const deep = 'a/'.repeat(200);

parentPort?.on('message', (one: Case) => void look(one));

async function look({ path, text }: Case): Promise<void> {
  const start = process.threadCpuUsage();
  const bytes = Buffer.from(text);
  const file = { path, absolute: path, bytes: bytes.length, modified: 0, changed: 0, wanted: false };
  const source = textOf({ file, bytes }, hashOf(bytes));
  const read = 'text' in source ? source.text : text;
  await verdictOnSecrets(path, read);
  const content = read.replace(/\r\n?/g, '\n');
  const facts = factsOf(path, content, 1);
  const lines = content.split('\n');
  for (const definition of facts.definitions.slice(0, 20))
    definitionSentence(lines, definition.line, languageOf(path));
  documentFacts(['README.md', path], () => content);
  const rules = new IgnoreRules(generatedPatterns(text) ?? text.slice(0, 20_000), false);
  rules.decide(`${deep}x`, false);
  const { user, system } = process.threadCpuUsage(start);
  parentPort?.postMessage((user + system) / 1000);
}
