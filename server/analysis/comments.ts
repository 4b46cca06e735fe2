/** Extracts what comments say about a file and its definitions. Quoted, never made up. */

import { isBoilerplate, isCredit } from '../documents/boilerplate.ts';
import { clip, type Sentence, sentencesIn, withoutRoles } from '../documents/prose.ts';
import type { Language } from '../workspace/language.ts';

/** How far into a file to look for its comment, and how long a comment may be. */
const openingLines = 60;
const longestComment = 80;
/** Sentences of an opening comment that are candidates. */
const mostCandidates = 3;

interface Comment {
  /** Without the marks that open and close it; `unmarked` strips the decoration of a line. */
  readonly lines: readonly string[];
  /** 1-based first and last line. */
  readonly line: number;
  readonly endLine: number;
  readonly isDocstring: boolean;
  /** Its marks say that it describes the whole file: `//!`, `@file`, `Package x`. */
  readonly isAboutAll: boolean;
}

/** A program's own usage text, in a constant or in the declaration of a command. */
export function usageSentence(path: string, lines: readonly string[]): Sentence | undefined {
  for (let at = 0; at < Math.min(lines.length, usageLines); at++) {
    const match =
      /(?:\b(?:(?:USAGE|HELP|usage|help_?[tT]ext|DESCRIPTION|Short|Long)\b[^"'`=:(,.]{0,40}|about ?)[:=(](?: ?&'static )?[^"'`]{0,30}|\$(?:description|help) = )["'`]{1,3}(.*)$/.exec(
        lines[at]!.slice(0, 300),
      );
    if (!match || /^\s*(?:\/\/|#|\*)/.test(lines[at]!)) continue;
    // An empty string, not the start of one.
    if (/[^"'](?:""|'')[,;)]*$/.test(lines[at]!)) continue;
    const first = joined(lines, at, match[1]!);
    // A call that builds the text, or a synopsis.
    if (/^\w+!?\($|\[(?:options|flags|<)|<\w+>/i.test(first)) continue;
    const isWhole = first !== '' && first !== '\\';
    // Otherwise the text starts on the next line.
    if (!isWhole && !/["'`]\s*\\?\s*$/.test(lines[at]!)) continue;
    const said = isWhole ? [first] : lines.slice(at + 1, at + 12).map(line => line.trim());
    const blank = said.indexOf('');
    const [sentence] = sentencesIn(blank > 0 ? said.slice(0, blank) : said, isWhole ? at + 1 : at + 2);
    if (
      sentence !== undefined &&
      !/^usage\b|\[(?:options|flags|<)|<[\w-]+>/i.test(sentence.text) &&
      !isCredit(sentence.text, path)
    )
      return sentence;
  }
  return undefined;
}

const usageLines = 120;
const mostJoined = 4;

/** A string concatenated over several lines, without quotes. */
function joined(lines: readonly string[], at: number, begun: string): string {
  let text = '';
  let rest = begun;
  for (let next = at + 1; next <= at + mostJoined; next++) {
    const more = /^(.*?)["'`]\s*[.+\\]\s*$/.exec(rest.slice(0, 300));
    const begins = /^\s*[.+]?\s*["'`](.*)$/.exec(lines[next]?.slice(0, 300) ?? '');
    if (!more || !begins) break;
    text += more[1]!;
    rest = begins[1]!;
  }
  return (text + rest).replace(/["'`,;)]+\s*$/, '').trim();
}

/**
 * The first sentences of a file's own documentation. A comment directly above a definition or an import belongs to
 * that, unless it opens the file.
 * @param definitions lines of all definitions
 */
export function fileSentences(
  path: string,
  lines: readonly string[],
  language: Language,
  definitions: ReadonlySet<number>,
): Sentence[] {
  let isOpening = true;
  let at = 0;
  while (at < Math.min(lines.length, openingLines)) {
    const comment = commentAt(lines, at, language);
    if (comment === undefined) {
      if (definitions.has(at + 1)) break;
      if (!isPreamble(lines[at]!, language)) isOpening = false;
      at++;
      continue;
    }
    at = comment.endLine;
    const isIndented = /^\s/.test(lines[comment.line - 1]!) && !comment.isDocstring;
    if (isIndented || (!isOpening && !comment.isAboutAll) || (comment.isDocstring && !isOpening)) continue;
    if (!comment.isDocstring && !comment.isAboutAll && isOf(definitions, lines, comment.endLine + 1))
      continue;
    if (isOfStatement(comment, lines[comment.endLine] ?? '', language)) continue;
    const said = sentencesOf(comment, path);
    if (said.length > 0) return said.slice(0, mostCandidates);
  }
  return [];
}

/** Lines that may precede a comment about the whole file. */
function isPreamble(line: string, { id }: Language): boolean {
  const clean = line.trim();
  if (clean === '' || clean.startsWith('#!') || clean.startsWith('<?')) return true;
  if (
    /^(?:['"]use strict['"];?|declare\(.*\);|package [\w.]+;?|namespace [\w\\.]+;|module [\w.]+( where)?|@file:.*|#pragma once|#ifndef \w+|#define \w+_H_?|# -\*-.*|library;?|part of .*)$/.test(
      clean,
    )
  )
    return true;
  return id === 'vue' && clean.startsWith('<');
}

/** Whether a comment belongs to the rule of a style sheet, or the setting of a shell, right below it. */
function isOfStatement({ line, endLine }: Comment, next: string, { id, kind }: Language): boolean {
  if (kind === 'markup') return /css|less/.test(id) && next.trim() !== '';
  return id === 'shellscript' && line === endLine && /^\s*(?:set|shopt) -/.test(next);
}

/** Whether a definition is on a line, or below attributes there. */
function isOf(definitions: ReadonlySet<number>, lines: readonly string[], first: number): boolean {
  let at = first;
  while (at < first + 20 && isAttribute(lines[at - 1] ?? '')) at++;
  if (definitions.has(at)) return true;
  // C puts a function's return type on its own line.
  const line = lines[at - 1]?.trim() ?? '';
  return (
    definitions.has(at + 1) &&
    /^[\w *&:<>,]+$/.test(line) &&
    !/^(?:import|from|use|using|package)\b/.test(line)
  );
}

/** Decorators, annotations, attributes, `template <…>`: lines between a comment and its definition. */
function isAttribute(line: string): boolean {
  return /^\s*(?:@\w|#!?\[|\[\w|template\b|\)\]?\s*$|\w+ = .*,$)/.test(line);
}

/** The sentences of a comment that describe its subject. */
function sentencesOf(comment: Comment, path: string): Sentence[] {
  return firstParagraph(comment.lines, comment.line).filter(
    // A colon at the end introduces something else.
    ({ text }, at) => !isCredit(text, path) && (at === 0 || /[.!…。！]$/.test(text)),
  );
}

/**
 * Up to a blank line or a tag such as `@param`; skips an underlined title and a bare name. A file's description is often
 * above its licence, in the same comment. Most comments are far longer than that: only the lines that are looked at are
 * cleaned.
 */
function firstParagraph(raw: readonly string[], start: number): Sentence[] {
  const cleaned: string[] = [];
  /** Undefined after the comment's end, and from its licence on. */
  const lineAt = (at: number): string | undefined => {
    while (cleaned.length <= at && cleaned.length < raw.length) {
      const line = unmarked(raw[cleaned.length]!);
      if (cleaned.length < licenceLines && isBoilerplate(line)) return undefined;
      cleaned.push(line);
    }
    return cleaned[at];
  };
  const isBetweenAt = (at: number): boolean => {
    const line = lineAt(at);
    return line !== undefined && isBetween(line);
  };
  const isSaidAt = (at: number): boolean => {
    const line = lineAt(at);
    return line !== undefined && !isBetween(line);
  };
  let from = 0;
  for (let tries = 0; tries < 6; tries++) {
    while (isBetweenAt(from)) from++;
    let until = from;
    while (isSaidAt(until)) until++;
    const said = sentencesIn(cleaned.slice(from, until), start + from);
    if (said.length > 0) return said.map(one => ({ ...one, text: clip(one.text) }));
    const next = lineAt(until);
    if (next === undefined || isTag(next)) return [];
    from = until;
  }
  return [];
}

/** A licence that starts later ends nothing. */
const licenceLines = 40;

function isBetween(line: string): boolean {
  const clean = line.trim();
  return (
    clean === '' ||
    isTag(clean) ||
    /^[-=*_~#+]{3,}$/.test(clean) ||
    /^<\/?(?:p|summary|remarks|para|ul|pre)>$/.test(clean)
  );
}

/** `@param`, `\\brief`, `:param name:`; not a symbol within running text. */
function isTag(line: string): boolean {
  return /^\s*(?:[@\\]\w+|:\w+(?: [\w*.]+){0,3}:)/.test(line);
}

/**
 * The first sentence of a definition's documentation: the comment that ends on the line above it (or above its
 * decorators), or the docstring that opens its body.
 * @param line of the definition's name, 1-based
 */
export function definitionSentence(
  lines: readonly string[],
  line: number,
  language: Language,
  path = '',
): Sentence | undefined {
  const aboveAttributes = (from: number): number => {
    for (let at = from; ; at--) if (line - at >= 20 || !isAttribute(lines[at] ?? '')) return at;
  };
  let above = aboveAttributes(line - 2);
  let first = startOfComment(lines, above, language);
  // A comment among annotations explains one of them; documentation stands above all.
  const higher = first === undefined ? above : aboveAttributes(first - 1);
  const document = higher === (first ?? 0) - 1 ? undefined : startOfComment(lines, higher, language);
  if (document !== undefined) [first, above] = [document, higher];
  if (first !== undefined) {
    const comment = commentAt(lines, first, language);
    const sentence = comment && comment.endLine >= above + 1 ? sentencesOf(comment, path)[0] : undefined;
    if (sentence !== undefined) return sentence;
  }
  if (language.id !== 'python' || !/^\s*(?:async\s+)?(?:def|class)\b/.test(lines[line - 1] ?? ''))
    return undefined;
  let body = line - 1;
  while (body < Math.min(lines.length, line + 40) && !/:\s*(?:#.*)?$/.test(lines[body]!.slice(-200))) body++;
  const opening = commentAt(lines, body + 1, language);
  return opening?.isDocstring ? sentencesOf(opening, path)[0] : undefined;
}

/** The 0-based first line of the comment that ends on a line. */
function startOfComment(lines: readonly string[], last: number, language: Language): number | undefined {
  const text = lines[last]?.trim() ?? '';
  if (text === '') return undefined;
  const marks = language.lineComments.map(mark => mark.trim());
  const isLine = (line: string): boolean =>
    marks.some(mark => line.startsWith(mark)) && !line.startsWith('#[') && !line.startsWith('#!');
  let first = last;
  if (isLine(text)) {
    while (first > 0 && last - first < longestComment && isLine(lines[first - 1]!.trim())) first--;
    return first;
  }
  const block = language.blockComments.find(([, close]) => text.endsWith(close));
  if (block === undefined) return undefined;
  while (first > 0 && last - first < longestComment && !lines[first]!.includes(block[0])) first--;
  return lines[first]!.trim().startsWith(block[0]) ? first : undefined;
}

/** The comment or docstring that starts on a 0-based line. */
function commentAt(lines: readonly string[], at: number, language: Language): Comment | undefined {
  const line = lines[at]?.trim();
  if (line === undefined || line === '') return undefined;
  const docstring = language.id === 'python' ? /^[rRuU]?("""|''')/.exec(line) : null;
  const opener = language.blockComments.find(([open]) => line.startsWith(open));
  if (docstring || opener) {
    const [open, close] = docstring ? [docstring[0], docstring[1]!] : opener!;
    const block: string[] = [];
    let end = at;
    let rest = line.slice(open.length);
    while (!rest.includes(close) && end + 1 < lines.length && end - at < 4 * longestComment) {
      block.push(rest);
      rest = lines[++end]!.trim();
    }
    block.push(rest.split(close)[0]!);
    return {
      lines: block,
      line: at + 1,
      endLine: end + 1,
      isDocstring: docstring !== null,
      isAboutAll: line.startsWith('/*!') || block.some(one => aboutAll.test(one)),
    };
  }
  const mark = language.lineComments.map(one => one.trim()).find(one => line.startsWith(one));
  const isCode = line.startsWith('#!') || line.startsWith('#[');
  if (mark === undefined || isCode) return undefined;
  const block: string[] = [];
  let end = at;
  const isInner = line.startsWith('//!');
  while (end < lines.length && end - at < longestComment) {
    const next = lines[end]!.trim();
    // Rust's inner and outer comments may be adjacent.
    if (!next.startsWith(mark) || next.startsWith('#[') || next.startsWith('//!') !== isInner) break;
    block.push(next.slice(mark.length));
    end++;
  }
  return {
    lines: block,
    line: at + 1,
    endLine: end,
    isDocstring: false,
    isAboutAll: isInner || block.some(one => aboutAll.test(one)) || /^\s*Package \w/.test(block[0] ?? ''),
  };
}

const aboutAll = /[@\\](?:file|fileoverview|module|packageDocumentation)\b/;

/** Strips decoration from a comment line: stars, extra slashes, Rust's and Doxygen's `!`, XML and Javadoc tags. */
function unmarked(line: string): string {
  const bare = line.slice(0, 1000).replace(/^[\s*/#!;%-]+:? */, '');
  const text = /[<{[`@\\]|^[A-Z]\w+:/.test(bare) ? withoutTags(bare) : bare;
  return text
    .replace(/[\s*]+$/, '')
    .replace(/ {2,}/g, ' ')
    .trimStart();
}

function withoutTags(line: string): string {
  return withoutRoles(
    line
      .replace(
        /^[@\\](?:file|brief|fileoverview|module|packageDocumentation|description|summary|desc|moduledoc)\b */,
        '',
      )
      .replace(/^(?:Public|Internal|Private|Protected|Deprecated): +/, '')
      .replace(/<see (?:cref|langword)="(?:\w:)?([^"]*)" ?\/>/g, '$1')
      .replace(/\{@\w+ ([^{}]*)\}/g, '$1')
      .replace(/<\/?(?:summary|para|remarks|p|c|code|b|i|em|tt|see|ul|li|br|a)\b[^<>]*>/g, ' '),
  )
    .replace(/\[([^\][]{1,80})\]\([^()\s]*\)/g, '$1')
    .replace(/(?<![\w\])])\[([A-Za-z_][\w.#:]*)\](?![([*&])/g, '$1');
}
