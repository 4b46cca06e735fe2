/**
 * The places of the editor trial without an editor, in seconds: `npm run bench -- trial-places [--coder] [<repository>]`. Keys are typed into a buffer that
 * closes brackets and indents as the editor does; the editor's own list and timing are left out. With `--coder`, the code model in use
 * (`longsight model use`) is asked at the last key of each place, as if the typist paused there.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type CommandLine, parseCommandLine } from '../../server/cli/arguments.ts';
import { openCoderInUse } from '../../server/cli/coder.ts';
import { CompletionCache } from '../../server/completion/cache.ts';
import type { Completion } from '../../server/fitting/request.ts';
import type { CoderClient } from '../../server/suggestions/coder-client.ts';
import { suggest } from '../../server/suggestions/suggest.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { count, lineOf, outcomeOf, type Place, withoutIndentation } from '../editor/trial/place.ts';
import { trials } from '../editor/trial/trials.ts';
import { type RelatedTo, relatedIn } from './coder/related.ts';
import { type BenchRepository, readRepository } from './completion-repository.ts';

const closerOf: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
  '"': '"',
  "'": "'",
  '`': '`',
};

/** A document with a cursor. */
class Buffer {
  before: string;
  after: string;
  readonly #unit: string;
  readonly #isPython: boolean;
  readonly #isProse: boolean;
  /** Closers that the editor inserted and that were not typed yet. */
  #closers = '';

  /** @param line after which a new one is started */
  constructor(text: string, line: number, file: string) {
    const lines = text.split('\n');
    this.before = lines.slice(0, line).join('\n');
    this.after = `\n${lines.slice(line).join('\n')}`;
    this.#isPython = file.endsWith('.py');
    this.#isProse = file.endsWith('.md');
    this.#unit = file.endsWith('.go') ? '\t' : ' '.repeat(this.#isPython ? 4 : 2);
    this.press('\n');
  }

  /** @param key as in `Place.typed` */
  press(key: string): void {
    if (key === '\n') this.#enter();
    else if (key === '\b') this.before = this.before.slice(0, this.before.length - this.#unit.length);
    else if (key === '↓') this.#pass(/^\n[ \t]*[)\]}]+[^\n]*/.exec(this.after)?.[0].length ?? 0);
    else if (this.after[0] === key && this.#closers.includes(key)) {
      this.#closers = this.#closers.replace(key, '');
      this.#pass(1);
    } else this.#insert(key);
  }

  #insert(key: string): void {
    const closer = closerOf[key];
    const isInWord = /["'`]/.test(key) && (this.#isProse || /\w$/.test(this.before));
    this.before += key;
    if (closer === undefined || isInWord || !/^(?:[\s;:.,=}\])>]|$)/.test(this.after)) return;
    this.after = closer + this.after;
    this.#closers += closer;
  }

  #enter(): void {
    const line = this.before.slice(this.before.lastIndexOf('\n') + 1);
    const indent = /^[ \t]*/.exec(line)![0];
    const opener = line.at(-1) ?? '';
    if ('([{'.includes(opener) && this.after[0] === closerOf[opener]) this.after = `\n${indent}${this.after}`;
    const opens = (this.#isPython ? /[([{:]$/ : /[([{]$/).test(line.trimEnd());
    this.before += `\n${indent}${opens ? this.#unit : ''}`;
  }

  #pass(length: number): void {
    this.before += this.after.slice(0, length);
    this.after = this.after.slice(length);
  }
}

const tokenizer = loadTokenizer();
const words = process.argv.slice(2);
const [only] = words.filter(word => word !== '--coder');
const coder = words.includes('--coder')
  ? await openCoderInUse(parseCommandLine(['read', '.']) as CommandLine)
  : undefined;
if (words.includes('--coder') && coder === undefined)
  throw new Error('No code model is in use: "longsight model use <name>" chooses one.');

/** @returns what is shown after the last key */
async function shownAt({ memory }: BenchRepository, relatedTo: RelatedTo, place: Place, text: string) {
  const buffer = new Buffer(text, lineOf(text, place), place.file);
  const cache = new CompletionCache();
  const ask = (client?: CoderClient): Promise<Completion> => {
    const { before, after } = buffer;
    const request = { path: place.file, text: before + after, offset: before.length, replacesClosers: true };
    const from = { predictor: memory, tokenizer, cache, coder: client };
    return suggest({ ...request, budget: Number.POSITIVE_INFINITY }, from);
  };
  for (const key of place.typed) {
    await ask();
    buffer.press(key);
  }
  coder?.client.relate(place.file, relatedTo(place.file, buffer.before + buffer.after));
  const { item, withheld } = await ask(coder?.client);
  return { before: withoutIndentation(buffer.before), item, withheld };
}

const all = [];
for (const { name, places } of trials) {
  if (only !== undefined && name !== only) continue;
  const root = path.join(import.meta.dirname, '../fixtures/trial', name);
  const repository = await readRepository(root, tokenizer);
  const relatedTo = await relatedIn(repository);
  for (const place of places) {
    const text = readFileSync(path.join(root, place.file), 'utf8');
    const { before, item, withheld } = await shownAt(repository, relatedTo, place, text);
    const shown = item === undefined ? '' : item.text.slice(0, item.caret);
    const after = withoutIndentation(before + shown);
    const outcome = item === undefined ? 'silent' : outcomeOf(before, after, place.wanted);
    all.push({ place, outcome });
    const said = item ?? withheld;
    const confidence = said === undefined ? '' : ` ${said.confidence.toFixed(2)}`;
    const kept =
      item === undefined && withheld !== undefined ? ` withheld ${JSON.stringify(withheld.text)}` : '';
    console.log(
      `${outcome.padEnd(7)} ${place.file}: ${JSON.stringify(place.typed.split('\n').at(-1))} → ${JSON.stringify(shown)}${kept}${confidence}`,
    );
  }
}
const { help, useful, silent, allWrong, quiet, keptQuiet } = count(all);
console.log(
  `useful at ${useful} of ${help} places where help is expected, silent at ${silent}; wrong at ${allWrong}; silent at ${keptQuiet} of ${quiet} where nothing should be said`,
);
await coder?.close();
