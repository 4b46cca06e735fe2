/** Checks statements of a summary by rules, as far as possible. */
import type { RepositoryFacts } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';
import type { Part, Place, Summary } from '../../../server/protocol/requests.ts';

export const drawn = 40;

interface Check {
  readonly said: string;
  readonly holds: () => boolean;
}

/** @returns how many of the sampled ones are right, and the wrong ones */
export function checkStatements(
  summary: Summary,
  facts: RepositoryFacts,
  source: SummarySource,
): { right: number; wrong: string[] } {
  const lineAt = ({ path, line }: Place): string => source.textOf(path)?.split('\n')[line - 1] ?? '';
  const checks: Check[] = [];
  const add = (said: string, holds: () => boolean): void => void checks.push({ said, holds });
  for (const { text, path, line } of [
    ...summary.overview,
    ...summary.conventions,
    ...statementsOf(summary.parts),
  ]) {
    add(`"${text}" (${path}:${line})`, () => speaksOf(text, nearby(source.textOf(path) ?? '', line)));
    const users = /; used by (.*)$/.exec(text)?.[1];
    if (users !== undefined && facts.files.has(path))
      add(`${path} is used by ${users}`, () =>
        users
          .replace(/ and (?:\d+ )?more$/, '')
          .split(', ')
          .every(user => [...facts.files.keys()].some(file => file === user || file.startsWith(`${user}/`))),
      );
  }
  for (const { text, path, line } of statementsOf(summary.parts)) {
    const kin = /^(\d+) files (?:extend|implement|define) (\w+)/.exec(text);
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (kin)
      add(`${folder}: ${text}`, () => {
        const own = [...facts.files.keys()].filter(
          file =>
            file.slice(0, file.lastIndexOf('/')) === folder &&
            wordsOf(source.textOf(file) ?? '').has(kin[2]!.toLowerCase()),
        );
        return own.length >= Number(kin[1]);
      });
    const routes = /^Answers (.*)$/.exec(text.replace(/ and (?:\d+ )?more$/, ''))?.[1];
    if (routes)
      add(`${path}:${line} ${text}`, () =>
        routes.split(', ').every(route => {
          const last =
            route
              .split(/[ /]/)
              .filter(one => one !== '')
              .at(-1) ?? '';
          return (source.textOf(path) ?? '').includes(last) || route.includes('/');
        }),
      );
  }
  for (const { part, link } of summary.relations.flatMap(part => part.uses.map(link => ({ part, link }))))
    add(`${part.path} uses ${link.part} (${link.at.path}:${link.at.line})`, () => {
      if (link.references === 0) return lineAt(link.at).trim() !== '';
      const targets = facts.ranked.references.of(link.at.path).filter(({ line }) => line === link.at.line);
      const names = targets.flatMap(({ to }) => [
        ...facts.files.get(to)!.definitions.map(({ name }) => name),
        ...to.split('/').map(one => one.replace(/\..*$/, '')),
      ]);
      const words = wordsOf(nearby(source.textOf(link.at.path) ?? '', link.at.line, 12));
      return names.some(name => words.has(name.toLowerCase()));
    });
  for (const run of summary.runs)
    for (const { text, path, line } of run.calls)
      add(`${text} (${path}:${line})`, () => {
        const called = / calls (?:.*\.)?([^\s.]+) \(/.exec(text)?.[1] ?? '';
        return lineAt({ path, line }).includes(called);
      });
  for (const { name, path, line } of summary.commands)
    if (line > 1)
      add(`command ${name} (${path}:${line})`, () => {
        const last = name
          .replace(/^cd \S+ && /, '')
          .split(/[ :]/)
          .at(-1)!;
        return lineAt({ path, line }).includes(last) || nearby(source.textOf(path) ?? '', line).length > 0;
      });
  const chosen = draw(checks, drawn);
  return {
    right: chosen.filter(check => check.holds()).length,
    wrong: chosen.filter(check => !check.holds()).map(({ said }) => said),
  };
}

function statementsOf(parts: readonly Part[]): NonNullable<Part['statement']>[] {
  return parts.flatMap(part => [...(part.statement ? [part.statement] : []), ...statementsOf(part.children)]);
}

/** How languages write a kind that a statement calls by one word: an arrow is a function. */
const writtenAs = new Map([
  ['function', /=>|\b(?:def|fn|fun|func|sub)\b/],
  ['constant', /\bconst\b/],
]);

/** Eight in ten of its words occur near the line. */
function speaksOf(text: string, near: string): boolean {
  const there = wordsOf(near);
  const [, kind = ''] = /^(\w+) (?=[\w$])/.exec(text) ?? [];
  const words = [
    ...wordsOf(
      (writtenAs.get(kind)?.test(near) ? text.slice(kind.length) : text)
        .replace(/; (?:also|used by) .*$/, '')
        .replace(
          /^(?:Exports|Defines|Sections:|Used by|Answers|\d+ files (?:extend|implement|define)) .*$/,
          '',
        )
        .replace(/ and (?:\d+ )?more/, '')
        .replace(/ — .*$/, ''),
    ),
  ];
  return words.filter(word => there.has(word)).length >= 0.8 * words.length;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}

function nearby(text: string, line: number, after = 10): string {
  return text
    .split('\n')
    .slice(Math.max(0, line - 6), line + after)
    .join('\n');
}

/** Reproducible from the seed. */
export function draw<T>(all: readonly T[], count: number, seed = 1): T[] {
  const left = [...all];
  const chosen: T[] = [];
  let state = seed;
  while (chosen.length < count && left.length > 0) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    chosen.push(...left.splice(state % left.length, 1));
  }
  return chosen;
}
