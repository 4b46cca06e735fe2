/** The documented interface of a repository, to measure how much of it a digest contains. */
import type { RepositoryFacts } from '../../../server/analysis/fact-book.ts';
import type { SummarySource } from '../../../server/analysis/source.ts';

const shortest = 3;

/**
 * Names of public definitions that the repository's documents mention as code: in backticks, code blocks or reference
 * directives. READMEs, `docs/` and guides count; changelogs do not.
 */
export function documentedInterface(source: SummarySource, facts: RepositoryFacts): Set<string> {
  const written = new Set<string>();
  for (const { path } of source.files()) {
    if (!/\.(?:md|mdx|rst|adoc)$/i.test(path) || /change|history|news|upgrad|code_of_conduct/i.test(path))
      continue;
    const text = source.textOf(path) ?? '';
    const code = [
      ...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g),
      ...text.matchAll(/^\s*\.\. \w+:: .*$|^(?: {4,}|\t)\S.*$/gm),
    ];
    for (const [piece] of code) for (const [name] of piece.matchAll(/[A-Za-z_]\w*/g)) written.add(name);
  }
  const names = new Set<string>();
  for (const { path, code, aside, definitions } of facts.files.values()) {
    if (!code || aside !== undefined || facts.ranked.supportingOf(path) !== undefined) continue;
    for (const { name, exported, kind } of definitions)
      if (
        exported &&
        name.length >= shortest &&
        kind !== 'property' &&
        !name.startsWith('_') &&
        written.has(name)
      )
        names.add(name);
  }
  return names;
}

/** Percent of the names that stand in a text as words. */
export function contained(names: ReadonlySet<string>, text: string): number {
  const words = new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
  const found = [...names].filter(name => words.has(name)).length;
  return Math.round((found / Math.max(1, names.size)) * 1000) / 10;
}
