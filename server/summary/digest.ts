/**
 * The repository for another tool, within a token budget: its description, tree and biggest files, then files by rank.
 * Top-level names of all files come first, to cover as many files as possible; then members, as far as they fit; then
 * full text replaces outlines.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import { outermost } from '../analysis/heads.ts';
import type { SummarySource } from '../analysis/source.ts';
import {
  cleanJson,
  cleanLine,
  codeSpan,
  escapeMarkdown,
  escapeProse,
  fenced,
} from '../protocol/clean-text.ts';
import { counted } from '../protocol/counted.ts';
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
const maxTreeRows = 80;
const maxOutlineLines = 120;
/** Minimum tokens for a file. */
const minEntry = 24;
/** Maximum share of the budget before the files. */
const headShare = 0.2;

interface Entry {
  readonly path: string;
  readonly line: string | undefined;
  readonly outline: string;
  readonly text?: string;
}

/** @throws RangeError when `path` is not indexed, or the budget is too small for anything */
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
    // The whole has slightly more tokens than its parts; drop the least important.
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

/** Where to start, then files that others use, then the rest by size: small files say most per token. */
function orderOf(paths: readonly string[], summary: Summary, { files, ranked }: RepositoryFacts): string[] {
  const rankOf = (path: string): number => ranked.files.get(path)?.rank ?? 0;
  const rest = [...paths]
    .filter(path => files.get(path)!.code || languageOf(path).kind === 'prose')
    .sort((one, other) => rankOf(other) - rankOf(one) || files.get(one)!.tokens - files.get(other)!.tokens);
  return [...new Set([...summary.startHere.map(({ path }) => path), ...rest])];
}

function filesWithin(
  source: SummarySource,
  { files, ranked }: RepositoryFacts,
  order: readonly string[],
  room: number,
  countTokens: (text: string) => number,
): Entry[] {
  const entries = new Map<string, { entry: Entry; cost: number }>();
  let left = room;
  const add = (path: string): void => {
    const text = left < minEntry ? undefined : source.textOf(path);
    if (text === undefined) return;
    const facts = files.get(path)!;
    const entry = { path, line: facts.statement?.text, outline: outlineText(text, facts, false) };
    const cost = countTokens(entryMarkdown(entry)) + 2;
    if (cost > left) return;
    left -= cost;
    entries.set(path, { entry, cost });
  };
  const isOwn = (path: string): boolean => ranked.supportingOf(path) === undefined;
  for (const path of order.filter(isOwn)) add(path);
  const change = (kept: { entry: Entry; cost: number }, changed: Entry): void => {
    const cost = countTokens(entryMarkdown(changed)) + 2;
    if (cost - kept.cost > left) return;
    left -= cost - kept.cost;
    kept.entry = changed;
    kept.cost = cost;
  };
  for (const kept of entries.values()) {
    const facts = files.get(kept.entry.path)!;
    if (facts.definitions.length === 0 || left < minEntry) continue;
    change(kept, { ...kept.entry, outline: outlineText(source.textOf(kept.entry.path)!, facts, true) });
  }
  // Members of the repository's own code say more than the names of its tests.
  for (const path of order) if (!isOwn(path)) add(path);
  for (const kept of entries.values()) {
    // Skip counting what is far too long.
    if (files.get(kept.entry.path)!.tokens - kept.cost > left) continue;
    change(kept, { ...kept.entry, text: source.textOf(kept.entry.path)! });
  }
  return [...entries.values()].map(({ entry }) => entry);
}

