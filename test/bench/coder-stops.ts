/**
 * When a code model stops in lines that would not be shown: `npm run bench -- coder-stops <observations.jsonl> [<repository>…]`, with what
 * `coder-observe` wrote. For each rule: tokens written, and what is shown of it.
 */
import { readFileSync } from 'node:fs';
import type { CompletionItem } from '../../server/completion/complete.ts';
import { choose, leastWritten } from '../../server/suggestions/choice.ts';
import type { CoderObservation } from './coder/observation.ts';

const [file = '', ...repositories] = process.argv.slice(2);
const observations = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => JSON.parse(line) as CoderObservation)
  .filter(({ repository }) => repositories.length === 0 || repositories.includes(repository));

/** Confidence from which a copy is shown at once. */
const sure = 0.9;
/** As in `server/coder/line-writer.ts`. */
const agreement = Math.log(0.3);

const rules: readonly { name: string; least: (observation: CoderObservation) => number }[] = [
  { name: 'to the end', least: () => Number.NEGATIVE_INFINITY },
  { name: 'what would be shown', least: one => leastWritten(requestOf(one)) },
];

console.log('rule                      tokens  lines given up  shown  right  characters saved');
for (const { name, least } of rules) {
  let [tokens, ended, shown, right, saved] = [0, 0, 0, 0, 0];
  for (const observation of observations) {
    const { expected, copies, steps, written, score } = observation;
    if ((observation.shown?.confidence ?? 0) >= sure) continue;
    const draft = copies[0]?.text;
    const line = written.split('\n', 1)[0]!;
    const bound = least(observation);
    const stop = steps.findIndex(({ length, logProbability }) => {
      const agrees = draft?.startsWith(line.slice(0, length)) ?? false;
      return logProbability < (agrees ? bound + agreement : bound);
    });
    const isOver = stop >= 0;
    const made = isOver ? steps.slice(0, stop + 1) : steps;
    tokens += made.length;
    if (isOver) ended++;
    const items = copies.map(({ text, confidence }) => itemOf(text, confidence));
    const { item } = choose(
      {
        milliseconds: 0,
        ...(observation.shown !== null && {
          item: itemOf(observation.shown.text, observation.shown.confidence),
        }),
        ...(items[0] !== undefined && { line: items[0], alternatives: items.slice(1) }),
      },
      {
        text: isOver ? '' : line,
        own: isOver || line === '' ? undefined : { text: line, logProbability: score },
        line: line.slice(0, made.at(-1)?.length ?? 0),
        steps: made,
      },
      requestOf(observation),
      'model',
    );
    if (item === undefined) continue;
    const text = item.text.split('\n', 1)[0]!;
    shown++;
    if (!expected.startsWith(text.trimEnd())) continue;
    right++;
    saved += text.trimEnd().length;
  }
  console.log(
    `${name.padEnd(25)} ${String(tokens).padStart(6)} ${String(ended).padStart(15)} ${String(shown).padStart(6)} ${String(right).padStart(6)} ${String(saved).padStart(17)}`,
  );
}

function requestOf({ path, before }: CoderObservation) {
  return { path, text: `${before}\n`, offset: before.length };
}

function itemOf(text: string, confidence: number): CompletionItem {
  const range = { start: 0, end: 0 };
  return { text, range, confidence, provenance: [], kind: 'rest of line', origin: 'repository' };
}
