/**
 * Chooses a file's description, the first available of: its manifest's text, its own documentation, its main definition
 * with that one's sentence or declaration, the names it defines. A sentence about a part always names the part.
 */
import { folderOf } from '../protocol/folders.ts';
import type { Statement } from '../protocol/requests.ts';
import { baseName } from '../syntax/paths.ts';
import { choose, type Judge } from './candidates.ts';
import type { FileFacts } from './file-facts.ts';
import type { Head } from './heads.ts';

const namesShown = 4;
const membersShown = 4;
const usersShown = 2;
/** A sentence found in this many files describes none of them. */
const commonFrom = 3;

export interface Surroundings {
  readonly judge: Judge;
  /** Sentences shared by many files. */
  readonly isCommon: (sentence: string) => boolean;
  /** Each file's names that others use, most used first. */
  readonly used: ReadonlyMap<string, readonly string[]>;
  /** Its users, without tests and the like. */
  readonly usersOf: (path: string) => readonly string[];
}

/** Sentences found in at least three files, ignoring case and punctuation. */
export function commonSentences(files: Iterable<FileFacts>): (sentence: string) => boolean {
  const counts = new Map<string, number>();
  for (const { candidates, heads } of files) {
    const said = [...candidates, ...heads.flatMap(({ sentence }) => sentence ?? [])];
    for (const form of new Set(said.map(({ text }) => formOf(text))))
      counts.set(form, (counts.get(form) ?? 0) + 1);
  }
  return sentence => (counts.get(formOf(sentence)) ?? 0) >= commonFrom;
}

function formOf(sentence: string): string {
  return sentence
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Adds the file's description to its facts. */
export function spoken(facts: FileFacts, surroundings: Surroundings): FileFacts {
  const { judge, isCommon, used, usersOf } = surroundings;
  const { path, candidates, manifest, heads } = facts;
  const told = candidates.filter(({ text }) => !isCommon(text));
  const chosen = manifest?.description ?? choose(path, told, judge);
  if (chosen !== undefined)
    return { ...facts, unspoken: false, statement: statement(path, chosen.text, chosen.line) };
  const own = heads.map(head =>
    head.sentence && isCommon(head.sentence.text) ? withoutSentence(head) : head,
  );
  const line = definitionLine(path, own, used.get(path) ?? []);
  if (line === undefined)
    return facts.title === undefined
      ? facts
      : { ...facts, statement: statement(path, facts.title.text, facts.title.line) };
  const users = facts.code ? usersOf(path) : [];
  const by = users.length === 0 || line.isSaid ? '' : `; used by ${listed(users, usersShown)}`;
  return { ...facts, unspoken: !line.isSaid, statement: statement(path, line.text + by, line.line) };
}

function withoutSentence(head: Head): Head {
  const { sentence, ...rest } = head;
  return sentence === undefined ? head : rest;
}

interface DefinitionLine {
  readonly text: string;
  readonly line: number;
  /** Contains a sentence from the repository. */
  readonly isSaid: boolean;
}

/**
 * The main definition of a file in a line, with the names of the others; all names if none is the main one.
 * @param used names of the file that others use, most used first
 */
export function definitionLine(
  path: string,
  heads: readonly Head[],
  used: readonly string[],
): DefinitionLine | undefined {
  const exported = heads.filter(head => head.exported);
  const all = byName(heads);
  const seen = byName(exported.length > 0 ? exported : heads);
  const placeOf = ({ name }: Head): number => (used.includes(name) ? used.indexOf(name) : used.length);
  seen.sort((one, other) => placeOf(one) - placeOf(other));
  if (seen.length === 0) return undefined;
  const main = mainOf(path, seen) ?? largest(all);
  if (main === undefined)
    return {
      text: `${exported.length > 0 ? 'Exports' : 'Defines'} ${names(seen)}`,
      line: seen[0]!.line,
      isSaid: false,
    };
  const others = seen.filter(head => head !== main);
  const also = others.length === 0 ? '' : `; also ${names(others)}`;
  const { sentence, name, kind, signature, members } = main;
  if (sentence !== undefined) {
    const named = sentence.text.includes(name) ? sentence.text : `${kind} ${name}: ${sentence.text}`;
    return {
      text: also === '' ? named : named.replace(/[.。]$/, '') + also,
      line: sentence.line,
      isSaid: true,
    };
  }
  const holds = members.length === 0 ? '' : ` — ${listed(members, membersShown)}`;
  return { text: signature + holds + also, line: main.line, isSaid: false };
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

/** The clearly largest definition, with public ones counting twice. */
function largest(heads: readonly Head[]): Head | undefined {
  const weightOf = ({ size, exported }: Head): number => size * (exported ? 2 : 1);
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
