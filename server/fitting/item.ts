/** Turns a candidate into an insertable item: with its block, in this file's style, fitted to the surroundings. */

import type { TokenPlace } from '../copy-memory/predictor.ts';
import { fitImport } from '../source-text/import-paths.ts';
import { blockAfter, movedBelow } from './block.ts';
import type { Candidate, Source } from './candidate.ts';
import type { EditContext } from './context.ts';
import { indentOf } from './indent.ts';
import {
  endsAsBelow,
  isConflictMarker,
  isThereAlready,
  type Neighbours,
  neighboursOf,
  withoutLinesBelow,
} from './neighbours.ts';
import type { CompletionItem, CompletionRequest, Origin } from './request.ts';
import type { SourceFiles } from './source-files.ts';
import type { Surroundings } from './surroundings.ts';
import { cleanText, closersReplaced, isTypedOver, standsBefore, trimToSuffix } from './trim.ts';
import { verbatimPlace } from './verbatim.ts';

/** Text to insert, before it is judged. */
interface Draft {
  readonly lines: readonly string[];
  /** UTF-16 units after the cursor that it replaces. */
  readonly replaced: number;
  /** Cursor position, in UTF-16 units of the joined lines. */
  readonly caret?: number;
}

export class ItemMaker {
  readonly #request: CompletionRequest;
  readonly #context: EditContext;
  readonly #surroundings: Surroundings;
  readonly #files: SourceFiles;
  readonly #neighbours: Neighbours;

  constructor(
    request: CompletionRequest,
    context: EditContext,
    surroundings: Surroundings,
    files: SourceFiles,
  ) {
    this.#request = request;
    this.#context = context;
    this.#surroundings = surroundings;
    this.#files = files;
    this.#neighbours = neighboursOf(context);
  }

