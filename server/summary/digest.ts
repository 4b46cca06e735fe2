/**
 * The repository for another tool, within a budget of tokens: what it says it is, its tree, its biggest files, then the files themselves in
 * the order of how much the others lean on them. Half of what is left after the head goes to outlines, so that many files are seen at all;
 * then whole texts take the places of outlines as long as they fit.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { SummarySource } from '../analysis/source.ts';
import { cleanJson, cleanLine, escapeMarkdown, fenced } from '../protocol/clean-text.ts';
import {
  type Digest,
  digestBudget,
  type Part,
  type SkippedFile,
  type Statement,
  type Summary,
} from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import { summarize } from './summarize.ts';

export interface DigestOptions {
  /** A folder or file; everything without it. */
  readonly path?: string;
  readonly budget?: number;
  readonly format: 'markdown' | 'json';
  readonly countTokens: (text: string) => number;
  readonly skipped: readonly SkippedFile[];
}

const biggestShown = 10;
const treeDepth = 3;
const mostTreeRows = 80;
const mostOutlineLines = 60;
/** Tokens below which no file is worth trying. */
const leastEntry = 24;
/** Of the budget, at most: what comes before the files. */
const headShare = 0.3;
const outlineShare = 0.5;

interface Entry {
  readonly path: string;
  readonly line: string | undefined;
  readonly outline: string;
  text?: string;
}

/** @throws RangeError when `path` names nothing that was read, or the budget is too small for anything. */
export function makeDigest(source: SummarySource, facts: RepositoryFacts, options: DigestOptions): Digest {
  const { budget = digestBudget, format, countTokens } = options;
  const summary = summarize(source, facts, options.path === undefined ? {} : { path: options.path });
  const paths = pathsIn(facts, options.path);
  const biggest = [...paths]
    .sort((one, other) => facts.files.get(other)!.tokens - facts.files.get(one)!.tokens)
    .slice(0, biggestShown)
    .map(path => ({ path, tokens: facts.files.get(path)!.tokens }));
  const head = headOf(summary, biggest, options, Math.floor(budget * headShare));
  const entries = filesWithin(
    source,
    facts,
    orderOf(paths, summary, facts),
    budget - countTokens(render(head, [], paths.length, format)),
    countTokens,
  );
  for (;;) {
    const text = render(head, entries, paths.length, format);
    const tokens = countTokens(text);
    if (tokens <= budget) {
      const whole = entries.filter(entry => entry.text !== undefined).length;
      return {
        text,
        tokens,
        whole,
        outlined: entries.length - whole,
        named: paths.length - entries.length,
        biggest,
        skipped: options.skipped,
      };
    }
    // Tokens of the whole are a little more than those of its parts; the least important goes.
    if (entries.pop() === undefined)
      throw new RangeError(`A digest of ${summary.name} requires more than ${budget} tokens.`);
  }
}

function pathsIn({ files }: RepositoryFacts, path: string | undefined): string[] {
  const scope = path?.replace(/\/+$/, '') ?? '';
  return [...files.keys()].filter(
    file => scope === '' || scope === '.' || file === scope || file.startsWith(`${scope}/`),
  );
}

/** Where to start, then files others use, then the rest by size: what is small says most for its tokens. */
function orderOf(paths: readonly string[], summary: Summary, { files, ranked }: RepositoryFacts): string[] {
  const rankOf = (path: string): number => ranked.files.get(path)?.rank ?? 0;
  const rest = [...paths]
    .filter(path => files.get(path)!.code || languageOf(path).kind === 'prose')
    .sort((one, other) => rankOf(other) - rankOf(one) || files.get(one)!.tokens - files.get(other)!.tokens);
  return [...new Set([...summary.startHere.map(({ path }) => path), ...rest])];
}

function filesWithin(
  source: SummarySource,
  { files }: RepositoryFacts,
  order: readonly string[],
  room: number,
  countTokens: (text: string) => number,
): Entry[] {
  const entries = new Map<string, { readonly entry: Entry; readonly cost: number }>();
  let left = room;
  const addOutlines = (keep: number): void => {
    for (const path of order) {
      if (left - keep < leastEntry) return;
      const text = entries.has(path) ? undefined : source.textOf(path);
      if (text === undefined) continue;
      const facts = files.get(path)!;
      const entry = { path, line: facts.statement?.text, outline: outlineText(text, facts) };
      const cost = countTokens(entryMarkdown(entry)) + 2;
      if (left - cost < keep) continue;
      left -= cost;
      entries.set(path, { entry, cost });
    }
  };
  addOutlines(room * (1 - outlineShare));
  for (const { entry, cost } of entries.values()) {
    // What is far too long needs no counting.
    if (files.get(entry.path)!.tokens - cost > left) continue;
    const text = source.textOf(entry.path)!;
    const whole = countTokens(entryMarkdown({ ...entry, text })) + 2;
    if (whole - cost > left) continue;
    left -= whole - cost;
    entry.text = text;
  }
  addOutlines(0);
  return [...entries.values()].map(({ entry }) => entry);
}

