/**
 * How long the code model in use takes where the copy memory is not sure: `npm run bench -- coder-latency <cache folder> <folder> [<places>]`, through the engine
 * process and the code that the product asks with. Lines of hidden places are typed key by key; each key is a question, as if a person paused there.
 */
import { CompletionCache } from '../../server/completion/cache.ts';
import { engineEntry } from '../../server/engine/entry.ts';
import type { Written } from '../../server/engine/messages.ts';
import { createEngine, type Engine } from '../../server/engine/process.ts';
import { chooseLines, cursorIn } from '../../server/evaluation/lines.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import type { CompletionRequest } from '../../server/fitting/request.ts';
import { coderInUse, libraryIn } from '../../server/models/in-use.ts';
import { CoderClient } from '../../server/suggestions/coder-client.ts';
import { suggest } from '../../server/suggestions/suggest.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

const [cache = '', folder = '.', count = '5'] = process.argv.slice(2);
const keysPerPlace = 20;
/** Milliseconds after which questions are cancelled. */
const cancelDelays = [40, 130, 290, 470, 710, 950, 1600, 2900];
const coder = await coderInUse(libraryIn(cache));
if (coder === undefined) throw new Error(`No code model is in use in ${cache}.`);
const engine = createEngine({ entry: engineEntry(), device: 'cpu', log: () => {} });
/** The model's answers, in order. */
const answers: Written[] = [];
/** The last reading ahead of a question. */
let readingAhead: Promise<unknown> = Promise.resolve();
const watched: Pick<Engine, 'run'> = {
  run: async (name, parameters, options) => {
    const running = engine.run(name, parameters, options);
    if (name === 'readAhead') readingAhead = running.catch(() => {});
    const result = await running;
    if (name === 'write') answers.push(result as Written);
    return result;
  },
};
const client = new CoderClient(watched, coder, {
  patience: Number.POSITIVE_INFINITY,
  onProblem: problem => {
    throw new Error(problem);
  },
});
await client.ready;
const tokenizer = loadTokenizer();
const { memory, files } = await readRepository(folder, tokenizer);
const places = chooseLines(files, Number(count), randomFrom(3));

const first: number[] = [];
/** At every second place the cursor rests first, as in an editor, until the model has read. */
const rested: number[] = [];
const here: number[] = [];
const keys: number[] = [];
const along: number[] = [];
const readFirst: number[] = [];
const readRested: number[] = [];
const readAtKeys: number[] = [];
const written: number[] = [];
const ended: number[] = [];
let silentKeys = 0;
for (const [turn, place] of places.entries()) {
  const { text, offset, expected } = cursorIn(place, 0);
  const { path } = place.file;
  const from = { predictor: memory, tokenizer, coder: client, cache: new CompletionCache() };
  const at = (typed: number): CompletionRequest => ({
    path,
    text: text.slice(0, offset) + expected.slice(0, typed) + text.slice(offset),
    offset: offset + typed,
    budget: Number.POSITIVE_INFINITY,
  });
  const rests = turn % 2 === 1;
  if (rests) {
    client.readAhead(at(0));
    await readingAhead;
  }
  for (let typed = 0; typed < Math.min(expected.length, keysPerPlace); typed++) {
    const asked = answers.length;
    const started = performance.now();
    const { item } = await suggest(at(typed), from);
    const time = performance.now() - started;
    const answer = answers[asked];
    if (answer === undefined) {
      if (item?.origin === 'model') along.push(time);
      else silentKeys++;
    } else if (typed === 0) {
      written.push(answer.written);
      (rests ? rested : first).push(time);
      (rests ? readRested : readFirst).push(answer.read);
    } else {
      written.push(answer.written);
      keys.push(time);
      readAtKeys.push(answer.read);
    }
  }
  // The same place after another in the same file: the text above has been prefilled.
  const started = performance.now();
  await client.alone({ ...at(0), isInvoked: true });
  here.push(performance.now() - started);
  // Requests cancelled while the model reads and while it writes; the next one waits for the model's current run.
  for (const delay of cancelDelays) {
    const abort = new AbortController();
    const lines = 'let a = b;\n'.repeat(60 + (delay % 7));
    const far = { ...at(0), text: `${lines}${text}`, offset: offset + lines.length, isInvoked: true };
    const asked = client.alone(far, abort.signal);
    await new Promise(resolve => setTimeout(resolve, delay));
    const stopped = performance.now();
    abort.abort();
    await asked;
    await engine.run('openCoder', { coder }, { urgent: true });
    ended.push(performance.now() - stopped);
  }
}
console.log(`${places.length} places, ${keysPerPlace} keys each; ms (median, 95 %, largest, mean)`);
print('first question at a place', first);
print('  tokens read', readFirst);
print('the same where the cursor rested', rested);
print('  tokens read', readRested);
print('a key that the model is asked at', keys);
print('  tokens read', readAtKeys);
print('tokens written for an answer', written);
print('a key along the model’s suggestion', along);
print('the place again, asked for', here);
print('until the next question starts', ended);
console.log(`keys at which the model was not asked, without a suggestion of its own: ${silentKeys}`);
console.log(`engine: ${(engine.status.residentBytes / 1e6).toFixed(0)} MB resident`);
await engine.stop();

function print(what: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
  console.log(
    `${what.padEnd(38)} ${at(0.5).padStart(8)} ${at(0.95).padStart(8)} ${at(1).padStart(8)}  n ${values.length}, mean ${mean.toFixed(1)}`,
  );
}
