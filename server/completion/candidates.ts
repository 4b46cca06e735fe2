import type {
  AsyncHypothesis,
  AsyncPredictor,
  Draft,
  PredictionScope,
  TokenPlace,
} from '../copy-memory/predictor.ts';
import type { Candidate, Source } from '../fitting/candidate.ts';
import type { EditContext } from '../fitting/context.ts';
import { fitReturn, type Results, resultsAt } from '../fitting/go-return.ts';
import { indentOf, reindent } from '../fitting/indent.ts';
import { SourceFiles } from '../fitting/source-files.ts';
import { alignLine, continueLine, Renaming } from '../names/rename.ts';
import { fitImport } from '../source-text/import-paths.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { decodeLine } from './decode.ts';
import { type DraftText, type LineState, LineStates } from './line-states.ts';
import { TimeSlice } from './time-slice.ts';

const draftCount = 64;
const draftTokens = 192;
const tokensBefore = 64;
const decoding = { beam: 3, maxTokens: 32 } as const;
/** Lines above the cursor that names are learned from. */
const linesAligned = 4;

export interface CandidateOptions {
  readonly scope?: PredictionScope | undefined;
  /**
   * Yields to others, and may time out: then returns what has been found, at least the continuations of the same text.
   */
  readonly turn?: TimeSlice;
  /** States of the previous line, to continue from. */
  readonly states?: LineStates;
}

/**
 * Continuations at the cursor: all runs that followed the same text elsewhere; all that followed the lines above it and
 * start like the cursor's line up to names; and the most probable lines token by token. Those with the same rest of the
 * line are one candidate.
 * @returns empty when the request has been abandoned
 */
export async function candidatesAt(
  context: EditContext,
  predictor: AsyncPredictor,
  tokenizer: Tokenizer,
  options: CandidateOptions = {},
): Promise<Candidate[]> {
  const { scope = 'repository', turn = new TimeSlice(), states = new LineStates() } = options;
  const { above, linePrefix, typed } = context;
  const state = states.at(context, predictor, tokenizer, scope);
  const pool = new Pool(context, tokenizer, state, SourceFiles.of(predictor, tokenizer));
  const lineBreak = above === undefined ? '' : '\n';
  const isLineStart = linePrefix.trim() === '';
  const atCursor = state.atLine.fork();
  if (!isLineStart) {
    // A partial word is requested from its start, and again after each of its tokens.
    const lead = lineBreak + linePrefix.slice(0, linePrefix.length - typed.length);
    for (const token of tokenizer.encode(lead)) atCursor.push(token);
    const atWord = atCursor.fork();
    let left = typed;
    await addAll(draftsOf(atWord, left), draft => pool.addRest(draft, left));
    for (const token of tokenizer.encode(typed)) {
      const text = tokenizer.decode([token]);
      if (turn.isLate() || !left.startsWith(text)) break;
      left = left.slice(text.length);
      atWord.push(token);
      await addAll(draftsOf(atWord, left), draft => pool.addRest(draft, left));
    }
  }
  if (isLineStart || !turn.isLate())
    await addAll(lineDrafts(state, lineBreak), draft => pool.addLine(draft, lineBreak.length));
  const start = isLineStart ? lineBreak + linePrefix : typed;
  for (const decoded of await decodeLine(atCursor, tokenizer, { ...decoding, typed: start, turn }))
    pool.addDecoded(decoded.rest, decoded.probability, decoded.places);
  const atLineAbove = turn.isLate() ? undefined : state.atLineAbove();
  if (atLineAbove !== undefined) {
    state.draftsAbove ??= draftsOf(atLineAbove, '\n');
    await addAll(state.draftsAbove, draft => pool.addNextLine(draft));
  }
  return turn.isOver ? [] : pool.candidates();

  async function addAll(drafts: readonly Draft[], add: (draft: Draft) => void): Promise<void> {
    for (const [i, draft] of drafts.entries()) {
      if (i % draftsInTurn === 0) await turn.next();
      if (turn.isOver) return;
      add(draft);
    }
  }
}

/** Drafts examined before yielding. */
const draftsInTurn = 16;

function lineDrafts(state: LineState, lineBreak: string): readonly Draft[] {
  state.drafts ??= draftsOf(state.atLine, lineBreak);
  return state.drafts;
}

function draftsOf(hypothesis: AsyncHypothesis, start: string): readonly Draft[] {
  const bytes = new TextEncoder().encode(start);
  return hypothesis.drafts({
    ...(bytes.length > 0 ? { typed: bytes } : {}),
    count: draftCount,
    tokens: draftTokens,
    before: tokensBefore,
  });
}

interface CandidateBuilder {
  readonly rest: string;
  readonly sources: Map<string, Source>;
  decoded: number;
  places: readonly TokenPlace[];
}

