/**
 * Chooses a file's description, the first available of: its manifest's text, its own documentation, its main definition with
 * that one's sentence, the routes it answers, its main definition's declaration, the names it defines. A sentence about a part
 * always names the part. Text that only repeats the file's name is left out.
 */

import type { Sentence } from '../documents/prose.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { baseName } from '../syntax/paths.ts';
import { choose, type Judge } from './candidates.ts';
import type { FileFacts } from './file-facts.ts';
import type { Head } from './heads.ts';
import type { SupportingOf } from './supporting.ts';
import { formOf, restates, standsAlone } from './telling.ts';

const namesShown = 4;
const membersShown = 4;
const usersShown = 2;
/** A sentence found in this many files describes none of them. */
const commonFrom = 3;

export interface Surroundings {
  readonly judge: Judge;
  /** Sentences shared by many files. */
  readonly isCommon: (sentence: string, path: string) => boolean;
  /** Each file's names that others use, most used first. */
  readonly used: ReadonlyMap<string, readonly string[]>;
  /** Its users; for files other than tests, without tests and the like. */
  readonly usersOf: (path: string) => readonly string[];
  /** The kind of a supporting file; undefined for the repository's own code. */
  readonly supportingOf: SupportingOf;
}

/** Sentences found in at least three files, ignoring case, punctuation and the files' own names. */
export function commonSentences(files: Iterable<FileFacts>): (sentence: string, path: string) => boolean {
  const counts = new Map<string, number>();
  for (const { path, candidates, heads, title } of files) {
    const said = [
      ...candidates,
      ...heads.flatMap(({ sentence }) => sentence ?? []),
      ...(title ? [title] : []),
    ];
    for (const form of new Set(said.map(({ text }) => formOf(text, ownNames(path)))))
      counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  return (sentence, path) => (counts.get(formOf(sentence, ownNames(path))) ?? 0) >= commonFrom;
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

interface Line {
  readonly text: string;
  readonly line: number;
  /** Contains a sentence from the repository. */
  readonly isSaid: boolean;
  /** For a line without a sentence: the line without the definition's name. */
  readonly form?: string;
}

function lineOf(facts: FileFacts, surroundings: Surroundings): Line | undefined {
  const { judge, isCommon, used, usersOf, supportingOf } = surroundings;
  const { path, candidates, manifest, heads, routes, title } = facts;
  const names = [path];
  const tells = ({ text }: Sentence): boolean => standsAlone(text) && !restates(text, names);
  const told = candidates.filter(one => !isCommon(one.text, path) && tells(one));
  const description = manifest?.description;
  const chosen =
    description !== undefined && !restates(description.text, names) ? description : choose(path, told, judge);
  if (chosen !== undefined) return { text: chosen.text, line: chosen.line, isSaid: true };
  const own = heads.map(head =>
    head.sentence && (isCommon(head.sentence.text, path) || !tellsOf(head, head.sentence, path))
      ? withoutSentence(head)
      : head,
  );
  const supporting = supportingOf(path);
  const isTest = supporting === 'test';
  const line = definitionLine(path, own, used.get(path) ?? [], isTest);
  if (line?.isSaid) return line;
  const users = facts.code ? usersOf(path) : [];
  if (routes.length > 0 && !isTest) return routesLine(routes);
  if (line === undefined)
    return title !== undefined &&
      !isCommon(title.text, path) &&
      title.text.split(/\s+/).length >= 3 &&
      tells(title)
      ? { text: title.text, line: title.line, isSaid: false }
      : undefined;
  // A test's declarations say what its name says, except those that other tests use.
  if (
    users.length <
    (isTest ? fewestTestUsers : line.isBare || (line.isValue && supporting !== undefined) ? 1 : 0)
  )
    return undefined;
  const by = users.length === 0 ? '' : `; used by ${listed(users, usersShown)}`;
  return { text: line.text + by, line: line.line, isSaid: false, form: (line.form ?? line.text) + by };
}

function tellsOf({ name }: Head, { text }: Sentence, path: string): boolean {
  return standsAlone(text) && !restates(text, [name, path]);
}

/** A helper used by a single test is part of it. */
const fewestTestUsers = 2;
const routesShown = 4;

function routesLine(routes: FileFacts['routes']): Line {
  const shown = [...new Set(routes.map(({ verb, path }) => `${verb} ${path}`.trim()))];
  return { text: `Answers ${listed(shown, routesShown)}`, line: routes[0]!.line, isSaid: false };
}

function withoutSentence(head: Head): Head {
  const { sentence, ...rest } = head;
  return sentence === undefined ? head : rest;
}

interface DefinitionLine extends Line {
  /** Contains only the name. */
  readonly isBare: boolean;
  /** A single value. */
  readonly isValue?: boolean;
}

/**
 * The main definition of a file in a line, with the names of the others; all names if none is the main one.
 * @param used names of the file that others use, most used first
 * @param isTest the sentence of one test among many does not describe the file
 */
export function definitionLine(
  path: string,
  heads: readonly Head[],
  used: readonly string[],
  isTest = false,
): DefinitionLine | undefined {
  const exported = heads.filter(head => head.exported);
  const all = byName(heads);
  const seen = byName(exported.length > 0 ? exported : heads);
  const placeOf = ({ name }: Head): number => (used.includes(name) ? used.indexOf(name) : used.length);
  seen.sort((one, other) => placeOf(one) - placeOf(other));
  if (seen.length === 0) return undefined;
  const main =
    mainOf(path, seen) ??
    (isTest ? largest(all.map(withoutSentence)) : largest(all)) ??
    (isTest ? undefined : mostUsed(seen, used));
  if (main === undefined)
    return {
      text: `${exported.length > 0 ? 'Exports' : 'Defines'} ${names(seen)}`,
      line: seen[0]!.line,
      isSaid: false,
      isBare: false,
    };
  const others = seen.filter(({ name }) => name !== main.name);
  const also = others.length === 0 ? '' : `; also ${names(others)}`;
  const { sentence, name, kind, signature, members, bases } = main;
  if (sentence !== undefined) {
    const named = startsWithName(sentence.text, name) ? sentence.text : `${kind} ${name}: ${sentence.text}`;
    return {
      text: also === '' ? named : named.replace(/[.。]$/, '') + also,
      line: sentence.line,
      isSaid: true,
      isBare: false,
    };
  }
  const holds = members.length === 0 ? '' : ` — ${listed(members, membersShown)}`;
  const text = signature + holds + also;
  const isVariable = variables.test(kind);
  return {
    text,
    line: main.line,
    isSaid: false,
    form: text.replaceAll(name, '*'),
    isBare:
      holds === '' &&
      also === '' &&
      bases.length === 0 &&
      !/@|^\[/.test(signature) &&
      // Parameters of a type's declaration are its fields.
      !(/^(?:class|record|struct|object|type)$/.test(kind) && /\(\w/.test(signature)) &&
      !(isVariable && signature.includes('=')),
    isValue: isVariable && holds === '',
  };
}

const variables = /^(?:variable|constant|property|field|const|var|let|static)$/;

/** Whether the sentence names its subject: "Engine is …", "A Router sends …". */
function startsWithName(sentence: string, name: string): boolean {
  const rest = sentence.replace(/^(?:the|an?) /i, '');
  return rest.startsWith(name) && !/^[\p{L}\p{N}_]/u.test(rest.slice(name.length));
}

/** Overloads and reopened types share a name; the first with a sentence represents them. */
function byName(heads: readonly Head[]): Head[] {
  const found = new Map<string, Head>();
  for (const head of heads) {
    const known = found.get(head.name);
    if (known === undefined || (known.sentence === undefined && head.sentence !== undefined))
      found.set(head.name, head);
  }
  return [...found.values()];
}

/** The definition named like the file, or like its folder if the file's name is generic; or the only one. */
function mainOf(path: string, seen: readonly Head[]): Head | undefined {
  const stem = baseName(path).replace(/\..*$/, '');
  const speaking = /^(?:index|main|mod|lib|__init__|package|types|utils?)$/i.test(stem)
    ? baseName(folderOf(path))
    : stem;
  const wanted = plainName(speaking);
  const named = seen.find(({ name }) => plainName(name) === wanted);
  return named ?? (seen.length === 1 ? seen[0] : undefined);
}

/** The definition that others use most, if it has a sentence. */
function mostUsed(seen: readonly Head[], used: readonly string[]): Head | undefined {
  const [first] = seen;
  return first?.sentence !== undefined && used.includes(first.name) && !variables.test(first.kind)
    ? first
    : undefined;
}

/** The clearly largest definition, with public ones counting twice and values half. */
function largest(heads: readonly Head[]): Head | undefined {
  const weightOf = ({ size, exported, kind }: Head): number =>
    size * (exported ? 2 : 1) * (variables.test(kind) ? 0.5 : 1);
  const sorted = [...heads].sort((one, other) => weightOf(other) - weightOf(one));
  const [first, second] = sorted;
  if (first === undefined) return undefined;
  return second === undefined || weightOf(first) >= clearLead * weightOf(second) ? first : undefined;
}

/** How much larger than the next the main definition must be. */
const clearLead = 1.5;

function plainName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, '').toLowerCase();
}

/** Names, with kinds where these are more telling: tables, resources, variables. */
function names(heads: readonly Head[]): string {
  const telling = heads.every(({ kind }) => tellingKinds.has(kind));
  return listed(
    heads.map(({ kind, name }) => (telling ? `${kind} ${name}` : name)),
    namesShown,
  );
}

const tellingKinds = new Set(
  'resource data variable output module provider table view procedure trigger schema message service'.split(
    ' ',
  ),
);

export function listed(words: readonly string[], most: number): string {
  const more = words.length - most;
  return `${words.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function statement(path: string, text: string, line: number): Statement {
  return { text, path, line, generated: false };
}
