/**
 * Which judge knows a file's own sentence? For files that open with one, the sentence stands among four taken from other files of the
 * repository, and the rest of the file, without its comments, has to tell which is its own:
 *     npm run bench -- judge [--files 80] [--tokens 384] <folder> …
 * "counting" weighs the words that a file shares with a sentence (server/documents/candidates.ts). "model" asks the weights that are shipped for
 * the log-likelihood of the sentence after the file, less that after nothing. "both" adds their ranks. Chance is one in five.
 */
import { parseArgs } from 'node:util';
import { fileSentences } from '../../server/analysis/comments.ts';
import { type Candidate, candidatesOf, countingJudge } from '../../server/documents/candidates.ts';
import { engineEntry } from '../../server/engine/entry.ts';
import { createEngine } from '../../server/engine/process.ts';
import { softmax } from '../../server/model-memory/sampling.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { languageOf } from '../../server/workspace/language.ts';
import { shippedModel } from './mixture/model.ts';
import { readRepository } from './repositories.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { files: { type: 'string', default: '80' }, tokens: { type: 'string', default: '384' } },
});
const tokenizer = loadTokenizer();
const model = shippedModel(tokenizer);
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
const others = 4;
/** Positions per engine call. */
const maxPositions = 32;

const all = { cases: 0, counting: 0, model: 0, both: 0 };
for (const folder of positionals) {
  const { name, files } = readRepository(folder, tokenizer);
  const spoken = files.flatMap(({ path, text }) => {
    const [sentence] =
      languageOf(path).kind === 'code'
        ? fileSentences(path, text.split('\n'), languageOf(path), new Set())
        : [];
    const body = withoutComments(text);
    return sentence && sentence.text.length > 30 && body.length > 600 ? [{ path, body, sentence }] : [];
  });
  if (spoken.length < 20) {
    console.log(`${name}: only ${spoken.length} files open with a sentence`);
    continue;
  }
  const step = Math.max(1, Math.floor(spoken.length / Number(values.files)));
  const sum = { cases: 0, counting: 0, model: 0, both: 0 };
  const frequencies = countingJudge(
    spoken.map(({ sentence, body }) => candidatesOf([sentence, sentence], body)),
  );
  for (let at = 0; at < spoken.length; at += step) {
    const { path, body, sentence } = spoken[at]!;
    const rivals = Array.from({ length: others }, (_, i) => {
      const other = spoken[(at + (i + 1) * Math.floor(spoken.length / (others + 1))) % spoken.length]!;
      return other.sentence;
    });
    if (rivals.some(({ text }) => text === sentence.text)) continue;
    const candidates = [sentence, ...rivals].map(one => supported(one, body));
    const counted = frequencies(path, candidates);
    const told = await Promise.all(candidates.map(({ text }) => gain(body, text)));
    const together = counted.map((_, i) => rankOf(counted, i) + rankOf(told, i) - counted[i]! * 1e-6);
    sum.cases++;
    if (isFirst(counted)) sum.counting++;
    if (isFirst(told)) sum.model++;
    if (isFirst(together.map(rank => -rank))) sum.both++;
  }
  console.log(line(name, sum));
  for (const key of Object.keys(all) as (keyof typeof all)[]) all[key] += sum[key];
}
console.log(line('all', all));
await engine.stop();

function supported(sentence: { text: string; line: number }, body: string): Candidate {
  // Twice, because a single candidate is never weighed; its own words are subtracted twice as well.
  return candidatesOf([sentence, { text: '', line: 1 }], `${body}\n${sentence.text}`)[0]!;
}

/** Nats per token by which the file makes the sentence more likely. */
async function gain(body: string, sentence: string): Promise<number> {
  const said = tokenizer.encode(`\n\n// ${sentence}`).slice(0, maxPositions);
  const given = tokenizer.encode(body).slice(0, Number(values.tokens));
  const [after, before] = await Promise.all([nats(given, said), nats(new Uint16Array(), said)]);
  return (before - after) / said.length;
}

async function nats(given: Uint16Array, said: Uint16Array): Promise<number> {
  const { special } = tokenizer;
  const ids = Uint16Array.from([special.file, ...tokenizer.encode('file'), special.text, ...given, ...said]);
  const answer = await engine.run('decode', { model, ids: ids.slice(0, -1), positions: said.length });
  if (answer.type === 'unknownMemory') throw new Error('The engine asks for a memory that was not named.');
  let sum = 0;
  for (const [i, token] of said.entries()) {
    const logits = answer.logits.subarray(i * answer.vocabulary, (i + 1) * answer.vocabulary);
    sum -= Math.log(softmax(logits)[token]!);
  }
  return sum;
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\/|"""[\s\S]*?"""/g, '')
    .replace(/^\s*(?:\/\/|#(?!include|define|if|endif)|--).*$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function isFirst(scores: readonly number[]): boolean {
  return scores.slice(1).every(score => score < scores[0]!);
}

function rankOf(scores: readonly number[], at: number): number {
  return scores.filter(score => score > scores[at]!).length;
}

function line(name: string, { cases, counting, model: told, both }: typeof all): string {
  const share = (count: number): string => `${((100 * count) / Math.max(1, cases)).toFixed(1)} %`;
  return `${name}: ${cases} files; counting ${share(counting)}, model ${share(told)}, both ${share(both)}`;
}