  /**
   * @param isStart the rest is a prefix of a line, up to a word after which its own brackets are closed
   * @returns undefined if nothing remains to add, or the rest does not belong here
   */
  itemOf(candidate: Candidate, confidence: number, isStart = false): CompletionItem | undefined {
    const { sources } = candidate;
    if (!this.#surroundings.isOfKind(candidate, this.#files)) return undefined;
    const rest = this.#withImport(candidate.rest, sources);
    if (rest === undefined) return undefined;
    const fitted = rest === candidate.rest ? candidate : { ...candidate, rest };
    for (const draft of isStart ? this.#startsOf(fitted) : this.#draftsOf(fitted))
      if (this.#fits(draft, sources)) {
        const item = this.#itemFrom(draft, candidate, confidence);
        return isStart ? { ...item, isStart } : item;
      }
    return undefined;
  }

  /** Whether the resulting line exists next to the cursor's: then neither it nor a prefix of it comes next. */
  isThere(rest: string): boolean {
    const { linePrefix, lineSuffix } = this.#context;
    return lineSuffix.trim() === '' && isThereAlready(linePrefix + rest, this.#context, this.#neighbours);
  }

  #itemFrom(draft: Draft, candidate: Candidate, confidence: number): CompletionItem {
    const text = cleanText(draft.lines.join('\n'));
    const { lineEnding, linePrefix } = this.#context;
    const { offset } = this.#request;
    const crlf = lineEnding === '\r\n';
    const verbatim = verbatimPlace(candidate, draft.lines);
    const { caret } = draft;
    return {
      text: crlf ? text.replaceAll('\n', '\r\n') : text,
      range: { start: offset, end: offset + draft.replaced },
      confidence,
      provenance: provenanceOf(candidate),
      origin: originOf(candidate),
      ...(verbatim && { verbatim }),
      ...(caret !== undefined && {
        caret: caret + (crlf ? text.slice(0, caret).split('\n').length - 1 : 0),
      }),
      kind: draft.lines.length > 1 ? 'block' : linePrefix.trim() === '' ? 'line' : 'rest of line',
    };
  }

  *#startsOf({ rest }: Candidate): Generator<Draft> {
    if (standsBefore(rest, this.#context.lineSuffix)) yield { lines: [rest], replaced: 0 };
  }

  /** Possible insertions, best first. */
  *#draftsOf(candidate: Candidate): Generator<Draft> {
    const { rest, sources } = candidate;
    const { lineSuffix } = this.#context;
    const line = trimToSuffix(rest, lineSuffix);
    const isLast = lineSuffix.trim() === '';
    const block = (): readonly string[] => {
      const lines = blockAfter(candidate, this.#context, this.#request.maxLines ?? 12, one =>
        this.#unitOf(one),
      );
      const whole = this.#withImports([rest, ...lines], sources);
      return withoutLinesBelow(whole, this.#neighbours).slice(1);
    };
    if (line !== undefined && isLast) {
      const lines = [line, ...block()];
      if (lines.length > 1) yield { lines, replaced: 0 };
    }
    if (line !== undefined && !isLast) yield { lines: [line], replaced: 0 };
    const replaces = this.#request.replacesClosers && !isLast;
    if (replaces) {
      const lines = [rest, ...block()];
      const replaced = closersReplaced(cleanText(lines.join('\n')), lineSuffix);
      if (replaced !== undefined) yield { lines, replaced };
    }
    if (line === undefined || isLast) {
      const closers = this.#surroundings.closersFor(rest, lineSuffix);
      if (closers !== undefined) yield this.#closed(rest, closers, 0, sources);
    }
    if (replaces) {
      const closers = this.#surroundings.closersFor(rest, lineSuffix, true);
      const draft = closers === undefined ? undefined : this.#closed(rest, closers, 0, sources);
      const replaced = draft && closersReplaced(draft.lines.join('\n'), lineSuffix);
      if (draft !== undefined && replaced !== undefined) yield { ...draft, replaced };
    }
    if (line !== undefined && isLast) yield { lines: [line], replaced: 0 };
  }

  /** A line with an empty body below it for the cursor, and its closer. */
  #closed(rest: string, closers: string, replaced: number, sources: readonly Source[]): Draft {
    const { linePrefix, indentUnit, lineSuffix } = this.#context;
    const line = rest.trimEnd();
    const base = indentOf(linePrefix + line);
    const body = `${line}\n${base}${indentUnit}`;
    const last = base + (lineSuffix.trim() === '' ? this.#closingLine(closers, base, sources) : closers);
    return { lines: `${body}\n${last}`.split('\n'), replaced, caret: body.length };
  }

  /** The closing brackets with what follows them elsewhere: a semicolon or a comma. */
  #closingLine(closers: string, base: string, sources: readonly Source[]): string {
    for (const source of [...sources].sort((a, b) => b.matched - a.matched)) {
      const moved = movedBelow(source, base, this.#context.indentUnit, this.#unitOf(source));
      const line = moved.slice(0, -1).find(one => one.trim() !== '' && indentOf(one) === base);
      const end = line?.slice(base.length).trimEnd();
      if (end === closers || end === `${closers};` || end === `${closers},`) return end;
    }
    return closers;
  }

  #unitOf({ isLocal, place }: Source): string | undefined {
    return isLocal ? this.#context.indentUnit : this.#files.indentUnitOf(place.path);
  }

  #withImport(rest: string, sources: readonly Source[]): string | undefined {
    const { linePrefix, path } = this.#context;
    const written = linePrefix.length;
    const line = linePrefix + rest;
    const theirs = new Set([...sources].sort((a, b) => b.matched - a.matched).map(({ place }) => place.path));
    if (theirs.size === 0) theirs.add(path);
    for (const source of [...theirs].slice(0, mostImporters)) {
      const fitted = fitImport({ line, written, theirs: source, ours: path }, this.#files);
      if (fitted !== undefined) return fitted.slice(written);
    }
    return undefined;
  }

  /** The lines of a block up to the first whose import does not resolve. */
  #withImports([first, ...lines]: readonly [string, ...string[]], sources: readonly Source[]): string[] {
    const theirs = sources[0]?.place.path ?? this.#context.path;
    const kept = [first];
    for (const line of lines) {
      const fitted = fitImport({ line, written: 0, theirs, ours: this.#context.path }, this.#files);
      if (fitted === undefined) break;
      kept.push(fitted);
    }
    return kept;
  }

  #fits({ lines, replaced }: Draft, sources: readonly Source[]): boolean {
    const text = cleanText(lines.join('\n'));
    if (text.trim() === '' || (replaced === 0 && isTypedOver(text, this.#context.lineSuffix))) return false;
    const { linePrefix, lineSuffix, language } = this.#context;
    const suffix = lineSuffix.slice(replaced);
    const whole = `${linePrefix}${text}${suffix}`.split('\n');
    const isCode = language.kind === 'code';
    return (
      !isThereAlready(whole[0]!, this.#context, this.#neighbours) &&
      !endsAsBelow(text, suffix, this.#context) &&
      !whole.some(line => isConflictMarker(line, isCode)) &&
      this.#surroundings.isBalanced(text, suffix, sources)
    );
  }
}

/** A candidate's source files from which an import is tried. */
const mostImporters = 4;

function originOf({ sources }: Candidate): Origin {
  if (sources.length === 0) return 'pieces';
  return sources.every(source => source.isLocal) ? 'file' : 'repository';
}

/** Sources with the longest matches, without duplicates. */
function provenanceOf(candidate: Candidate): TokenPlace[] {
  const places = new Map<string, TokenPlace>();
  for (const { place } of [...candidate.sources].sort((a, b) => b.matched - a.matched)) {
    const key = `${place.path}:${place.line}`;
    if (!places.has(key)) places.set(key, place);
  }
  return [...(places.size > 0 ? places.values() : candidate.places)].slice(0, mostPlaces);
}

const mostPlaces = 8;
