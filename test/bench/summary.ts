/**
 * Which of the files that a repository's own documents name are among the first that its summary names?
 *
 *     npm run bench -- summary <folder> …
 *
 * Documents are README, ARCHITECTURE, CONTRIBUTING, HACKING and DESIGN files, wherever they lie but in tests, examples and dependencies. They are hidden from
 * what is measured: nothing can read off the answer. A code file counts as named where a document writes its path, the end of its path
 * that only it has, or its module's name with dots; tests and examples do not count. A folder counts as found when a file in it is.
 * Prints recall in the first 20 beside the graph's rank alone and size alone, and chance: what as many files drawn at random would find.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FactBook, type RepositoryFacts } from '../../server/analysis/fact-book.ts';
import { Grammars } from '../../server/analysis/grammars.ts';
import { isSupporting } from '../../server/analysis/graph.ts';
import { type SummarySource, sourceOf } from '../../server/analysis/source.ts';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import { Repository } from '../../server/repository/repository.ts';
import { summarize } from '../../server/summary/summarize.ts';
import { loadTokenizer } from '../../server/tokens/load.ts';

const first = 20;
const document =
  /(^|\/)(readme|architecture|contributing|hacking|design|internals|overview)[^/]*\.(md|rst|txt|adoc)$/i;

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length === 0) {
  console.error('usage: npm run bench -- summary <folder> …');
  process.exit(2);
}

const tokenizer = loadTokenizer();
const grammars = await Grammars.open();
const rows: Record<string, Row> = {};
for (const folder of positionals) {
  const row = await measure(path.resolve(folder));
  rows[path.basename(path.resolve(folder))] = row;
  console.error(JSON.stringify({ folder, ...row }));
  if (row.named === 0) console.error('  its documents name no file: nothing to find');
}
console.table(rows);

interface Row {
  readonly files: number;
  readonly named: number;
  readonly summary: number;
  readonly graph: number;
  readonly size: number;
  readonly chance: number;
}

async function measure(root: string): Promise<Row> {
  const folders = [{ name: path.basename(root), root }];
  const repository = await Repository.open({ folders, tokenizer, memory: new CopyMemory(tokenizer) });
  await repository.read();
  const whole = sourceOf(path.basename(root), repository);
  const hidden: SummarySource = {
    ...whole,
    files: () => [...whole.files()].filter(file => !document.test(file.path)),
  };
  const facts = await new FactBook(grammars).collect(hidden);
  const code = [...facts.files.values()].filter(file => file.code).map(file => file.path);
  const named = namedIn(whole, code);

  const { keyFiles } = summarize(hidden, facts);
  const rankOf = (file: string): number => facts.ranked.files.get(file)?.rank ?? 0;
  const tokensOf = (file: string): number => facts.files.get(file)!.tokens;
  const recall = (files: readonly string[]): number => {
    const chosen = files.slice(0, first);
    const found = named.filter(name => chosen.some(file => file === name || file.startsWith(`${name}/`)));
    return Math.round((found.length / named.length) * 1000) / 10;
  };
  if (process.env['LONGSIGHT_DEBUG'])
    explain(
      named,
      keyFiles.map(file => file.path),
      facts,
    );
  return {
    files: code.length,
    named: named.length,
    summary: recall(keyFiles.map(file => file.path)),
    graph: recall([...code].sort((one, other) => rankOf(other) - rankOf(one))),
    size: recall([...code].sort((one, other) => tokensOf(other) - tokensOf(one))),
    chance: Math.round((first / code.length) * 1000) / 10,
  };
}

/** Code files, and folders of code, that the documents name. */
function namedIn(source: SummarySource, code: readonly string[]): string[] {
  const own = code.filter(file => !isSupporting(file));
  const named = new Set<string>();
  const folders = new Set(own.flatMap(foldersOf));
  for (const { path: file } of source.files()) {
    if (!document.test(file) || isSupporting(file.replace(/^docs?\//, ''))) continue;
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

function explain(named: readonly string[], chosen: readonly string[], facts: RepositoryFacts): void {
  console.error('named:', named.join(' '));
  for (const file of chosen)
    console.error(' ', file, facts.ranked.files.get(file)?.rank.toFixed(4), named.includes(file) ? '✓' : '');
}
