/**
 * Does the summary name the files that matter, and is what it says so?
 *
 *     npm run bench -- summary [--aider <python>] [--list] [--draw <seed>] <folder> …
 *     npm run bench -- summary --digest [--aider <python>] <folder> …
 *     npm run bench -- summary --grades
 *
 * Recall: which of the files that a newcomer should know (test/bench/gold/key-files.json, by the folder's name) are among the first twenty of
 * *Start here* and *Key files*, beside the graph's rank alone, size alone, and Aider's repository map where `--aider` names a Python that has
 * it. A folder that the list does not know is asked for the files that its own documents name; those are hidden from what is measured then.
 *
 * Truth: forty statements drawn by a fixed seed, each checked by rule where a rule can: the words stand on the line that is named; who "uses" a
 * file names it, or what it defines, on the line that is cited; a command's file holds the command. Prints what no rule could check, too.
 *
 * `--draw` prints forty statements of each, drawn by the seed, with their places and the rows of the sidebar that show them, to be graded by
 * a reader with the repository beside; what was graded lies in test/bench/summary-grades/, and `--grades` counts it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FactBook, type RepositoryFacts } from '../../server/analysis/fact-book.ts';
import { type SummarySource, sourceOf } from '../../server/analysis/source.ts';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import type { Summary } from '../../server/protocol/requests.ts';
import { Repository } from '../../server/repository/repository.ts';
import { makeDigest } from '../../server/summary/digest.ts';
import { summarize } from '../../server/summary/summarize.ts';
import { Grammars } from '../../server/syntax/grammars.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';
import { gradesIn } from './gold/grades.ts';
import { contained, documentedInterface } from './gold/interface.ts';
import { subjectsOf } from './gold/subjects.ts';
import { checkStatements, draw, drawn } from './gold/truth.ts';

const first = 20;
const document =
  /(^|\/)(readme|architecture|contributing|hacking|design|internals|overview)[^/]*\.(md|rst|txt|adoc)$/i;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    aider: { type: 'string' },
    list: { type: 'boolean' },
    draw: { type: 'string' },
    grades: { type: 'boolean' },
    digest: { type: 'boolean' },
  },
});
if (values.grades) {
  console.table(gradesIn(path.join(import.meta.dirname, 'summary-grades')));
  process.exit(0);
}
if (positionals.length === 0) {
  console.error('usage: npm run bench -- summary [--aider <python>] [--list] [--draw <seed>] <folder> …');
  process.exit(2);
}
const { keyFiles: gold } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'gold/key-files.json'), 'utf8'),
) as { keyFiles: Record<string, string[]> };

const tokenizer = loadTokenizer();
const grammars = await Grammars.open();
if (values.digest) {
  const shares: Record<string, Record<string, number>> = {};
  for (const folder of positionals)
    shares[path.basename(path.resolve(folder))] = await digestShares(path.resolve(folder));
  console.table(shares);
  process.exit(0);
}
const rows: Record<string, Row> = {};
for (const folder of positionals)
  rows[path.basename(path.resolve(folder))] = await measure(path.resolve(folder));
console.table(rows);
const mean = (of: (row: Row) => number | undefined): string => {
  const known = Object.values(rows).flatMap(row => of(row) ?? []);
  return known.length === 0 ? '–' : (known.reduce((sum, one) => sum + one, 0) / known.length).toFixed(1);
};
console.log(
  `mean recall in the first ${first}: summary ${mean(row => row.summary)}, graph ${mean(row => row.graph)}, size ${mean(row => row.size)}, Aider ${mean(row => row.aider)}`,
);

interface Row {
  readonly files: number;
  /** Number of files to find. */
  readonly gold: number;
  readonly summary: number;
  readonly graph: number;
  readonly size: number;
  readonly aider?: number;
  /** Expected number for files drawn at random. */
  readonly chance: number;
  /** Of forty statements: right and wrong by rule. */
  readonly right: number;
  readonly wrong: number;
  /** Chains of calls, and commands with a purpose. */
  readonly chains: number;
  readonly commands: number;
}

async function read(root: string): Promise<SummarySource> {
  const name = path.basename(root);
  const repository = await Repository.open({
    folders: [{ name, root }],
    tokenizer,
    memory: new CopyMemory(tokenizer),
  });
  await repository.read();
  return sourceOf(name, repository);
}

/**
 * How much of the documented interface digests of 8k and 32k tokens contain, beside Aider's map cut to the same
 * length.
 */
async function digestShares(root: string): Promise<Record<string, number>> {
  const source = await read(root);
  const facts = await new FactBook(grammars).collect(source);
  const names = documentedInterface(source, facts);
  const countTokens = (text: string): number => Math.ceil(text.length / 4);
  const shares: Record<string, number> = { names: names.size };
  for (const budget of [8000, 32_000]) {
    const options = { budget, format: 'markdown', countTokens, skipped: [] } as const;
    shares[`${budget / 1000}k`] = contained(names, makeDigest(source, facts, options).text);
    if (values.aider !== undefined)
      shares[`Aider ${budget / 1000}k`] = contained(
        names,
        aiderText(values.aider, root, String(budget)).slice(0, 4 * budget),
      );
  }
  return shares;
}

