/** Describes a file by its main definition, with that one's sentence or declaration; or by the names it defines. */

import { isWithin } from '../documents/telling.ts';
import { folderOf } from '../protocol/folders.ts';
import { baseName } from '../syntax/paths.ts';
import type { Head } from './heads.ts';

const namesShown = 4;
const membersShown = 4;
/** So many values made by one call are described together, if they are this share of all. */
const [fewestAlike, alikeShare] = [6, 0.8];

export interface Line {
  readonly text: string;
  readonly line: number;
  /** Contains a sentence from the repository. */
  readonly isSaid: boolean;
  /** For a line without a sentence: the line without the definition's name. */
  readonly form?: string;
}

export function withoutSentence(head: Head): Head {
  const { sentence, ...rest } = head;
  return sentence === undefined ? head : rest;
}

interface DefinitionLine extends Line {
  /** Contains only the name. */
  readonly isBare: boolean;
  /** A single value. */
  readonly isValue?: boolean;
  /** Besides the name, contains only the type that it extends. */
  readonly isShort?: boolean;
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
  // What files of the same package use is visible, too.
  const exported = heads.filter(head => head.exported || used.includes(head.name));
  const all = byName(heads);
  const seen = byName(exported.length > 0 ? exported : heads);
  const placeOf = ({ name }: Head): number => (used.includes(name) ? used.indexOf(name) : used.length);
  seen.sort((one, other) => placeOf(one) - placeOf(other));
  if (seen.length === 0) return undefined;
  const main =
    mainOf(path, seen) ??
    (isTest ? largest(all.map(withoutSentence)) : largest(all)) ??
    (isTest ? undefined : mostUsed(seen, used));
  if (main === undefined) {
    const areExported = seen.every(head => head.exported) && !isScript.test(path);
    // The used ones first.
    const text = areExported ? `Exports ${names(seen)}` : `Defines ${names(byName([...seen, ...all]))}`;
    return valuesLine(seen) ?? { text, line: seen[0]!.line, isSaid: false, isBare: false };
  }
  const others = seen.filter(({ name }) => name !== main.name);
  const also = others.length === 0 ? '' : `; also ${names(others, all.length > seen.length)}`;
  const { sentence, name, kind, signature, members, bases } = main;
  if (sentence !== undefined) {
    // An extension of another file's type.
    const word = kind === 'method' ? 'function' : kind;
    const named = startsWithName(sentence.text, name) ? sentence.text : `${word} ${name}: ${sentence.text}`;
    return {
      text: also === '' ? named : named.replace(/[.。]$/, '') + also,
      line: sentence.line,
      isSaid: true,
      isBare: false,
    };
  }
  const holds = members.length === 0 ? '' : ` — ${listed(members, membersShown)}`;
  const text = signature + holds + also;
  // Files of all kinds reopen a namespace.
  if (text === signature && /^(?:module|namespace)$/.test(kind)) return undefined;
  const isVariable = variables.test(kind);
  const isShort =
    text === signature &&
    bases.length < 2 &&
    !/@|^\[/.test(signature) &&
    // Parameters of a type's declaration are its fields.
    !(/^(?:class|record|struct|object|type)$/.test(kind) && /\(\w/.test(signature)) &&
    !(isVariable && signature.includes('='));
  return {
    text,
    line: main.line,
    isSaid: false,
    form: text.replaceAll(name, '*'),
    isBare: isShort && bases.every(base => isWithin(base, name)),
    isShort,
    isValue: isVariable && holds === '',
  };
}

/** "Defines values of Color, such as Blue10": not how many, because not all may have been looked at. */
function valuesLine(seen: readonly Head[]): DefinitionLine | undefined {
  const makers = seen.map(({ signature }) => /= *(?:new )?([A-Z]\w*)\(/.exec(signature)?.[1]);
  const [maker] = makers.filter(one => one !== undefined);
  const alike = seen.filter((_, at) => maker !== undefined && makers[at] === maker);
  if (alike.length < fewestAlike || alike.length < alikeShare * seen.length) return undefined;
  const shown = alike.slice(0, 2).map(({ name }) => name);
  const [{ line }] = alike as [Head];
  const text = `Defines values of ${maker}, such as ${shown.join(' and ')}`;
  return { text, line, isSaid: false, isBare: false };
}

/** Scripts are run rather than imported. */
const isScript = /\.(?:sh|bash|zsh|fish|ps1|bat|cmd)$/;

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
function names(heads: readonly Head[], hasMore = false): string {
  const telling = heads.every(({ kind }) => tellingKinds.has(kind));
  const words = heads.map(({ kind, name }) => (telling ? `${kind} ${name}` : name));
  return listed(words, namesShown, hasMore);
}

const tellingKinds = new Set(
  'resource data variable output module provider table view procedure trigger schema message service'.split(
    ' ',
  ),
);

/**
 * The first of some names. Others are not counted: which of them a reader would count depends on the language, and not every use is seen.
 * @param hasMore there are others that are not among the words
 */
export function listed(words: readonly string[], most: number, hasMore = false): string {
  return `${words.slice(0, most).join(', ')}${hasMore || words.length > most ? ' and more' : ''}`;
}
