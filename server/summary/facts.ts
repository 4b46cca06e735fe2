/** Facts about each file: its sentence, its definitions and imports, the names it uses. */
import type { Statement } from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import type { GraphFile } from './graph.ts';
import { isManifest, type Manifest, readManifest } from './manifests.ts';
import { outline } from './outline.ts';
import { openingSentence } from './sentences.ts';

/** What a summary is made from: the files that were read, as they were read. */
export interface SummarySource {
  readonly name: string;
  files(): Iterable<{ readonly path: string; readonly tokens: number }>;
  /** Nothing for a file that is gone by now. */
  textOf(path: string): string | undefined;
}

/** What one file says of itself. */
export interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  readonly statement?: Statement;
  readonly manifest?: Manifest;
}

export async function collectFacts(
  source: SummarySource,
  signal: AbortSignal | undefined,
): Promise<Map<string, FileFacts>> {
  const facts = new Map<string, FileFacts>();
  let since = performance.now();
  for (const { path, tokens } of source.files()) {
    // Reading facts must not hold up completions: give way every few milliseconds.
    if (performance.now() - since > 8) {
      await new Promise(resolve => setImmediate(resolve));
      signal?.throwIfAborted();
      since = performance.now();
    }
    const text = source.textOf(path);
    if (text === undefined) continue;
    const code = languageOf(path).kind === 'code';
    const { definitions, imports } = outline(path, text);
    const manifest = isManifest(path) ? readManifest(path, text) : undefined;
    const sentence =
      manifest?.description ?? openingSentence(path, text) ?? structuralLine(path, text, definitions);
    facts.set(path, {
      path,
      tokens,
      code,
      definitions,
      imports,
      uses: code ? identifierUses(text) : new Map(),
      ...(sentence && { statement: { text: sentence.text, path, line: sentence.line, generated: false } }),
      ...(manifest && { manifest }),
    });
  }
  return facts;
}

/** Where a file has no sentence: what it defines, in its own names. */
function structuralLine(
  path: string,
  text: string,
  definitions: readonly { name: string; line: number; exported: boolean }[],
) {
  const shown = definitions.filter(definition => definition.exported);
  const named = shown.length > 0 ? shown : definitions;
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

const identifier = /[A-Za-z_$][\w$]{2,}/g;

function identifierUses(text: string): Map<string, number> {
  const uses = new Map<string, number>();
  for (const [name] of text.matchAll(identifier)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