async function measure(root: string): Promise<Row> {
  const name = path.basename(root);
  const whole = await read(root);
  const listed = Object.hasOwn(gold, name) ? gold[name] : undefined;
  const source: SummarySource =
    listed === undefined
      ? { ...whole, files: () => [...whole.files()].filter(file => !document.test(file.path)) }
      : whole;
  const facts = await new FactBook(grammars).collect(source);
  const { supportingOf } = facts.ranked;
  const code = [...facts.files.values()].filter(file => file.code).map(file => file.path);
  const own = code.filter(file => supportingOf(file) === undefined);
  const wanted = listed ?? namedIn(whole, own);
  const summary = summarize(source, facts);
  if (values.draw !== undefined) {
    const subjectOf = subjectsOf(summary);
    for (const statement of draw(summary.statements, drawn, Number(values.draw)))
      console.log(
        [name, `${statement.path}:${statement.line}`, subjectOf(statement), statement.text].join('\t'),
      );
  }
  const rankOf = (file: string): number => facts.ranked.files.get(file)?.rank ?? 0;
  const tokensOf = (file: string): number => facts.files.get(file)!.tokens;
  const recall = (files: readonly string[]): number => {
    const chosen = files.slice(0, first);
    const found = wanted.filter(file => chosen.some(one => one === file || one.startsWith(`${file}/`)));
    return Math.round((found.length / Math.max(1, wanted.length)) * 1000) / 10;
  };
  const shown = namedBy(summary, facts);
  if (values.list) explain(wanted, shown);
  const truth = checkStatements(summary, facts, source);
  for (const wrong of truth.wrong) console.error(`${name}: ${wrong}`);
  const aider = values.aider === undefined ? undefined : aiderMap(values.aider, root);
  return {
    files: code.length,
    gold: wanted.length,
    summary: recall(shown),
    graph: recall([...own].sort((one, other) => rankOf(other) - rankOf(one))),
    size: recall([...own].sort((one, other) => tokensOf(other) - tokensOf(one))),
    ...(aider && { aider: recall(aider) }),
    chance: Math.round((first / Math.max(1, own.length)) * 1000) / 10,
    right: truth.right,
    wrong: truth.wrong.length,
    chains: summary.runs.filter(({ calls }) => calls.length >= 3).length,
    commands: summary.commands.filter(({ use }) => use !== 'other').length,
  };
}

/** Code files in reading order. */
function namedBy({ startHere, keyFiles }: Summary, { files }: RepositoryFacts): string[] {
  const all = [...startHere, ...keyFiles].map(file => file.path);
  return [...new Set(all)].filter(file => files.get(file)?.code);
}

/** Aider's files in map order, which is rank order; the map gets room for far more than twenty. */
function aiderMap(python: string, root: string): string[] {
  return aiderText(python, root)
    .split('\n')
    .filter(line => line !== '');
}

/** @param rest a number of tokens for the map itself instead of its files */
function aiderText(python: string, root: string, ...rest: readonly string[]): string {
  return execFileSync(python, [path.join(import.meta.dirname, 'aider-map.py'), root, ...rest], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Code files, and folders of code, that the documents name. */
function namedIn(source: SummarySource, own: readonly string[]): string[] {
  const named = new Set<string>();
  const folders = new Set(own.flatMap(foldersOf));
  for (const { path: file } of source.files()) {
    if (!document.test(file)) continue;
    const text = source.textOf(file) ?? '';
    const folder = path.posix.dirname(file);
    for (const [written] of text.matchAll(/[\w@.-]+(?:\/[\w@.*-]+)*\/?/g)) {
      const name = written.replace(/^\.\/|[./]+$/g, '');
      const forms = [name, path.posix.normalize(path.posix.join(folder, name)), name.replaceAll('.', '/')];
      const [exact] = forms.filter(form => own.includes(form));
      if (exact !== undefined) named.add(exact);
      else if (/\.\w+$/.test(name) || name.includes('.')) {
        const ends = own.filter(candidate =>
          forms.some(
            form => candidate.endsWith(`/${form}`) || candidate.replace(/\.\w+$/, '').endsWith(form),
          ),
        );
        if (ends.length === 1 && name.length > 5) named.add(ends[0]!);
      } else if (name.includes('/')) {
        const within = forms.find(form => folders.has(form));
        if (within !== undefined) named.add(within);
      }
    }
  }
  return [...named];
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

function explain(wanted: readonly string[], chosen: readonly string[]): void {
  const shown = chosen.slice(0, first);
  for (const file of shown) console.error(wanted.includes(file) ? '  ✓' : '   ', file);
  console.error('  missing:', wanted.filter(file => !shown.includes(file)).join(' '));
}
