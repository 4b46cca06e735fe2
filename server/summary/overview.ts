/**
 * The sentences that describe a repository or folder: warnings of its README, then its manifest's, its README's, its
 * index file's.
 */

import type { FileFacts } from '../analysis/file-facts.ts';
import type { SummarySource } from '../analysis/source.ts';
import { blocksOf } from '../documents/blocks.ts';
import { described } from '../documents/front-matter.ts';
import { definitionFirst, introduction } from '../documents/introduction.ts';
import { warningsIn } from '../documents/warnings.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { isFolderIndex, isReadme } from '../syntax/paths.ts';

const most = 5;
/** Characters of a README to consider. */
const readmeHead = 30_000;

/** @param scope a folder, `''` for the whole repository, or a file's path */
export function overviewOf(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  source: SummarySource,
  scope: string,
): Statement[] {
  if (paths.length === 1 && paths[0] === scope) {
    const statement = facts.get(scope)?.statement;
    return statement ? [statement] : [];
  }
  const here = paths.filter(path => folderOf(path) === scope);
  const manifests = here.flatMap(path => facts.get(path)?.manifest ?? []);
  const statements: Statement[] = manifests.flatMap(({ path, description }) =>
    description ? { text: description.text, path, line: description.line, generated: false } : [],
  );
  const warnings: Statement[] = manifests.flatMap(({ path, warning }) =>
    warning ? { ...warning, path, generated: false } : [],
  );
  const readme = readmeOf(here, paths, scope);
  if (readme !== undefined) {
    const names = [
      scope.slice(scope.lastIndexOf('/') + 1) || source.name,
      ...manifests.flatMap(({ name }) => name?.text ?? []),
    ];
    const warned = warningsIn(readme, (source.textOf(readme) ?? '').slice(0, readmeHead), names);
    warnings.unshift(...warned.map(({ text, line }) => ({ text, line, path: readme, generated: false })));
    const sentences = introduction(
      readme,
      blocksOf(readme, (source.textOf(readme) ?? '').slice(0, readmeHead)),
      names,
    );
    const matter = sentences.length === 0 ? described(source.textOf(readme) ?? '') : undefined;
    for (const { text, line } of matter ? [matter] : definitionFirst(sentences, names))
      statements.push({ text, line, path: readme, generated: false });
  }
  for (const path of here) {
    const statement = isFolderIndex(path) ? facts.get(path)?.statement : undefined;
    if (statement) statements.push(statement);
  }
  return withoutEchoes([...warnings, ...statements]).slice(0, most + warnings.length);
}

/**
 * The README of a folder; for the whole repository also in the places that hosts support. Translations only as a last
 * resort.
 */
function readmeOf(here: readonly string[], paths: readonly string[], scope: string): string | undefined {
  const elsewhere = scope === '' ? paths.filter(path => /^(?:\.github|docs?)\/[^/]+$/i.test(path)) : [];
  const all = [...here, ...elsewhere];
  return (
    all.find(isReadme) ?? all.find(path => /(^|\/)readme[._-][\w-]{2,7}\.(?:md|rst|adoc|org)$/i.test(path))
  );
}

/** Drops near-duplicates, as a manifest and a README often are: nine in ten words of the shorter one. */
function withoutEchoes(statements: readonly Statement[]): Statement[] {
  const kept: { statement: Statement; words: ReadonlySet<string> }[] = [];
  for (const statement of statements) {
    const words = new Set(statement.text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
    const isEcho = kept.some(other => {
      const [short, long] = words.size < other.words.size ? [words, other.words] : [other.words, words];
      return [...short].filter(word => long.has(word)).length >= 0.9 * short.size;
    });
    if (!isEcho) kept.push({ statement, words });
  }
  return kept.map(({ statement }) => statement);
}