/** The declaration lines of definitions, verbatim: the top level, and members if there is room. */
function outlineText(text: string, { definitions }: FileFacts, withMembers: boolean): string {
  const lines = text.split('\n');
  const outer = new Set(outermost(definitions));
  const members = withMembers ? definitions.filter(one => !outer.has(one) && one.exported) : [];
  // If there are too many, the top level stays.
  const shown = [...outer, ...members]
    .slice(0, maxOutlineLines)
    .sort((one, other) => one.line - other.line)
    .map(({ line }) => {
      const content = (lines[line - 1] ?? '').slice(0, 160).trimEnd().replace(/[{:]$/, '').trimEnd();
      return `${String(line).padStart(4)}  ${content}`;
    });
  const more = definitions.length - shown.length;
  return [...new Set(shown), ...(more > 0 ? [`      … and ${more} more`] : [])].join('\n');
}

interface Head {
  readonly name: string;
  readonly overview: readonly Statement[];
  readonly startHere: readonly string[];
  readonly commands: readonly { readonly name: string; readonly does: string }[];
  readonly tree: string;
  readonly biggest: Digest['biggest'];
  /** Files left out of the index, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** The tree and the commands are cut first. */
function headOf(
  summary: Summary,
  biggest: Digest['biggest'],
  { skipped, countTokens, format }: DigestOptions,
  room: number,
): Head {
  const leftOut: Record<string, number> = {};
  for (const { reason } of skipped) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  const commands = summary.commands.slice(0, 12).map(({ name, command }) => ({ name, does: command }));
  const startHere = summary.startHere.map(({ path, why }) => `${path} (${why})`);
  const rows = treeRows(summary.parts, '', treeDepth);
  let [shown, told] = [Math.min(rows.length, maxTreeRows), commands];
  for (;;) {
    const more = rows.length - shown;
    const head: Head = {
      name: summary.name,
      overview: summary.overview,
      startHere,
      commands: told,
      tree: [...rows.slice(0, shown), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'),
      biggest,
      leftOut,
    };
    if (told.length === 0 && shown === 0) return head;
    if (countTokens(render(head, [], 0, format)) <= room) return head;
    if (shown > 0) shown = Math.floor(shown / 2);
    else told = [];
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
  const commands = head.commands.map(({ name, does }) => (does === '' ? name : `${name}: ${does}`));
  return cleanJson({ ...head, commands, files: shown, filesNotShown: files - entries.length });
}

function markdown(head: Head, entries: readonly Entry[], files: number): string {
  const section = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : ['', `## ${title}`, '', ...rows];
  const left = Object.entries(head.leftOut).map(([reason, count]) => `${count} ${reason}`);
  const lines = [
    `# ${escapeMarkdown(head.name)}`,
    '',
    ...head.overview.map(
      ({ text, path, line }) => `- ${escapeProse(text)} (${escapeMarkdown(path)}:${line})`,
    ),
    ...section(
      'Start here',
      head.startHere.map((row, at) => `${at + 1}. ${escapeMarkdown(row)}`),
    ),
    ...section(
      'Commands',
      head.commands.map(
        ({ name, does }) => `- ${codeSpan(name)}${does === '' ? '' : `: ${noteMarkdown(does)}`}`,
      ),
    ),
    ...section('Folders', head.tree === '' ? [] : [fenced(head.tree)]),
    ...section(
      'Biggest files',
      head.biggest.map(({ path, tokens }) => `- ${escapeMarkdown(path)}: ${tokens} tokens`),
    ),
    ...section('Left out', left.length === 0 ? [] : [`Skipped: ${left.join(', ')}.`]),
    ...section('Files', entries.map(entryMarkdown)),
  ];
  if (files > entries.length)
    lines.push(
      '',
      `${counted(files - entries.length, 'more file')} ${files - entries.length === 1 ? 'is' : 'are'} not shown.`,
    );
  return `${lines.join('\n')}\n`;
}

/** A note in words, or the command that a task runs. */
function noteMarkdown(note: string): string {
  return /^\p{Lu}\S* \S/u.test(note) ? escapeProse(note) : codeSpan(note);
}

function entryMarkdown({ path, line, outline, text }: Entry): string {
  const body = text ?? outline;
  const language = text === undefined ? '' : languageOf(path).id;
  return [
    `### ${escapeMarkdown(path)}`,
    ...(line === undefined || text !== undefined ? [] : ['', escapeProse(line)]),
    ...(body === '' ? [] : ['', fenced(body.trimEnd(), language)]),
    '',
  ].join('\n');
}
