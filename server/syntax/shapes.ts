/** How a file does what others do as well: how it opens, what its tests call, what it throws and how it names what it imports. */
import type { Language } from '../workspace/language.ts';
import { codeLines, codeText } from './code-text.ts';

/** Each kind of shape with the first line, from 1, that has it. */
export interface Shapes {
  /** A line that changes how the whole file is read, such as `'use strict'`. */
  readonly opening?: { readonly text: string; readonly line: number };
  /** In tests: what is called, with at most one name before the dot. */
  readonly calls?: ReadonlyMap<string, number>;
  /** In tests: parameters of test functions, which pytest fills by their names. */
  readonly given?: ReadonlyMap<string, number>;
  /** What is thrown or raised by name. */
  readonly thrown?: ReadonlyMap<string, number>;
  /** Whole imports under another name. */
  readonly aliases?: ReadonlyMap<string, number>;
}

/** @param isTest whether to look for calls */
export function shapesIn(text: string, language: Language, isTest: boolean): Shapes {
  const opening = openingOf(text);
  const code = codeLines(text, language);
  const whole = codeText(text, language);
  const isPython = language.id === 'python';
  const maps = {
    calls: isTest ? firstLines(code, call) : nothing,
    given: isTest && isPython ? parametersOfTests(code) : nothing,
    thrown: /(?:throw|raise) /.test(whole) ? firstLines(code, throwing) : nothing,
    aliases: isPython ? firstLines(code, aliased) : nothing,
  };
  const found = Object.entries(maps).filter(([, { size }]) => size > 0);
  return { ...(opening && { opening }), ...Object.fromEntries(found) };
}

const nothing: ReadonlyMap<string, number> = new Map();

/** Lines in which an opening is looked for: a licence may precede it. */
const openingLines = 40;
const longestLine = 300;
const mostShapes = 400;

const openings =
  /^(?:(['"])use (?:strict|client|server)\1;?|from __future__ import \w[\w, ]*|(?:<\?php )?declare\(strict_types ?= ?1\);|# frozen_string_literal: true|#nullable enable|# typed: \w+|\/\/ @ts-check)$/;

const call =
  /(?<![\w$.>)\]:@]|\b(?:function|def|func|fun|fn|new) )((?:\$?[A-Za-z_]\w*(?:\.|::|->))?[A-Za-z_]\w*)(?=\(|<[\w.]+>\()/g;
const throwing = /\b(?:throw new|throw|raise) ([A-Za-z_][\w.:]*)/g;
const aliased = /^import ([\w.]+ as \w+)$/g;

function openingOf(text: string): Shapes['opening'] {
  let from = 0;
  for (let line = 1; line <= openingLines && from < text.length; line++) {
    const at = text.indexOf('\n', from);
    const end = at < 0 ? text.length : at;
    const found = end - from > longestLine ? '' : text.slice(from, end).trim();
    if (openings.test(found)) return { text: found.replace(/^<\?php /, ''), line };
    from = end + 1;
  }
  return undefined;
}

function parametersOfTests(code: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, line] of code.entries()) {
    if (line.length > longestLine) continue;
    const [, list = ''] = /^\s*(?:async )?def test\w*\(([^()]*)/.exec(line) ?? [];
    for (const name of list.match(/\w+/g) ?? [])
      if (!found.has(name) && found.size < mostShapes) found.set(name, index + 1);
  }
  return found;
}

function firstLines(code: readonly string[], pattern: RegExp): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [index, line] of code.entries()) {
    if (line.length > longestLine) continue;
    for (const [, shape] of line.matchAll(pattern)) {
      if (found.size >= mostShapes) return found;
      if (!found.has(shape!)) found.set(shape!, index + 1);
    }
  }
  return found;
}
