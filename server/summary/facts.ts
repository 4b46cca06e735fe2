/** Facts about one file: its sentence, its definitions and imports, the names it uses. */
import type { Statement } from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import { type Candidate, candidatesOf, choose, type Judge } from './candidates.ts';
import type { Grammars } from './grammars.ts';
import type { GraphFile } from './graph.ts';
import { isManifest, type Manifest, readManifest } from './manifests.ts';
import { type Definition, outline } from './outline.ts';
import { openingSentences, type Sentence } from './sentences.ts';

/** What one file says of itself. */
export interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  readonly statement?: Statement;
  readonly manifest?: Manifest;
  /** Sentences of which another than the first may stand for the file; only where there are several. */
  readonly candidates?: readonly Candidate[];
}

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
  const candidates = manifest?.description ? [] : candidatesOf(openingSentences(path, text), text);
  const sentence = manifest?.description ?? candidates[0] ?? structuralLine(path, text, definitions);
  return {
    path,
    tokens,
    code,
    definitions,
    imports,
    uses: code ? identifierUses(text) : new Map(),
    ...(sentence && { statement: { text: sentence.text, path, line: sentence.line, generated: false } }),
    ...(manifest && { manifest }),
    ...(candidates.length > 1 && { candidates }),
  };
}

/** Where a file has no sentence: what it defines, in its own names. */
function structuralLine(
  path: string,
  text: string,
  definitions: readonly Definition[],
): Sentence | undefined {
  const outermost = definitions.filter(definition => definition.container === undefined);
  const shown = outermost.filter(definition => definition.exported);
  const named = distinctNames(shown.length > 0 ? shown : outermost);
  if (named.length === 0) {
    const heading = languageOf(path).kind === 'prose' ? /^#+\s+(\S.*)$/m.exec(text) : null;
    return heading
      ? { text: heading[1]!.trim(), line: text.slice(0, heading.index).split('\n').length }
      : undefined;
  }
  const names = named.slice(0, 4).map(definition => definition.name);
  const more = named.length - names.length;
  return {
    text: `${shown.length > 0 ? 'Exports' : 'Defines'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    line: named[0]!.line,
  };
}

/** Overloads and accessors share a name. */
function distinctNames(definitions: readonly Definition[]): Definition[] {
  return [
    ...new Map(definitions.map(definition => [definition.name, definition] as const).reverse()).values(),
  ].reverse();
}

const identifier = /[A-Za-z_$][\w$]{2,}/g;

function identifierUses(text: string): Map<string, number> {
  const uses = new Map<string, number>();
  for (const [name] of text.matchAll(identifier)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
