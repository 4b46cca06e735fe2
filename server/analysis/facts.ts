/** Collects the facts about one file: its description, definitions and imports, and the names it uses. */
import { blocksOf, formOf } from '../documents/blocks.ts';
import { plain, type Sentence, sentencesOfBlocks } from '../documents/prose.ts';
import { isManifest, readManifest } from '../manifests/manifests.ts';
import type { Definition } from '../syntax/definition.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { outline } from '../syntax/outline.ts';
import { usesIn } from '../syntax/uses.ts';
import { languageOf } from '../workspace/language.ts';
import { asideOf } from './aside.ts';
import { isCredit, isPointing } from './boilerplate.ts';
import { candidatesOf } from './candidates.ts';
import { fileSentences, usageSentence } from './comments.ts';
import type { FileFacts } from './file-facts.ts';
import { headsOf } from './heads.ts';

/** Characters of a document searched for its first sentence. */
const documentHead = 20_000;

/** @param grammars with the file's language loaded; without it, definitions come from line patterns */
export function factsOf(path: string, text: string, tokens: number, grammars?: Grammars): FileFacts {
  const language = languageOf(path);
  const code = language.kind === 'code';
  const { definitions, imports, namespace } = outline(path, text, grammars);
  const manifest = isManifest(path) ? readManifest(path, text) : undefined;
  const aside = code ? asideOf(path, text, definitions) : undefined;
  const lines = text.split('\n').map(line => line.replace(/\r$/, ''));
  const { sentences, title } = isRights(path)
    ? { sentences: [] }
    : language.kind === 'prose' || language.id === 'html'
      ? inDocument(path, text)
      : language.kind === 'data'
        ? { sentences: [] }
        : { sentences: ofCode(path, lines, definitions) };
  return {
    path,
    tokens,
    code,
    unspoken: true,
    definitions,
    imports,
    uses: code ? usesIn(text, language) : new Map(),
    candidates: candidatesOf(sentences, text),
    heads: aside === 'data' || aside === 'generated' ? [] : headsOf(path, lines, definitions, language),
    ...(namespace !== undefined && { namespace }),
    ...(title && { title }),
    ...(manifest && { manifest }),
    ...(aside && { aside }),
  };
}

function ofCode(path: string, lines: readonly string[], definitions: readonly Definition[]): Sentence[] {
  const language = languageOf(path);
  const said = fileSentences(path, lines, language, new Set(definitions.map(({ line }) => line)));
  const usage = said.length === 0 && language.kind === 'code' ? usageSentence(path, lines) : undefined;
  return usage === undefined ? said : [usage];
}

function isNamedIn(title: string, path: string): boolean {
  const plainOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  return plainOf(path).includes(plainOf(title.replace(/\bmodule\b/i, '')));
}

function isRights(path: string): boolean {
  return /(^|\/)(licen[cs]e|copying|notice|authors|unlicense|[\w-]*licen[cs]e|requirements)([-.][^/]*)?$/i.test(
    path,
  );
}

/** The first meaningful sentence of a document, and its title. */
function inDocument(path: string, text: string): { sentences: Sentence[]; title?: Sentence } {
  const blocks = blocksOf(path, text.slice(0, documentHead));
  const said = sentencesOfBlocks(blocks, formOf(path)).filter(
    ({ text: sentence }) => !isCredit(sentence, path) && !/<\w|[{}]|\w=["'$]/.test(sentence),
  );
  const first = said.find(({ text: sentence }) => !isPointing(sentence)) ?? said[0];
  // A title that only names the folder does not describe it.
  const heading = blocks.find(({ kind, lines }) => kind === 'heading' && !isNamedIn(lines[0]!, path));
  return {
    sentences: first ? [{ text: first.text, line: first.line }] : [],
    ...(heading && { title: { text: plain(heading.lines[0]!, formOf(path)), line: heading.line } }),
  };
}