/** The lines on which definitions stand, as they stand there. */
function outlineText(text: string, { definitions }: FileFacts): string {
  const lines = text.split('\n');
  const shown = definitions.slice(0, mostOutlineLines).map(({ line }) => {
    const content = lines[line - 1] ?? '';
    return `${String(line).padStart(4)}  ${content.slice(0, 160).trimEnd().replace(/[{:]$/, '').trimEnd()}`;
  });
  const more = definitions.length - shown.length;
  return [...new Set(shown), ...(more > 0 ? [`      … and ${more} more`] : [])].join('\n');
}

interface Head {
  readonly name: string;
  readonly overview: readonly Statement[];
  readonly startHere: readonly string[];
  readonly commands: readonly string[];
  readonly tree: string;
  readonly biggest: Digest['biggest'];
  /** Files left out when the repository was read, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** The tree and the commands give way first. */
function headOf(
  summary: Summary,
  biggest: Digest['biggest'],
  { skipped, countTokens, format }: DigestOptions,
  room: number,
): Head {
  const leftOut: Record<string, number> = {};
  for (const { reason } of skipped) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  const commands = summary.commands
    .slice(0, 12)
    .map(({ name, command }) => (command === '' ? name : `${name}: ${command}`));
  const startHere = summary.startHere.map(({ path, why }) => `${path} (${why})`);
  const rows = treeRows(summary.parts, '', treeDepth);
  for (let shown = Math.min(rows.length, mostTreeRows); ; shown = Math.floor(shown / 2)) {
    const more = rows.length - shown;
    const head: Head = {
      name: summary.name,
      overview: summary.overview,
      startHere,
      commands: shown > 0 ? commands : [],
      tree: [...rows.slice(0, shown), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'),
      biggest,
      leftOut,
    };
    if (shown === 0 || countTokens(render(head, [], 0, format)) <= room) return head;
  }
}

function treeRows(parts: readonly Part[], indent: string, depth: number): string[] {
  return parts.flatMap(part => {
    if (part.kind !== 'folder') return [];
    const name = part.path.slice(part.path.lastIndexOf('/') + 1);
    const says = part.statement ? ` — ${cleanLine(part.statement.text)}` : '';
    const row = `${indent}${cleanLine(name)}/ (${part.files} ${part.files === 1 ? 'file' : 'files'}, ${part.tokens} tokens)${says}`;
    return [row, ...(depth > 1 ? treeRows(part.children, `${indent}  `, depth - 1) : [])];
  });
}

function render(
  head: Head,
  entries: readonly Entry[],
  files: number,
  format: DigestOptions['format'],
): string {
  return format === 'json' ? json(head, entries, files) : markdown(head, entries, files);
}

function json(head: Head, entries: readonly Entry[], files: number): string {
  const shown = entries.map(({ path, line, outline, text }) => ({
    path,
    ...(line !== undefined && { summary: line }),
    ...(text === undefined ? { outline } : { text }),
  }));
  return cleanJson({ ...head, files: shown, filesNotShown: files - entries.length });
}

function markdown(head: Head, entries: readonly Entry[], files: number): string {
  const section = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : ['', `## ${title}`, '', ...rows];
  const left = Object.entries(head.leftOut).map(([reason, count]) => `${count} ${reason}`);
  const lines = [
    `# ${escapeMarkdown(head.name)}`,
    '',
    ...head.overview.map(
      ({ text, path, line }) => `- ${escapeMarkdown(text)} (${escapeMarkdown(path)}:${line})`,
    ),
    ...section(
      'Start here',
      head.startHere.map((row, at) => `${at + 1}. ${escapeMarkdown(row)}`),
    ),
    ...section(
      'Commands',
      head.commands.map(row => `- ${escapeMarkdown(row)}`),
    ),
    ...section('Folders', head.tree === '' ? [] : [fenced(head.tree)]),
    ...section(
      'Biggest files',
      head.biggest.map(({ path, tokens }) => `- ${escapeMarkdown(path)}: ${tokens} tokens`),
    ),
    ...section('Left out', left.length === 0 ? [] : [`Skipped: ${left.join(', ')}.`]),
    ...section('Files', entries.map(entryMarkdown)),
  ];
  if (files > entries.length) lines.push('', `${files - entries.length} more files are not shown.`);
  return `${lines.join('\n')}\n`;
}

function entryMarkdown({ path, line, outline, text }: Entry): string {
  const body = text ?? outline;
  const language = text === undefined ? '' : languageOf(path).id;
  return [
    `### ${escapeMarkdown(path)}`,
    ...(line === undefined || text !== undefined ? [] : ['', escapeMarkdown(line)]),
    ...(body === '' ? [] : ['', fenced(body.trimEnd(), language)]),
    '',
  ].join('\n');
}