/** Where the cursor cuts a draft. */
interface Cut {
  /** The text before the cursor there. */
  readonly before: string;
  /** Lines from the draft's first token to the cursor's line, and UTF-16 units to the cursor. */
  readonly linesDown: number;
  readonly skipped: number;
  readonly isSkipping: boolean;
}

/** Collects candidates, one for each rest of the line. */
class Pool {
  readonly #context: EditContext;
  readonly #tokenizer: Tokenizer;
  readonly #files: SourceFiles;
  /** The file line of each prompt token. */
  readonly #lines: Uint32Array;
  readonly #above: readonly string[];
  readonly #found = new Map<string, CandidateBuilder>();
  readonly #texts: WeakMap<Draft, DraftText>;
  /** Of the Go function around the cursor. */
  readonly #results: Results | undefined;

  constructor(context: EditContext, tokenizer: Tokenizer, state: LineState, files: SourceFiles) {
    this.#context = context;
    this.#tokenizer = tokenizer;
    this.#files = files;
    this.#lines = state.lines ??= promptLines(state.prompt, context, tokenizer);
    this.#texts = state.texts;
    if (context.language.id === 'go') this.#results = resultsAt(context.above ?? '');
    this.#above = (context.above ?? '').slice(-4000).split('\n').slice(-linesAligned).reverse();
  }

