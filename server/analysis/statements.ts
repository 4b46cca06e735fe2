/**
 * Chooses a file's description, the first available of: its manifest's text, its own documentation, its main definition with
 * that one's sentence, the routes it answers, its main definition's declaration, the names it defines. A sentence about a part
 * always names the part. Text that only repeats the file's name is left out.
 */

import { choose, type Judge } from '../documents/candidates.ts';
import type { Sentence } from '../documents/prose.ts';
import { commonWords, formOf, restates, sharedWords, standsAlone } from '../documents/telling.ts';
import type { Statement } from '../protocol/requests.ts';
import { baseName } from '../syntax/paths.ts';
import { definitionLine, type Line, listed, withoutSentence } from './definition-line.ts';
import type { FileFacts } from './file-facts.ts';
import type { Head } from './heads.ts';
import type { SupportingOf } from './supporting.ts';

const usersShown = 2;
/** A sentence found in this many files describes none of them. */
const commonFrom = 3;

export interface Surroundings {
  readonly judge: Judge;
  /** Sentences shared by many files. */
  readonly isCommon: (sentence: string, path: string) => boolean;
  /** Words that say nothing in this repository. */
  readonly isCommonWord: (word: string) => boolean;
  /** Each file's names that others use, most used first. */
  readonly used: ReadonlyMap<string, readonly string[]>;
  /** Its users; for files other than tests, without tests and the like. */
  readonly usersOf: (path: string) => readonly string[];
  /** The kind of a supporting file; undefined for the repository's own code. */
  readonly supportingOf: SupportingOf;
}

/** What the sentences of all files have in common. */
export function sentencesInCommon(
  files: readonly FileFacts[],
): Pick<Surroundings, 'isCommon' | 'isCommonWord'> {
  return { isCommon: commonSentences(files), isCommonWord: commonWords(files.flatMap(saidIn)) };
}

function saidIn({ candidates, heads, title }: FileFacts): string[] {
  const said = [...candidates, ...heads.flatMap(({ sentence }) => sentence ?? []), ...(title ? [title] : [])];
  return said.map(({ text }) => text);
}

/**
 * Sentences found in at least three files, ignoring case, punctuation and the files' own names; and those copied from a
 * file whose name they fit better.
 */
function commonSentences(files: Iterable<FileFacts>): Surroundings['isCommon'] {
  const saying = new Map<string, string[]>();
  for (const file of files)
    for (const form of new Set(saidIn(file).map(text => formOf(text, ownNames(file.path))))) {
      const paths = saying.get(form);
      if (paths) paths.push(file.path);
      else saying.set(form, [file.path]);
    }
  const copies = copiedSentences(files);
  return (sentence, path) =>
    (saying.get(formOf(sentence, ownNames(path)))?.length ?? 0) >= commonFrom || copies(sentence, path);
}

/** Whether a sentence also stands in a file whose name shares more of its words. */
function copiedSentences(files: Iterable<FileFacts>): Surroundings['isCommon'] {
  const saying = new Map<string, string[]>();
  for (const file of files)
    for (const text of new Set(saidIn(file))) {
      const paths = saying.get(text);
      if (paths) paths.push(file.path);
      else saying.set(text, [file.path]);
    }
  const fit = (sentence: string, path: string): number => sharedWords(sentence, baseName(path));
  return (sentence, path) =>
    (saying.get(sentence) ?? []).some(other => other !== path && fit(sentence, other) > fit(sentence, path));
}

function ownNames(path: string): string[] {
  return path.split('/').slice(-2);
}

/** Adds descriptions to the facts. A declaration that many files share except for the name describes none of them. */
export function speak(files: readonly FileFacts[], surroundings: Surroundings): Map<string, FileFacts> {
  const spoken = files.map(file => ({ file, made: lineOf(file, surroundings) }));
  const counts = new Map<string, number>();
  for (const { made } of spoken) if (made?.form) counts.set(made.form, (counts.get(made.form) ?? 0) + 1);
  return new Map(
    spoken.map(({ file, made }) => {
      const isShared = made?.form !== undefined && counts.get(made.form)! >= commonFrom;
      if (made === undefined || isShared) return [file.path, file];
      return [
        file.path,
        { ...file, unspoken: !made.isSaid, statement: statement(file.path, made.text, made.line) },
      ];
    }),
  );
}

function lineOf(facts: FileFacts, surroundings: Surroundings): Line | undefined {
  const { judge, isCommon, isCommonWord, used, usersOf, supportingOf } = surroundings;
  const { path, candidates, manifest, heads, routes, title, contents, aside } = facts;
  const names = [path];
  const tells = ({ text }: Sentence): boolean => standsAlone(text) && !restates(text, names, isCommonWord);
  const telling = candidates.filter(one => !isCommon(one.text, path) && tells(one));
  // What "it" is, the sentence before says.
  const told = telling.filter(one => telling[0] === candidates[0] || !/\b(?:it|they|them)\b/i.test(one.text));
  const description = manifest?.description;
  // It describes what the manifest is of, not the manifest.
  const of = manifest?.name === undefined ? '' : `Package ${manifest.name.text}: `;
  const chosen =
    description !== undefined && !restates(description.text, names)
      ? { ...description, text: of + description.text }
      : choose(path, told, judge);
  if (chosen !== undefined) return { text: chosen.text, line: chosen.line, isSaid: true };
  const own = heads.map(head =>
    head.sentence && (isCommon(head.sentence.text, path) || !tellsOf(head, head.sentence, path, isCommonWord))
      ? withoutSentence(head)
      : head,
  );
  const supporting = supportingOf(path);
  const isTest = supporting === 'test';
  const line = definitionLine(path, own, used.get(path) ?? [], isTest);
  if (line?.isSaid) return line;
  if (contents !== undefined) return { ...contents, isSaid: false };
  // The settings in a tool's configuration are the tool's.
  if (aside === 'configuration') return undefined;
  // Who calls the extensions in a class cannot be told from names.
  const users = facts.code && !/Extensions?\.cs$/.test(path) ? usersOf(path) : [];
  if (routes.length > 0 && !isTest) return routesLine(routes);
  if (line === undefined)
    return title !== undefined &&
      !isCommon(title.text, path) &&
      title.text.split(/\s+/).length >= 3 &&
      tells(title)
      ? { text: title.text, line: title.line, isSaid: false }
      : undefined;
  // A test's declarations say what its name says, except those that other tests use.
  const enough = line.isBare
    ? fewestOfBare
    : line.isShort || (line.isValue && supporting !== undefined)
      ? 1
      : 0;
  if (users.length < (isTest ? fewestOfTest : enough)) return undefined;
  const by = users.length === 0 ? '' : `; used by ${listed(users, usersShown)}`;
  return { text: line.text + by, line: line.line, isSaid: false, form: (line.form ?? line.text) + by };
}

function tellsOf(
  { name }: Head,
  { text }: Sentence,
  path: string,
  isCommonWord: Surroundings['isCommonWord'],
): boolean {
  return standsAlone(text) && !restates(text, [name, path], isCommonWord);
}

/** A helper used by a single test is part of it; one user more says little of a mere name. */
const [fewestOfTest, fewestOfBare] = [2, 2];
const routesShown = 4;

function routesLine(routes: FileFacts['routes']): Line {
  const shown = [...new Set(routes.map(({ verb, path }) => `${verb} ${path}`.trim()))];
  return { text: `Answers ${listed(shown, routesShown)}`, line: routes[0]!.line, isSaid: false };
}

function statement(path: string, text: string, line: number): Statement {
  return { text, path, line, generated: false };
}
