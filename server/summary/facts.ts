/** Facts about one file: its sentence, its definitions and imports, the names it uses. */
import type { Statement } from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import type { Grammars } from './grammars.ts';
import type { GraphFile } from './graph.ts';
import { isManifest, type Manifest, readManifest } from './manifests.ts';
import { type Definition, outline } from './outline.ts';
import { openingSentence, type Sentence } from './sentences.ts';

/** What one file says of itself. */
export interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  readonly statement?: Statement;
  readonly manifest?: Manifest;
}

/** @param grammars that the file's language was loaded into; without it definitions are found by line patterns */
export function factsOf(path: string, text: string, tokens: number, grammars?: Grammars): FileFacts {
  const code = languageOf(path).kind === 'code';
  const { definitions, imports } = outline(path, text, grammars);
  const manifest = isManifest(path) ? readManifest(path, text) : undefined;
  const sentence =
    manifest?.description ?? openingSentence(path, text) ?? structuralLine(path, text, definitions);
  return {
    path,
    tokens,
    code,
    definitions,
    imports,
    uses: code ? identifierUses(text) : new Map(),
    ...(sentence && { statement: { text: sentence.text, path, line: sentence.line, generated: false } }),
    ...(manifest && { manifest }),
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
