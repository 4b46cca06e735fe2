/**
 * Asks at random places of real and hostile text, and counts suggestions that break a rule:
 * `npm run bench -- completion-fuzz <places> <folder>… [--seed <n>]`. Ends with 1 if there is one.
 */

import { complete } from '../../server/completion/complete.ts';
import { randomFrom } from '../../server/evaluation/random.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { languageOf } from '../../server/workspace/language.ts';
import { broken, hostileCase } from '../unit/completion/hostile.ts';
import { readRepository } from './completion-repository.ts';

const words = process.argv.slice(2);
const seedAt = words.indexOf('--seed');
const seed = seedAt < 0 ? 1 : Number(words.splice(seedAt, 2)[1]);
const [count = '100000', ...folders] = words;
const tokenizer = loadTokenizer();
const spellings = Object.keys(tokenizer.special).flatMap(name => [`<${name}>`, `<|${name}|>`]);
const random = randomFrom(seed);
const share = Math.ceil(Number(count) / folders.length);
let asked = 0;
let suggested = 0;
let items = 0;
let longest = 0;
const failures = new Map<string, number>();
const started = performance.now();
for (const folder of folders) {
  const { name, memory, files } = await readRepository(folder, tokenizer);
  const known = files.map(file => file.text).join('\n');
  const foreign = new Set(spellings.filter(spelling => !known.includes(spelling)));
  for (let i = 0; i < share; i++) {
    const file = files[Math.floor(random() * files.length)]!;
    const one = hostileCase(file.text, random);
    const path = random() < 0.5 ? file.path : `other/${file.path}`;
    // Checks everything found, including what would be held back.
    const {
      item,
      alternatives = [],
      milliseconds,
    } = await complete(
      { path, ...one, eagerness: 1, isInvoked: true, replacesClosers: true },
      memory,
      tokenizer,
    );
    asked++;
    longest = Math.max(longest, milliseconds);
    if (asked % 5000 === 0)
      console.error(
        `${name}: ${asked} places, ${suggested} suggestions, ${((performance.now() - started) / asked).toFixed(1)} ms each`,
      );
    if (item === undefined) continue;
    suggested++;
    for (const found of [item, ...alternatives]) {
      items++;
      const rules = broken(
        one,
        found,
        spellings,
        spelling => foreign.has(spelling) && !one.text.includes(spelling),
        languageOf(path),
      );
      for (const rule of rules) {
        const times = (failures.get(rule) ?? 0) + 1;
        failures.set(rule, times);
        if (times > 3) continue;
        const [left, right] = [
          one.text.slice(Math.max(0, one.offset - 60), one.offset),
          one.text.slice(one.offset, one.offset + 60),
        ];
        console.log(`${rule}: ${path} ${JSON.stringify([left, found.text, right])}`);
      }
    }
  }
}
console.log(
  `${asked} places, ${suggested} with a suggestion, ${items} suggestions in all, ${[...failures.values()].reduce((sum, n) => sum + n, 0)} that break a rule (seed ${seed}; longest answer ${longest.toFixed(0)} ms)`,
);
for (const [rule, times] of failures) console.log(`  ${rule}: ${times}`);
process.exitCode = failures.size > 0 ? 1 : 0;
