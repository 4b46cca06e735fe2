/**
 * Types at sixty places of three fixture repositories in the real editor, with the default settings, and prints what came of each:
 * `npm run bench -- editor-trial [--coder] [<repository>]`. Without a code model, or with `--coder` with the one in use
 * (`longsight model use`). Build first.
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { requirements } from '../editor/requirements.ts';
import { type Result, runTrial } from '../editor/trial/drive.ts';
import { count } from '../editor/trial/place.ts';
import { trials } from '../editor/trial/trials.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { coder: { type: 'boolean', default: false } },
});
const [only] = positionals;
/** The user's cache: the model in use lies there. */
const env: Readonly<Record<string, string>> = values.coder
  ? { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache') }
  : {};
const needed = await requirements();
if ('skip' in needed) throw new Error(needed.skip);
const all: Result[] = [];
for (const trial of trials.filter(({ name }) => only === undefined || name === only)) {
  console.log(`\n${trial.name}`);
  const tell = ({ place, outcome, shown }: Result): void => {
    const kind = place.wanted === '' ? 'quiet' : 'help';
    const change = outcome === place.expected ? '' : ` (expected: ${place.expected})`;
    const typed = place.typed.slice(place.typed.lastIndexOf('\n') + 1).replaceAll('\b', '');
    console.log(
      `| ${kind} | ${outcome}${change} | ${place.file} | \`${typed}\` | \`${shown.trimEnd().replaceAll('\n', '⏎')}\` |`,
    );
  };
  const results = await runTrial(needed, trial, tell, env);
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
