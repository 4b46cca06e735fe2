/** Sentences about rights, tools, people or the document itself, rather than about what a file is. */
import { baseName } from '../syntax/paths.ts';

/** A comment with such a line is a licence or a tool directive. */
const boilerplate =
  /copyright|\(c\) ?\d{4}|licen[cs]ed?\b|all rights reserved|SPDX-|permission is hereby|redistribution|@(?:ts-|flow|jsx|format|generated)|-ignore\b|eslint|prettier|biome-|jshint|istanbul|pylint|mypy:|flake8|noqa|coding[:=]|vim?:|-\*-|use strict|<reference|^region\b|sourceMappingURL|go:build|\+build|^nolint|rustfmt|clang-format|shellcheck|rubocop:|frozen_string_literal|phpcs:|psalm-|phpstan-|swiftlint:|ktlint-|noinspection|@file\b\s*$|^#!|THE SOFTWARE IS PROVIDED|this (?:file|program|source) is (?:a )?part of|for the full copyright|was distributed with this source/i;
/** Credits, dates and advertisements. */
const credit =
  /^(?:created (?:by|on)\b|(?:original )?authors?\b|maintainers?\b|written by\b|ported (?:from|by)\b|generated (?:by|with|from|using)\b|generator:|adobe illustrator\b|this (?:module|file|code|package) is (?:heavily |loosely |largely )?based on the (?:excellent )?work\b|based on\b.{0,40}\bby\b|thanks to\b|contributors?\b|credits?\b|(?:last )?modified\b|date\b|version\b|since\b|sponsor|(?:proudly )?(?:sponsored|supported|backed|powered|funded) by\b|become a (?:sponsor|backer)|buy me a\b|donate\b|support (?:us|this project|the project)\b|star (?:us|this)|todo\b|fixme\b|xxx\b|hack\b|need(?:s)? discussion|@)|\bsponsors?(?:hip)?\b.{0,40}\bhttps?:|^@author|\bhttps?:\/\/\S+\)?\.?$/i;

/** Praise and courtesy: true of every project. */
const courtesy =
  /\b(?:sensible defaults|out of the box\W*$|makes? it (?:very |really )?(?:easy|simple)|work of (?:\w+ )?(?:hundreds|thousands)|(?:we'd|would) love to|we (?:welcome|appreciate|love|value)|(?:contributions?|requests?|reports?|help|patches|prs|feedback|issues|ideas)\b[^.]{0,40}\b(?:is|are) (?:always |very |most )?welcome\b|welcome (?:all|any|both|your)|thank(?:s| you) for|you(?:'re| are) encouraged|no contribution is too|(?:is|are) important to us|we're all for)\b/i;

/** Whether a line marks its comment as a licence or a tool directive. */
export function isBoilerplate(line: string): boolean {
  return boilerplate.test(line);
}

/** Whether a sentence thanks, welcomes, praises, dates, advertises or only names its own file. */
export function isCredit(sentence: string, path: string): boolean {
  if (credit.test(sentence) || courtesy.test(sentence) || boilerplate.test(sentence)) return true;
  const name = baseName(path);
  const rest = sentence.replaceAll(name, '').replace(/[^\p{L}]+/gu, '');
  return name !== '' && sentence.includes(name) && rest.length < 12;
}

/** A sentence that refers elsewhere, or describes the document instead of the project. */
const pointer =
  /^(?:\(|please\b|for (?:more|further|details|a full|full|an? (?:list|overview|introduction))|see\b|read (?:the|more|our|about)|check out|visit\b|you (?:can|may|will) (?:also )?(?:find|read|see|learn|visit)|learn (?:more|how)|more (?:information|details|on)|then\b|this (?:readme|document|file|page|section|guide|repository contains the documentation)\b|the (?:documentation|docs|manual|following|latest|source code)\b|documentation\b|click (?:here|on|the)\b|join|follow (?:us|the)|thank|we(?:'re| are) (?:hiring|excited|happy)|contributions?\b|if you\b|note\b|below\b|here (?:is|are)\b|get it\b|table of contents|for (?:up-to-date|most\b)|you can, of course|here'?s\b|replace the\b|let'?s (?:say|assume|suppose|start)|in lieu of\b|before you can\b|these (?:slides|instructions|steps|links)\b|maybe you|the next thing\b|(?:this|it) is (?:under|a work in progress|not\b|where\b|here\b|the (?:main |official )?(?:repository|repo|source code)\b)|want to\b|looking for\b|sponsored?\b|become a\b|support (?:us|the|this)\b|need discussion|(?:english|简体中文|中文|日本語|한국어|русский)\s*[|·/])/i;

/** Whether a sentence states the document's own purpose, as opposed to pointing elsewhere. */
export function isDescribing(sentence: string): boolean {
  return /^(?:this|the following) (?:readme|document|documentation|file|page|section|guide|tutorial|chapter|article|part|directory|folder|module)\b.{0,40}?\b(?:is|are|has|describes?|explains?|covers?|shows?|lists?|walks?|introduces?|outlines?|contains?|summari[sz]es?|provides?|details?|documents?|teaches|demonstrates?)\b(?! (?:been|moved|under|not|no longer|outdated|deprecated)\b)/i.test(
    sentence,
  );
}

/** Whether a sentence refers elsewhere, or describes its own document. */
export function isPointing(sentence: string): boolean {
  return pointer.test(sentence);
}
