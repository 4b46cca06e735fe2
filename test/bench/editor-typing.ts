/**
 * A day's use in small: types files of a repository again in the real editor, for some minutes, with the default settings and the code model
 * in use: `npm run bench -- editor-typing <folder> [--minutes n] [--seed n] [--without]`. `--without` types the same with the
 * extension's suggestions off, to compare the delay of keys. Build first, and choose a model (`longsight model`).
 *
 * Files of languages that the editor has no service for are emptied before the folder is opened, so the repository is known without them. What
 * is typed is the file's own text; a suggestion is accepted when it is what comes (all of it, or its first line). So whatever the editor
 * holds in the end that the file did not is a fault: text shown twice, or shown for another place than the cursor's.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { requirements } from '../editor/requirements.ts';
import { Workbench } from '../editor/workbench.ts';
import { Delays } from './editor-typing/delays.ts';
import { residentIn } from './editor-typing/resident.ts';
import { Typist } from './editor-typing/typist.ts';
import { randomFrom } from './repositories.ts';

const extensions = /\.(?:py|go|rs|rb|cs|java|kt|php)$/;
const [fewest, most] = [1500, 12_000];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    without: { type: 'boolean', default: false },
  },
});
const [source] = positionals;
if (source === undefined) {
  console.error('usage: npm run bench -- editor-typing <folder> [--minutes n] [--seed n] [--without]');
  process.exit(2);
}
const needed = await requirements();
if ('skip' in needed) throw new Error(needed.skip);
const random = randomFrom(Number(values.seed));
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'longsight-typing-')));
cpSync(source, folder, { recursive: true });
const files = chosen();
for (const { name } of files) writeFileSync(path.join(folder, name), '');

const workbench = await Workbench.open(needed, {
  folder,
  settings: values.without ? { 'longsight.enable': false } : {},
  // The user's cache: the model in use lies there.
  env: { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache') },
});
const faults: string[] = [];
const resident: { readonly minute: number; readonly megabytes: number }[] = [];
let until = 0;
let typed = 0;
try {
  await workbench.statusItem().locator('.codicon-telescope').waitFor({ timeout: 120_000 });
  const delays = await Delays.of(workbench.page);
  const started = Date.now();
  until = started + Number(values.minutes) * 60_000;
  const typist = new Typist(workbench, random, () => {
    const minute = (Date.now() - started) / 60_000;
    if (minute - (resident.at(-1)?.minute ?? -1) > 0.25)
      resident.push({ minute, megabytes: residentIn(workbench.editor.process.pid!) });
  });
  for (const { name, text } of files) {
    if (Date.now() >= until) break;
    await workbench.openFile(name);
    const held = await typist.type(text, () => Date.now() < until);
    const saved = await workbench.saved(name);
    if (saved !== held) faults.push(`${name} holds other text than was typed: ${difference(held, saved)}`);
    typed++;
    console.log(`${name}: ${held.length} characters`);
  }
  faults.push(...typist.faults);
  console.log(
    `${((Date.now() - started) / 60_000).toFixed(1)} minutes, ${typed} files: ${typist.keys} keys, ${typist.shown} suggestions seen, ${typist.accepted} accepted with ${typist.saved} characters`,
  );
  const { handled, drawn } = await delays.read();
  console.log(
    `from a key to the end of its handling: ${quantiles(handled)}\nfrom a key to the next picture: ${quantiles(drawn)}`,
  );
} finally {
  await workbench.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
const half = resident.slice(resident.length / 2);
const [first, last] = [half[0], half.at(-1)];
if (first && last)
  console.log(
    `resident memory of our processes: ${resident[0]!.megabytes.toFixed(0)} MB at first, ${first.megabytes.toFixed(0)} after half the time, ${last.megabytes.toFixed(0)} at the end`,
  );
console.log(`${faults.length} faults`);
for (const fault of faults.slice(0, 20)) console.log(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Files of code of a usual length, in random order. */
function chosen(): { readonly name: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && extensions.test(entry.name))
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
    .map(name => ({ name, text: readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n') }))
    .filter(({ text }) => text.length >= fewest && text.length <= most)
    .map(file => ({ file, place: random() }))
    .sort((one, other) => one.place - other.place)
    .slice(0, 12)
    .map(({ file }) => file);
}

function difference(wanted: string, found: string): string {
  let at = 0;
  while (at < wanted.length && wanted[at] === found[at]) at++;
  return `${JSON.stringify(wanted.slice(Math.max(0, at - 40), at + 40))} is ${JSON.stringify(found.slice(Math.max(0, at - 40), at + 40))}`;
}

function quantiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `median ${at(0.5)}, 95 % ${at(0.95)}, 99 % ${at(0.99)}, longest ${at(1)} ms (${sorted.length} keys)`;
}
