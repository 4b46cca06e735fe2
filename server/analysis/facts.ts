/** Collects the facts about one file: its sentence, its definitions and imports, the names it uses. */

import { type Definition, isMember } from '../syntax/definition.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { outline } from '../syntax/outline.ts';
import { languageOf } from '../workspace/language.ts';
import { candidatesOf, choose, type Judge } from './candidates.ts';
import type { FileFacts } from './file-facts.ts';
import { isManifest, readManifest } from './manifests.ts';
import { openingSentences } from './sentences.ts';
import { structuralLine } from './structure.ts';

/** The facts with the sentence that the file's content predicts best. */
export function judged(facts: FileFacts, judge: Judge): FileFacts {
  const { candidates, path } = facts;
  const chosen = candidates && choose(path, candidates, judge);
  return chosen === undefined
    ? facts
    : { ...facts, statement: { text: chosen.text, path, line: chosen.line, generated: false } };
}

/** @param grammars that the file's language was loaded into; without it definitions are found by line patterns */
export function factsOf(path: string, text: string, tokens: number, grammars?: Grammars): FileFacts {
  const code = languageOf(path).kind === 'code';
  const { definitions, imports } = outline(path, text, grammars);
  const manifest = isManifest(path) ? readManifest(path, text) : undefined;
  const candidates = manifest?.description
    ? []
    : candidatesOf(openingSentences(path, text, apart(definitions)), text);
  const spoken = manifest?.description ?? candidates[0];
  const sentence = spoken ?? structuralLine(path, text, definitions);
  return {
    path,
    tokens,
    code,
    unspoken: spoken === undefined,
    definitions,
    imports,
    uses: code ? identifierUses(text) : new Map(),
    ...(sentence && { statement: { text: sentence.text, path, line: sentence.line, generated: false } }),
    ...(manifest && { manifest }),
    ...(candidates.length > 1 && { candidates }),
  };
}

/** The lines of the outermost definitions of a file that has too many for one of them to stand for it. */
function apart(definitions: readonly Definition[]): ReadonlySet<number> {
  const outermost = definitions.filter(definition => !isMember(definition));
  const exported = outermost.filter(definition => definition.exported);
  const counted = exported.length > 0 ? exported : outermost;
  return new Set(counted.length > mostForOne ? outermost.map(({ line }) => line) : []);
}

const mostForOne = 3;

const identifier = /[A-Za-z_$][\w$]{2,}/g;
/** Words of most languages that some let a member have for a name. */
const reserved = new Set(
  'async await break case catch class const constructor continue default delete else enum export extends false finally for from function get if implements import include instanceof interface let new null package private protected public return self set static super switch this throw true try typeof use var void while with yield'.split(
    ' ',
  ),
);

function identifierUses(text: string): Map<string, number> {
  const uses = new Map<string, number>();
  for (const [name] of text.matchAll(identifier))
    if (!reserved.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
