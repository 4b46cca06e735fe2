/** Facts from the repository's documents: about its paths, how to change it, and what to run. */

import { blocksOf } from '../documents/blocks.ts';
import { isCredit, isPointing } from '../documents/boilerplate.ts';
import { conventionsIn } from '../documents/conventions.ts';
import { commandsInBlocks, type WrittenCommand } from '../documents/document-commands.ts';
import { KnownPaths } from '../documents/known-paths.ts';
import { type PathStatement, pathStatements } from '../documents/path-statements.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { baseName, compare, depth } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';

export interface DocumentFacts {
  /** By path of a file or folder: what a document says about it. */
  readonly statements: ReadonlyMap<string, Statement>;
  readonly conventions: readonly Statement[];
  readonly commands: readonly (WrittenCommand & { readonly path: string })[];
  /** Documents about the whole repository, those for newcomers first. */
  readonly documents: readonly string[];
}

const mostDocuments = 150;
const longestDocument = 200_000;
const mostConventions = 12;

/** Kinds of documents, the best source on paths first; `docs/**` and READMEs of folders come last. */
const kinds: readonly RegExp[] = [
  /^readme\b/i,
  /^(?:agents?|claude|gemini|copilot-instructions)\.md$/i,
  /^(?:architecture|design|overview|hacking|internals|structure|codebase)\b/i,
  /^(?:contributing|development|developer|developing|building)\b/i,
];
const stale =
  /^(?:change(?:s|log)|history|news|release|upgrad|migrat|security|code[-_]of[-_]conduct|maintainers|license|governance)/i;

/** A document's rank, lower is better; undefined if it is none. */
function placeOf(path: string): number | undefined {
  if (languageOf(path).kind !== 'prose' && !/\.(?:adoc|asciidoc|org)$/i.test(path)) return undefined;
  const name = baseName(path);
  const folder = folderOf(path);
  if (
    stale.test(name) ||
    /(^|\/)(?:node_modules|vendor|third_party|testdata|fixtures?|archive|changelog\w*|issue_template|translations?|locales?|i18n)\//i.test(
      path,
    )
  )
    return undefined;
  const kind = kinds.findIndex(one => one.test(name));
  const isTop = folder === '' || folder === '.github' || folder === 'docs';
  if (kind >= 0 && isTop) return kind;
  if (isTop && /^(?:conventions?|style|coding|guidelines|rules)\b/i.test(name)) return kinds.length - 1;
  if (/(^|\/)(?:docs?|documentation|guides?|wiki)\//i.test(path)) return kinds.length;
  return kind >= 0 ? kinds.length + 1 : undefined;
}

export function documentFacts(
  paths: readonly string[],
  textOf: (path: string) => string | undefined,
): DocumentFacts {
  const documents = paths
    .flatMap(path => {
      const place = placeOf(path);
      return place === undefined ? [] : [{ path, place }];
    })
    .sort(
      (one, other) =>
        one.place - other.place ||
        depth(one.path, '') - depth(other.path, '') ||
        compare(one.path, other.path),
    )
    .slice(0, mostDocuments);
  const known = new KnownPaths(paths);
  const statements = new Map<string, Statement>();
  const conventions: Statement[] = [];
  const commands: (WrittenCommand & { path: string })[] = [];
  for (const { path, place } of documents) {
    const text = textOf(path);
    if (text === undefined || text.length > longestDocument) continue;
    const blocks = blocksOf(path, text);
    for (const { subject, ...said } of pathStatements(path, blocks, known))
      if (!statements.has(subject) && isTelling(said)) statements.set(subject, { ...said, generated: false });
    if (place < kinds.length && conventions.length < mostConventions)
      for (const { text: said, line } of conventionsIn(path, blocks))
        if (!isPointing(said) && !isCredit(said, path))
          conventions.push({ text: said, path, line, generated: false });
    if (place < kinds.length)
      for (const command of commandsInBlocks(blocks)) commands.push({ ...command, path });
  }
  return {
    statements,
    conventions: conventions.slice(0, mostConventions),
    commands,
    documents: documents.filter(({ place }) => place < kinds.length).map(({ path }) => path),
  };
}

function isTelling({ text, path }: Omit<PathStatement, 'subject'>): boolean {
  return (
    !isPointing(text) &&
    !isCredit(text, path) &&
    !/\b(?:lives|is located|resides) (?:in|under|at)\b/.test(text)
  );
}
