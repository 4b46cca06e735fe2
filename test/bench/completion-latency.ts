/**
 * How long suggestions take on a repository that was read: `npm run bench -- completion-latency <folder> [<lines>]`. Every figure stands
 * beside the same with the edited file alone, on the same lines.
 */

import { LookAhead, questionsAfter } from '../../server/completion/ahead.ts';
import { CompletionCache } from '../../server/completion/cache.ts';
import { complete } from '../../server/completion/complete.ts';
import { warmUp } from '../../server/completion/warm-up.ts';
import type { PredictionScope } from '../../server/copy-memory/predictor.ts';
import { chooseLines, cursorIn } from '../../server/evaluation/lines.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import type { CompletionItem, CompletionRequest } from '../../server/fitting/request.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { readRepository } from './completion-repository.ts';

/** When the cancellation comes. */
const millisecondsIn = 5;
const [folder = '.', count = '60'] = process.argv.slice(2);
const tokenizer = loadTokenizer();
const { name, memory, files } = await readRepository(folder, tokenizer);
memory.settle();
const lines = chooseLines(files, Number(count), randomFrom(1));
console.log(`${name}: ${memory.tokens} tokens in memory, ${lines.length} lines`);

const texts = new Map(files.map(file => [file.path, file.text]));
const cold = await timed(() => ask(requestAt(0, 0.4, 'repository')));
await warmUp([...texts.keys()], path => texts.get(path), memory, tokenizer, new AbortController().signal);
console.log(`the very first question, nothing compiled: ${cold.toFixed(1)} ms`);

const busy = process.cpuUsage();
const began = performance.now();
const repository = await measure('repository');
const file = await measure('file');
const { user, system } = process.cpuUsage(busy);
console.log(
  `the processor was ours ${((user + system) / 10 / (performance.now() - began)).toFixed(0)} % of the time`,
);
for (const [what, times] of Object.entries(repository))
  console.log(`${what.padEnd(34)} ${spread(times)}   file only ${spread(file[what] ?? [])}`);

async function measure(scope: PredictionScope): Promise<Record<string, number[]>> {
  const fresh: number[] = [];
  const key: number[] = [];
  const along: number[] = [];
  const ended: number[] = [];
  const after: number[] = [];
  for (const i of lines.keys()) {
    fresh.push(await timed(() => ask(requestAt(i, 0.4, scope))));
    const cache = new CompletionCache();
    let shown: [CompletionRequest, CompletionItem] | undefined;
    // Consecutive keys that each need a lookup: the cache has the line's state but no suggestion.
    for (const fraction of [0.1, 0.2, 0.3, 0.4]) {
      const request = requestAt(i, fraction, scope);
      const fresh = new CompletionCache();
      Object.assign(fresh, { states: cache.states });
      const started = performance.now();
      const { item } = await complete(request, memory, tokenizer, undefined, fresh);
      if (fraction > 0.1) key.push(performance.now() - started);
      if (item !== undefined) shown = [request, item];
    }
    if (shown !== undefined) {
      const [request, item] = shown;
      cache.add(request, [item]);
      for (let typed = 1; typed < Math.min(12, item.text.length - 1); typed++) {
        const before = request.text.slice(0, request.offset) + item.text.slice(0, typed);
        const text = before + request.text.slice(request.offset);
        along.push(
          await timed(() =>
            complete({ ...request, text, offset: before.length }, memory, tokenizer, undefined, cache),
          ),
        );
      }
      await new LookAhead(cache).begin(request, item, memory, tokenizer);
      const next = questionsAfter(request, item).at(-1)!;
      after.push(await timed(() => complete(next, memory, tokenizer, undefined, cache)));
    }
    const abort = new AbortController();
    const wanted = performance.now() + millisecondsIn;
    const going = complete(requestAt(i, 0.3, scope), memory, tokenizer, abort.signal);
    // The request notices cancellation only when it yields: that is measured.
    setTimeout(() => abort.abort(), millisecondsIn);
    await going;
    ended.push(Math.max(0, performance.now() - wanted));
  }
  return {
    'a suggestion, warm': fresh,
    'the next key in the line': key,
    'typing along': along,
    'the line after an accepted one': after,
    'cancelled to idle': ended,
  };
}

function requestAt(index: number, fraction: number, scope: PredictionScope): CompletionRequest {
  const line = lines[index]!;
  const { text, offset } = cursorIn(line, fraction);
  return { path: line.file.path, text, offset, scope, budget: Number.POSITIVE_INFINITY };
}

function ask(request: CompletionRequest) {
  return complete(request, memory, tokenizer);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5).padStart(7)}  p95 ${at(0.95).padStart(7)} ms (${sorted.length})`;
}
