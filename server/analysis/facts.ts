/** Collects the facts about one file: its description, definitions and imports, and the names it uses. */
import { type Block, blocksOf, formOf } from '../documents/blocks.ts';
import { isCredit, isDescribing, isPointing } from '../documents/boilerplate.ts';
import { candidatesOf } from '../documents/candidates.ts';
import { described } from '../documents/front-matter.ts';
import { definitionFirst, introduction } from '../documents/introduction.ts';
import { plain, type Sentence, sentencesOfBlocks } from '../documents/prose.ts';
import { sectionsIn, subjectSentence } from '../documents/subject.ts';
import { standsAlone } from '../documents/telling.ts';
import { isManifest, readManifest } from '../manifests/manifests.ts';
import { folderOf } from '../protocol/folders.ts';
import type { Definition } from '../syntax/definition.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { markupUses } from '../syntax/markup-uses.ts';
import { outline } from '../syntax/outline.ts';
import { baseName, isReadme } from '../syntax/paths.ts';
import { routesIn } from '../syntax/routes.ts';
import { shapesIn } from '../syntax/shapes.ts';
import { usesIn } from '../syntax/uses.ts';
import { type Language, languageOfText } from '../workspace/language.ts';
import { asideOf } from './aside.ts';
import { fileSentences, usageSentence } from './comments.ts';
import type { FileFacts } from './file-facts.ts';
import { headsOf } from './heads.ts';
import { isTestPath } from './supporting.ts';

/** Characters of a document searched for its first sentence. */
const documentHead = 20_000;
/** Sentences of a document to consider. */
const looked = 30;
/** In plain text, a sentence has to start within these first lines. */
const openingLines = 3;

/** @param grammars with the file's language loaded; without it, definitions come from line patterns */
export function factsOf(path: string, text: string, tokens: number, grammars?: Grammars): FileFacts {
  const language = languageOfText(path, text);
  const code = language.kind === 'code';
  const { definitions, imports, namespace } = outline(path, text, grammars);
  const manifest = isManifest(path) ? readManifest(path, text) : undefined;
  const markup = code ? undefined : markupUses(path, text);
  const lines = linesOf(text);
  const aside = code ? asideOf(path, text, lines, definitions) : undefined;
  const { sentences, title, contents }: DocumentText = isRights(path)
    ? { sentences: [] }
    : language.kind === 'prose' || language.id === 'html'
      ? inDocument(path, text)
      : language.kind === 'data'
        ? { sentences: [] }
        : { sentences: ofCode(path, language, lines, definitions) };
  return {
    path,
    language: language.id,
    tokens,
    code,
    unspoken: true,
    definitions,
    imports: markup?.imports ?? imports,
    uses: code ? usesIn(text, language) : (markup?.uses ?? new Map()),
    candidates: candidatesOf(sentences, text),
    routes: code && aside === undefined ? routesIn(text, lines, definitions) : [],
    heads: aside === 'data' || aside === 'generated' ? [] : headsOf(path, lines, definitions, language),
    ...(code && aside === undefined && { shapes: shapesIn(text, language, isTestPath(path)) }),
    ...(namespace !== undefined && { namespace }),
    ...(title && { title }),
    ...(contents && { contents }),
    ...(manifest && { manifest }),
    ...(aside && { aside }),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return text.includes('\r') ? lines.map(line => line.replace(/\r$/, '')) : lines;
}

function ofCode(
  path: string,
  language: Language,
  lines: readonly string[],
  definitions: readonly Definition[],
): Sentence[] {
  const said = fileSentences(path, lines, language, new Set(definitions.map(({ line }) => line)));
  // The text of an exception is its message.
  const usage =
    said.length === 0 && language.kind === 'code' && !/(?:Exception|Error)\.\w+$/.test(path)
      ? usageSentence(path, lines)
      : undefined;
  return usage === undefined ? said : [usage];
}

function isNamedIn(title: string, path: string): boolean {
  const plainOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  return plainOf(path).includes(plainOf(title.replace(/\bmodule\b/i, '')));
}

function isRights(path: string): boolean {
  return /(^|\/)(licen[cs]e|copying|notice|authors|unlicense|[\w-]*licen[cs]e|requirements|code[-_]of[-_]conduct)([-.][^/]*)?$/i.test(
    path,
  );
}

interface DocumentText {
  readonly sentences: Sentence[];
  readonly title?: Sentence;
  readonly contents?: Sentence;
}

/** Forms to fill in: their text is for whoever does so. */
const isForm = /(^|\/)(?:issue|pull|merge|bug|feature)[-_](?:request[-_])?(?:template|report|request)s?\b/i;
/** Pages that a program fills: their text is for its users. */
const pageMarks = /\bth:\w+=|\{\{|\{%|<%|\bv-(?:if|for)=|\*ng(?:If|For)\b/;

/** The first meaningful sentence of a document, its title and its sections; for a README the sentence that defines the project. */
function inDocument(path: string, text: string): DocumentText {
  if (isForm.test(path) || (/\.x?html?$/i.test(path) && pageMarks.test(text))) return { sentences: [] };
  const blocks = blocksOf(path, text.slice(0, documentHead));
  const form = formOf(path);
  // A title that only names the folder does not describe it.
  const heading = blocks.find(({ kind, lines }) => kind === 'heading' && !isNamedIn(lines[0]!, path));
  const title = heading && { text: plain(heading.lines[0]!, form), line: heading.line };
  const said = (
    isReadme(path) ? readmeSentences(path, blocks) : sentencesOfBlocks(blocks, form, looked)
  ).filter(({ text: sentence }) => !isCredit(sentence, path) && !/<\w|[{}]|\w=["'$]/.test(sentence));
  // Plain text that does not start with sentences is a log or a list.
  const isPlain = /\.(?:txt|text|log)$/i.test(path);
  const start = text.split('\n').findIndex(line => line.trim() !== '') + openingLines;
  const opening = isPlain ? said.filter(({ line }) => line <= start) : said;
  const able = opening.filter(
    ({ text: sentence }) => isDescribing(sentence) || (!isPointing(sentence) && standsAlone(sentence)),
  );
  const contents = sectionsIn(blocks, form);
  const first =
    contents === undefined || isReadme(path)
      ? (able[0] ?? opening.find(({ text: sentence }) => !isPointing(sentence)))
      : subjectSentence(path, blocks, able);
  const shown = first ?? described(text);
  return {
    sentences: shown ? [{ text: shown.text, line: shown.line }] : [],
    ...(title && { title }),
    ...(contents && { contents }),
  };
}

function readmeSentences(path: string, blocks: readonly Block[]): Sentence[] {
  const title = blocks.find(({ kind }) => kind === 'heading')?.lines[0];
  const names = [
    baseName(folderOf(path)),
    ...(title === undefined ? [] : titleNames(plain(title, formOf(path)))),
  ];
  return definitionFirst(introduction(path, blocks, names), names);
}

/** "Gin Web Framework" is also called Gin. */
function titleNames(title: string): string[] {
  const first = /^[\p{L}\p{N}._-]+/u.exec(title)?.[0];
  return first === undefined ||
    /^(?:the|an?|welcome|about|introduction|getting|overview|what|how|why)$/i.test(first)
    ? [title]
    : [title, first];
}
