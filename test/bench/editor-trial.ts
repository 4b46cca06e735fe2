/**
 * Types at sixty places of three fixture repositories in the real editor, with the default settings and without a model, and prints what
 * came of each: `npm run bench -- editor-trial [<repository>]`. Build first.
 */
import { requirements } from '../editor/requirements.ts';
import { type Result, runTrial } from '../editor/trial/drive.ts';
import { count } from '../editor/trial/place.ts';
import { trials } from '../editor/trial/trials.ts';

const [only] = process.argv.slice(2);
const needed = await requirements();
if ('skip' in needed) throw new Error(needed.skip);
const all: Result[] = [];
for (const trial of trials.filter(({ name }) => only === undefined || name === only)) {
  console.log(`\n${trial.name}`);
  const results = await runTrial(needed, trial, ({ place, outcome, shown }) => {
    const kind = place.wanted === '' ? 'quiet' : 'help';
    const change = outcome === place.expected ? '' : ` (expected: ${place.expected})`;
    const typed = place.typed.slice(place.typed.lastIndexOf('\n') + 1).replaceAll('\b', '');
    console.log(
      `| ${kind} | ${outcome}${change} | ${place.file} | \`${typed}\` | \`${shown.trimEnd().replaceAll('\n', '⏎')}\` |`,
    );
  });
  all.push(...results);
  console.log(summary(results));
}
console.log(`\nall\n${summary(all)}`);

function summary(results: readonly Result[]): string {
  const { help, useful, wrong, silent, quiet, keptQuiet, allWrong, all: places } = count(results);
  const share = (part: number, whole: number): string =>
    `${part} of ${whole} (${((100 * part) / whole).toFixed(0)} %)`;
  return `where help is expected: useful ${share(useful, help)}, wrong ${wrong}, silent ${share(silent, help)}; quiet where it should be ${keptQuiet} of ${quiet}; wrong of all ${share(allWrong, places)}`;
}
