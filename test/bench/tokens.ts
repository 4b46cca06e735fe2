/**
 * Encoding speed beside @huggingface/tokenizers, the oracle of its tests, on real source:
 *   npm run bench -- tokens <folder> …
 * Cold is a new encoder on text it has not seen; warm is the same encoder on the same text again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as Oracle } from '@huggingface/tokenizers';
import { createTokenizer } from '../../server/tokens/bpe.ts';
import { sourcesUnder } from './repositories.ts';

const definition = readFileSync(join(import.meta.dirname, '../../kernels/weights/tokenizer.json'), 'utf8');
const texts = process.argv
  .slice(2)
  .flatMap(sourcesUnder)
  .map(path => readFileSync(path, 'utf8'));
const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

const oracle = new Oracle({ ...JSON.parse(definition), added_tokens: [] }, {});
const ours = createTokenizer(definition);
const runs = { ours: (text: string) => ours.encode(text), oracle: (text: string) => oracle.encode(text).ids };

const seconds: Record<string, number> = {};
for (const round of ['cold', 'warm']) {
  for (const [name, encode] of Object.entries(runs))
    seconds[`${name} ${round}`] = cpu(() => texts.forEach(encode));
}
let tokens = 0;
let different = 0;
for (const text of texts) {
  const ids = ours.encode(text);
  const expected = text === '' ? [] : oracle.encode(text).ids;
  tokens += ids.length;
  if (ids.length !== expected.length || expected.some((id: number, i: number) => id !== ids[i])) different++;
}

console.log(
  `${texts.length} files, ${megabytes.toFixed(1)} MB, ${((megabytes * 1e6) / tokens).toFixed(2)} bytes a token`,
);
console.log(`files with other ids than the oracle's: ${different}`);
for (const round of ['cold', 'warm']) {
  const [own, other] = [seconds[`ours ${round}`]!, seconds[`oracle ${round}`]!];
  console.log(
    `${round}: ${(megabytes / own).toFixed(1)} MB/s of processor time, ${(other / own).toFixed(1)} × the oracle's ${(megabytes / other).toFixed(2)}`,
  );
}

const word = 'x'.repeat(500_000) + 'yz'.repeat(250_000);
const whole = cpu(() => void ours.encode(word));
const half = cpu(() => void ours.encode(word.slice(0, word.length / 2)));
console.log(`a word of 1 MB: ${(whole / half).toFixed(1)} × the time of its half`);

/** Processor seconds: on a shared machine they are more telling than the clock. */
function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
