/** The sentence with which a file says what it is: taken from its own text, never made up. */
import { type Language, languageOf } from '../workspace/language.ts';

export interface Sentence {
  readonly text: string;
  /** From 1: the line it starts on. */
  readonly line: number;
}

/** How far into a file its opening comment is looked for. */
const openingLines = 60;
const longestSentence = 200;
/** In characters: of longer lines only the beginning is looked at, so that no pattern meets more. */
const longestLine = 500;

/** A comment that speaks of rights or tools, not of the file. */
const boilerplate =
  /copyright|licen[cs]ed?\b|all rights reserved|SPDX-|permission is hereby|redistribution|@(?:ts-|flow|jsx|format|generated)|-ignore\b|eslint|prettier|biome-|jshint|istanbul|pylint|mypy:|flake8|noqa|coding[:=]|vim?:|-\*-|use strict|<reference|^region\b|sourceMappingURL|go:build|\+build|^nolint|rustfmt|clang-format|shellcheck|@file\b\s*$|^#!|THE SOFTWARE IS PROVIDED|this (?:file|program|source) is (?:a )?part of/i;

/** A sentence that sends the reader elsewhere, or speaks of the document instead of the project. */
const pointer =
  /^(?:\(|please\b|for (?:more|further|details|a full|full|an? (?:list|overview|introduction))|see\b|read (?:the|more|our|about)|check out|visit\b|you (?:can|may|will) (?:also )?(?:find|read|see|learn|visit)|learn (?:more|how)|more (?:information|details|on)|then\b|this (?:readme|document|file|page|section|guide|repository contains the documentation)\b|the (?:documentation|docs|manual|following|latest|source code)\b|documentation\b|click|join|follow (?:us|the)|thank|we(?:'re| are) (?:hiring|excited|happy)|contributions?\b|if you|note\b|below\b|here (?:is|are)\b|copyright)/i;

/** How many sentences of an opening comment may stand for a file. */
const mostCandidates = 3;

/**
 * The first sentences of the file's documentation, where it has any; of prose, its first.
 * @param apart lines of definitions whose comments are theirs, and not the file's: where a file defines many, the first one's says little of it
 */
export function openingSentences(
  path: string,
  text: string,
  apart: ReadonlySet<number> = new Set(),
): Sentence[] {
  const language = languageOf(path);
  const lines = text.split('\n', openingLines * 4).map(clipped);
  if (/(^|\/)(licen[cs]e|copying|notice|authors|requirements)[^/]*$/i.test(path)) return [];
  if (language.kind === 'prose' || language.id === 'html') {
    const first = prose(lines);
    return first ? [first] : [];
  }
  if (language.kind === 'data') return [];
  const comments = openingComments(lines.slice(0, openingLines), language);
  const firstApart = Math.min(...apart);
  for (const comment of comments) {
    // What is indented, or comes after the first of many definitions, speaks of a part.
    const isPart = /^\s/.test(lines[comment.line - 1]!) && !comment.isDocstring;
    if (isPart || comment.line > firstApart) continue;
    // What a file is often stands above its licence, in the same comment.
    const licence = comment.lines.findIndex(line => boilerplate.test(line));
    if (licence >= 0 && !comment.lines.slice(0, licence).some(line => line.trim() !== '')) continue;
    if (isOf(apart, lines, comment.line + comment.lines.length)) continue;
    const sentences = sentencesOf(comment.lines.slice(0, licence < 0 ? undefined : licence), comment.line);
    // What ends with a colon introduces something else.
    const whole = sentences.filter((sentence, at) => at === 0 || /[.!…]$/.test(sentence.text));
    if (whole.length > 0) return whole.slice(0, mostCandidates);
  }
  return [];
}

/** Whether the line after a comment, or after the attributes below it, is one of those. */
function isOf(definitions: ReadonlySet<number>, lines: readonly string[], after: number): boolean {
  let at = after;
  while (/^\s*(?:@\w|#!?\[|\[\w|template\b)/.test(lines[at - 1] ?? '')) at++;
  return definitions.has(at) || definitions.has(at + 1);
}

/** Whether a sentence sends the reader elsewhere, or speaks of the document it stands in. */
export function isPointing(sentence: string): boolean {
  return pointer.test(sentence);
}

/** Sentences of a prose file's first paragraphs, in order; what a README says the project is. */
export function proseSentences(text: string, limit: number): Sentence[] {
  const found: Sentence[] = [];
  for (const paragraph of paragraphs(text.split('\n', 400).map(clipped))) {
    for (const sentence of sentencesOf(paragraph.lines, paragraph.line)) {
      if (!/[.!?…]$/.test(sentence.text)) continue;
      if (found.length >= limit) return found;
      found.push(sentence);
    }
  }
  return found;
}

interface Block {
  /** Without comment marks. */
  readonly lines: readonly string[];
  readonly line: number;
}

interface Comment extends Block {
  readonly isDocstring: boolean;
}

/** The comment blocks and docstrings of the first lines, in order; module documentation before that of the first symbol. */
function openingComments(lines: readonly string[], language: Language): Comment[] {
  const blocks: Comment[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim();
    const docstring = language.id === 'python' ? /^[rRuU]?("""|''')/.exec(line) : null;
    const opener = language.blockComments.find(([open]) => line.startsWith(open));
    if (docstring || opener) {
      const [open, close] = docstring ? [docstring[0], docstring[1]!] : opener!;
      const block: string[] = [];
      const start = at;
      let rest = line.slice(open.length);
      while (!rest.includes(close) && at + 1 < lines.length) {
        block.push(rest);
        rest = lines[++at]!.trim();
      }
      block.push(rest.split(close)[0]!);
      blocks.push({ lines: block.map(unmark), line: start + 1, isDocstring: docstring !== null });
      continue;
    }
    const mark = language.lineComments.find(opening => line.startsWith(opening.trim()));
    if (mark !== undefined && !line.startsWith('#!')) {
      const block: string[] = [];
      const start = at;
      while (at < lines.length && lines[at]!.trim().startsWith(mark.trim())) {
        block.push(unmark(lines[at++]!.trim().slice(mark.trim().length)));
      }
      at--;
      blocks.push({ lines: block, line: start + 1, isDocstring: false });
    }
  }
  return blocks;
}

/**
 * The first sentence of what documents a definition: the comment that ends on the line above it (above its decorators), or the docstring
 * that opens its body.
 * @param line of the definition's name, from 1
 */
export function definitionSentence(
  lines: readonly string[],
  line: number,
  language: Language,
): Sentence | undefined {
  // No comment that documents a definition is further away, and lines are clipped before any pattern sees them.
  const first = Math.max(0, line - 1 - openingLines * 2);
  const said = sentenceNear(lines.slice(first, line + openingLines * 2).map(clipped), line - first, language);
  return said && { ...said, line: said.line + first };
}

function sentenceNear(lines: readonly string[], line: number, language: Language): Sentence | undefined {
  let above = line - 2;
  while (above >= 0 && /^\s*(?:@\w|#!?\[|\[\w)/.test(lines[above]!)) above--;
  let first = above;
  const last = lines[above]?.trim() ?? '';
  const block = language.blockComments.find(([, close]) => last.endsWith(close));
  if (block !== undefined) {
    while (first > 0 && above - first < openingLines && !lines[first]!.includes(block[0])) first--;
  } else {
    const marks = language.lineComments.map(mark => mark.trim());
    while (first >= 0 && marks.some(mark => lines[first]!.trim().startsWith(mark))) first--;
    first++;
  }
  const before = first <= above ? openingComments(lines.slice(first, above + 1), language) : [];
  const said = before.at(-1);
  const sentence = said && firstSentence(said.lines, said.line + first);
  if (sentence !== undefined || language.id !== 'python') return sentence;
  let body = line - 1;
  while (body < Math.min(lines.length, line + 12) && !/:\s*(?:#.*)?$/.test(lines[body]!)) body++;
  const opening = lines.slice(body + 1, body + 1 + openingLines);
  if (!/^\s*[rRuU]?(?:"""|''')/.test(opening[0] ?? '')) return undefined;
  const [docstring] = openingComments(opening, language);
  return docstring && firstSentence(docstring.lines, docstring.line + body + 1);
}

/** Takes the decoration off a comment line: stars, further slashes, Rust's and Doxygen's `!`. */
function unmark(line: string): string {
  return line
    .replace(/^[\s*/#!;%-]+:?\s*/, '')
    .replace(
      /^[@\\](?:file|brief|fileoverview|module|packageDocumentation|description|summary|desc)\b\s*/,
      '',
    )
    .replace(/[\s*]+$/, '')
    .replace(roles, '$1');
}

/** reStructuredText roles and literals, as docstrings use them: the text they show. */
const roles = /(?::[\w:]+:)?``?(?:~[\w.]*\.(?=\w+`)|[!./~]*)([^`<]+?)(?:\s*<[^`]*>)?``?_{0,2}/g;

function firstSentence(lines: readonly string[], start: number): Sentence | undefined {
  return isBoilerplate(lines) ? undefined : sentencesOf(lines, start)[0];
}

function isBoilerplate(lines: readonly string[]): boolean {
  return lines.slice(0, 3).some(line => boilerplate.test(line));
}

function clipped(line: string): string {
  return line.slice(0, longestLine).replace(/\r$/, '');
}

/** Splits a paragraph into sentences with the lines they start on. Ends at a blank line or at a tag such as `@param`. */
function sentencesOf(lines: readonly string[], start: number): Sentence[] {
  const sentences: Sentence[] = [];
  let current = '';
  let currentLine = start;
  const flush = (): void => {
    const text = current.trim();
    if (isSentence(text)) sentences.push({ text: clip(text), line: currentLine });
    current = '';
  };
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === '' || /^[@\\:]\w+/.test(line) || /^[-=*_~]{3,}$/.test(line)) {
      if (current !== '') break;
      continue;
    }
    if (boilerplate.test(line)) continue;
    let rest = line;
    for (;;) {
      if (current === '') currentLine = start + index;
      const end = /[.!?:]["')\]]?(?=\s+[A-Z`"'(]|$)/.exec(rest);
      if (!end || /\b(?:e\.g|i\.e|etc|vs|cf|No|Mr|Dr|approx)\.$/.test(rest.slice(0, end.index + 1))) break;
      current = join(current, rest.slice(0, end.index + end[0].length));
      rest = rest.slice(end.index + end[0].length).trimStart();
      flush();
    }
    current = join(current, rest);
  }
  flush();
  return sentences;
}

function join(left: string, right: string): string {
  return left === '' ? right : `${left} ${right}`;
}

/** Two words with letters, and not code. */
function isSentence(text: string): boolean {
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  if (words.length < 2) return false;
  const letters = (text.match(/[\p{L}\s]/gu) ?? []).length;
  return letters / text.length > 0.65 && !/[{};]\s*$/.test(text);
}

function clip(text: string): string {
  if (text.length <= longestSentence) return text;
  const cut = text.lastIndexOf(' ', longestSentence);
  return `${text.slice(0, cut > 0 ? cut : longestSentence)} …`;
}

function prose(lines: readonly string[]): Sentence | undefined {
  let pointing: Sentence | undefined;
  for (const paragraph of paragraphs(lines)) {
    for (const sentence of sentencesOf(paragraph.lines, paragraph.line)) {
      // Running text ends its sentences; lists of names and tables of contents do not.
      if (!/[.!?…]["')\]]?$/.test(sentence.text)) continue;
      if (!isPointing(sentence.text)) return sentence;
      pointing ??= sentence;
    }
  }
  return pointing;
}

/** Paragraphs of Markdown, reStructuredText or HTML that are running text: no headings, badges, tables, code or lists of links. */
function paragraphs(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let current: string[] = [];
  let start = 1;
  let fence: string | undefined;
  const flush = (): void => {
    if (current.length > 0) blocks.push({ lines: current, line: start });
    current = [];
  };
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    const mark = /^(```|~~~|<!--)/.exec(line)?.[1];
    if (fence !== undefined) {
      if (line.includes(fence)) fence = undefined;
      continue;
    }
    if (mark !== undefined) {
      flush();
      const close = mark === '<!--' ? '-->' : mark;
      if (!line.slice(mark.length).includes(close)) fence = close;
      continue;
    }
    const next = lines[index + 1]?.trim() ?? '';
    const heading =
      /^#{1,6}\s|^[=\-~^"]{3,}$|^\.\. /.test(line) || (line !== '' && /^[=\-~^]{3,}$/.test(next));
    const structure = /^[|>]|^\[!?\[|^!\[|^<\/?[a-z]|^\[[^\]]+\]:|^\d+\.\s|^[-*+]\s|^:\w+:|^---$/i.test(line);
    if (line === '' || heading || structure) {
      flush();
      continue;
    }
    if (current.length === 0) start = index + 1;
    current.push(plain(line));
  }
  flush();
  return blocks;
}

/** Markdown and HTML marks taken off a line of running text. */
function plain(line: string): string {
  return line
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/\[([^\]]+)\]/g, '$1')
    .replace(roles, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/(\*\*|__)(.+?)\1/g, '$2')
    .replace(/(?<!\w)[*_](\S.*?\S|\S)[*_](?!\w)/g, '$1')
    .trim();
}