  candidates(): Candidate[] {
    return [...this.#found.values()].map(({ rest, sources, decoded, places }) => ({
      rest,
      sources: [...sources.values()],
      decoded,
      places,
    }));
  }

  addDecoded(rest: string, probability: number, places: readonly TokenPlace[]): void {
    const fitted = this.#asReturned(rest.trimEnd());
    if (fitted === undefined) return;
    const candidate = this.#at(fitted);
    candidate.decoded = Math.max(candidate.decoded, probability);
    candidate.places = places;
  }

  /** A draft that continues within the cursor's line, where `left` must still match. */
  addRest(draft: Draft, left: string): void {
    const head = this.#textOf(draft).head;
    if (!head.startsWith(left)) return;
    const before = this.#textOf(draft).before + left;
    const rest = head.slice(left.length).split('\n', 1)[0]!;
    this.#addBoth(rest, draft, { before, linesDown: 0, skipped: left.length, isSkipping: false });
  }

  /** A draft that continues the lines above: a whole line, which must start like the cursor's line. */
  addLine(draft: Draft, opening: number): void {
    this.#addLineAt(draft, opening, `${this.#textOf(draft).before}${opening > 0 ? '\n' : ''}`, false);
  }

  /** A draft that starts with another line above the cursor's: uses what follows that line. */
  addNextLine(draft: Draft): void {
    const start = this.#textOf(draft).head.indexOf('\n', 1) + 1;
    if (start <= 1) return;
    const above = this.#textOf(draft).head.slice(0, start);
    if (above.trim() === '' || above.slice(1, -1) === this.#above[0]) return;
    this.#addLineAt(draft, start, this.#textOf(draft).before + above, true);
  }

  #addLineAt(draft: Draft, opening: number, lead: string, isSkipping: boolean): void {
    const { linePrefix } = this.#context;
    const full = this.#textOf(draft).head.slice(opening).split('\n', 1)[0]!;
    const line = this.#ledHere(full.trimStart(), draft);
    const indent = indentOf(full);
    const before = lead + indent;
    const at = {
      before,
      linesDown: isSkipping ? 2 : Math.min(1, opening),
      skipped: opening + indent.length,
      isSkipping,
    };
    const start = linePrefix.trimStart();
    if (start === '') {
      // On an empty line, the indentation is suggested too.
      if (line !== '')
        this.#addBoth(linePrefix === '' ? this.#inOurSteps(indent + line, draft) : line, draft, at);
    } else if (!line.startsWith(start)) {
      const renaming = this.#renamingFrom(before, draft).fork();
      const rest = continueLine(line, start, renaming);
      if (rest !== undefined)
        this.#add(
          rest,
          draft,
          { ...at, before: before + start, skipped: at.skipped + start.length },
          renaming,
        );
    } else if (isSkipping) {
      const written = { ...at, before: before + start, skipped: at.skipped + start.length };
      this.#add(line.slice(start.length), draft, written);
    }
  }

  /** A relative import as written from here, so that imports of the same file become one candidate. */
  #ledHere(line: string, { place }: Draft): string {
    if (place === undefined || !/["']\.{1,2}\//.test(line)) return line;
    const asked = { line, written: 0, theirs: place.path, ours: this.#context.path };
    return fitImport(asked, this.#files) ?? line;
  }

  #inOurSteps(line: string, { place }: Draft): string {
    const { indentUnit: ourUnit } = this.#context;
    if (place === undefined || !/^[ \t]/.test(line)) return line;
    const theirUnit = this.#files.indentUnitOf(place.path) ?? ourUnit;
    return reindent([line], { from: '', to: '', theirUnit, ourUnit })[0]!;
  }

  /** Verbatim, and with our names if the lines above differ from ours in names. */
  #addBoth(rest: string, draft: Draft, at: Cut): void {
    this.#add(rest, draft, at);
    const renaming = this.#renamingFrom(at.before, draft);
    if (renaming.isEmpty) return;
    const renamed = renaming.apply(rest);
    if (renamed !== rest) this.#add(renamed, draft, at, renaming);
  }

  #add(
    rest: string,
    draft: Draft,
    { before, linesDown, skipped, isSkipping }: Cut,
    renaming?: Renaming,
  ): void {
    const fitted = this.#asReturned(rest.trimEnd());
    if (fitted === undefined) return;
    const { sources } = this.#at(fitted);
    const isLocal = draft.place === undefined;
    const path = draft.place?.path ?? this.#context.path;
    const line = (draft.place?.line ?? this.#lines[draft.prompt ?? 0] ?? 1) + linesDown;
    const key = `${path}:${line}:${renaming !== undefined}`;
    // A match above a differing line counts half.
    const matched = isSkipping ? draft.matched >> 1 : draft.matched;
    if ((sources.get(key)?.matched ?? -1) >= matched) return;
    const linesOf = (text: string): readonly string[] => {
      const lines = text.slice(skipped).split('\n').slice(1);
      return renaming === undefined ? lines : lines.map(one => renaming.apply(one));
    };
    sources.set(key, {
      place: { path, line },
      isLocal,
      matched,
      before,
      below: linesOf(this.#textOf(draft).head).slice(0, 2),
      block: () => linesOf(this.#tokenizer.decode(draft.tokens)),
      isRenamed: renaming !== undefined,
      isSkipping,
    });
  }

  /** With as many values as the function returns; undefined if that cannot be. */
  #asReturned(rest: string): string | undefined {
    if (this.#results === undefined) return rest;
    const { linePrefix } = this.#context;
    const whole = linePrefix + rest;
    const indent = indentOf(whole);
    const line = fitReturn(whole.slice(indent.length), this.#results);
    if (line === undefined || !(indent + line).startsWith(linePrefix)) return undefined;
    return (indent + line).slice(linePrefix.length);
  }

  #at(rest: string): CandidateBuilder {
    let candidate = this.#found.get(rest);
    if (candidate === undefined) {
      candidate = { rest, sources: new Map(), decoded: 0, places: [] };
      this.#found.set(rest, candidate);
    }
    return candidate;
  }

  #textOf(draft: Draft): DraftText {
    let text = this.#texts.get(draft);
    if (text === undefined) {
      const { tokens, before } = draft;
      let breaks = 0;
      let end = 0;
      while (end < tokens.length && breaks < 5) breaks += this.#tokenizer.newlinesIn(tokens[end++]!);
      text = {
        before: this.#tokenizer.decode(before),
        head: this.#tokenizer.decode(tokens.subarray(0, end)),
        renamings: new Map(),
      };
      this.#texts.set(draft, text);
    }
    return text;
  }

  /** Names learned by aligning paths and lines above the cursor with the draft's. Fork before learning more. */
  #renamingFrom(before: string, draft: Draft): Renaming {
    const { renamings } = this.#textOf(draft);
    // Only the lines above the cursor's count, which two cuts of a draft share if they are equally far down.
    const end = before.lastIndexOf('\n');
    let renaming = renamings.get(end);
    if (renaming === undefined) {
      renaming = new Renaming();
      let stop = end;
      for (const ours of this.#above) {
        const start = stop <= 0 ? -1 : before.lastIndexOf('\n', stop - 1);
        // The first line may be cut.
        if (start < 0 || !alignLine(before.slice(start + 1, stop), ours, renaming)) break;
        stop = start;
      }
      if (draft.place !== undefined) renaming.addPaths(draft.place.path, this.#context.path);
      renamings.set(end, renaming);
    }
    return renaming;
  }
}

/** The file line of each prompt token: first the text after the cursor, then the text above it. */
function promptLines(prompt: Uint16Array, context: EditContext, tokenizer: Tokenizer): Uint32Array {
  const { special } = tokenizer;
  const textAt = prompt.lastIndexOf(special.text);
  const lines = new Uint32Array(prompt.length);
  let line = context.firstLine + (context.above === undefined ? 0 : context.above.split('\n').length);
  for (let i = Math.max(0, prompt.lastIndexOf(special.suffix, textAt)); i < prompt.length; i++) {
    if (i === textAt) line = context.firstLine;
    lines[i] = line;
    line += tokenizer.newlinesIn(prompt[i]!);
  }
  return lines;
}
