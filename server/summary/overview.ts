/** The sentences that describe a repository or folder: its manifest's, its README's, its index file's. */

import { isCredit, isPointing } from '../analysis/boilerplate.ts';
import type { FileFacts } from '../analysis/file-facts.ts';
import type { SummarySource } from '../analysis/source.ts';
import { blocksOf, formOf } from '../documents/blocks.ts';
import { type Sentence, sentencesOfBlocks } from '../documents/prose.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { isFolderIndex, isReadme } from '../syntax/paths.ts';

const most = 5;
/** Sentences and characters of a README to consider: a project's description is near the top. */
const looked = 14;
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
  const readme = readmeOf(here, paths, scope);
  if (readme !== undefined) {
    const names = [
      scope.slice(scope.lastIndexOf('/') + 1) || source.name,
      ...manifests.flatMap(({ name }) => name?.text ?? []),
    ];
    const sentences = introduction(readme, source.textOf(readme) ?? '');
    for (const { text, line } of definitionFirst(sentences, names))
      statements.push({ text, line, path: readme, generated: false });
  }
  for (const path of here) {
    const statement = isFolderIndex(path) ? facts.get(path)?.statement : undefined;
    if (statement) statements.push(statement);
  }
  return withoutEchoes(statements).slice(0, most);
}

/** Headings of sections that do not describe a project. */
const aside =
  /\b(?:install\w*|getting started|quick ?start|set ?up|usage|examples?|benchmarks?|download|requirements|prerequisites|sponsors?|backers|contribut\w*|licen[cs]e|credits|acknowledge?ments|changelog|news|announce?(?:d|ment|ments)?|releases?|what'?s new|table of contents|contents|support|community|status|badges|build(?:ing)?|running|tests?|links)\b|安装|快速开始|インストール|설치|установка/iu;

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

/** The sentences of the first two sections that have any; benchmarks, installation and credits come later. */
function introduction(path: string, text: string): Sentence[] {
  const blocks = blocksOf(path, text.slice(0, readmeHead));
  const sentences = sentencesOfBlocks(blocks, formOf(path))
    .filter(({ text: sentence }) => !isCredit(sentence, path))
    .slice(0, looked);
  const sectionOf = (block: number): number =>
    blocks.slice(0, block).findLastIndex(({ kind }) => kind === 'heading');
  const telling = sentences.filter(({ text: sentence, block }) => {
    const heading = blocks[sectionOf(block)]?.lines[0] ?? '';
    return !aside.test(heading) && !/[?？]$/.test(sentence);
  });
  const [first, second] = [...new Set(telling.map(({ block }) => sectionOf(block)))];
  return telling.length === 0
    ? sentences
    : telling.filter(({ block }) => [first, second].includes(sectionOf(block)));
}

/** In order, without sentences that refer elsewhere, and with "name is …" first. */
function definitionFirst<S extends { readonly text: string }>(
  sentences: readonly S[],
  names: readonly string[],
): S[] {
  const telling = sentences.filter(({ text }) => !isPointing(text));
  const subjects = names.map(name => name.replace(/[^\p{L}\p{N}]+/gu, '.?').replace(/^\.\?|\.\?$/g, ''));
  const definition = new RegExp(
    `^(?:the\\s+)?(?:${subjects.join('|')})(?![\\p{L}\\p{N}])[^.]{0,60}?\\s(?:is|are|provides|lets|helps|allows|makes|enables|gives)\\s`,
    'iu',
  );
  const at = telling.findIndex(({ text }) => definition.test(text));
  if (at > 0) telling.unshift(...telling.splice(at, 1));
  return telling.length > 0 ? telling : sentences.slice(0, 1);
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
