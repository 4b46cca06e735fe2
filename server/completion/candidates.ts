import type { Draft, Hypothesis, PredictionScope, Predictor, TokenPlace } from '../memory/predictor.ts';
import { renderPrompt } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { EditContext } from './context.ts';
import { indentOf } from './indent.ts';
import { alignLine, continueLine, Renaming } from './rename.ts';

/** One place that a candidate was copied from. */
export interface Source {
  readonly place: TokenPlace;
  /** Copied from the file being edited. */
  readonly isLocal: boolean;
  /** Tokens before the cursor that are the same there. */
  readonly matched: number;
  /** The text before the cursor there: a few lines, the last up to the cursor. */
  readonly before: string;
  /** The lines that follow there, as they stand there, with our names. */
  readonly below: readonly string[];
  /** Whether names were put in place of theirs. */
  readonly isRenamed: boolean;
}

/** A way the cursor's line may end, and where it is seen. */
export interface Candidate {
  /** What follows the cursor on its line. */
  readonly rest: string;
  readonly sources: Source[];
}

const draftCount = 64;
const draftTokens = 192;
const tokensBefore = 96;

/**
 * Ways to go on from the cursor: all runs that followed the same text elsewhere, and all that followed the lines above it
 * and begin like the cursor's line but for names. Those with the same rest of the line are one candidate.
 */
export function candidatesAt(
  context: EditContext,
  predictor: Predictor,
  tokenizer: Tokenizer,
  scope: PredictionScope,
): Candidate[] {
  const { above, linePrefix, typed } = context;
  const prompt = tokenizer.encodePieces(renderPrompt(context.path, above ?? '', context.after));
  const atLine = predictor.begin(prompt, context.path, scope);
  const collected = new Map<string, Candidate>();
  const lineOf = promptLines(prompt, context, tokenizer);
  const lineBreak = above === undefined ? '' : '\n';
  const isLineStart = linePrefix.trim() === '';

  const onLine = draftsOf(atLine, lineBreak);
  for (const draft of onLine) addLine(draft, lineBreak);
  if (!isLineStart) {
    const lead = lineBreak + linePrefix.slice(0, linePrefix.length - typed.length);
    const atCursor = atLine.fork();
    for (const token of tokenizer.encode(lead)) atCursor.push(token);
    for (const draft of draftsOf(atCursor, typed)) addRest(draft);
  }
  return [...collected.values()];

  function draftsOf(hypothesis: Hypothesis, start: string): readonly Draft[] {
    const bytes = new TextEncoder().encode(start);
    return hypothesis.drafts({
      ...(bytes.length > 0 ? { typed: bytes } : {}),
      count: draftCount,
      tokens: draftTokens,
      before: tokensBefore,
    });
  }

  /** A draft that continues from within the cursor's line. */
  function addRest(draft: Draft): void {
    const text = tokenizer.decode(draft.tokens);
    if (!text.startsWith(typed)) return;
    const before = tokenizer.decode(draft.before) + typed;
    const lines = text.slice(typed.length).split('\n');
    add(lines[0]!, draft, before, lines, false, 0);
    const theirLine = before.slice(before.lastIndexOf('\n') + 1);
    const renaming = renamingFrom(before, theirLine.length);
    if (!renaming.isEmpty) addRenamed(lines[0]!, renaming, draft, before, lines, 0);
  }

  /** A draft that continues from the lines above: a whole line, that has to begin as the cursor's line does. */
  function addLine(draft: Draft, opening: string): void {
    const lines = tokenizer.decode(draft.tokens).slice(opening.length).split('\n');
    const line = lines[0]!.trimStart();
    if (line === '' && isLineStart) return;
    const before = `${tokenizer.decode(draft.before)}${opening}${indentOf(lines[0]!)}`;
    const renaming = renamingFrom(before, indentOf(lines[0]!).length);
    const start = linePrefix.trimStart();
    if (isLineStart) {
      // Where nothing is written yet, not even white space, the indentation is suggested too.
      const full = linePrefix === '' ? lines[0]! : line;
      add(full, draft, before, lines, false, opening.length);
      if (!renaming.isEmpty) addRenamed(full, renaming, draft, before, lines, opening.length);
      return;
    }
    if (line.startsWith(start)) return;
    const rest = continueLine(line, start, renaming);
    if (rest === undefined) return;
    add(rest, draft, before + start, rename(lines, renaming), true, opening.length);
  }

  function addRenamed(
    rest: string,
    renaming: Renaming,
    draft: Draft,
    before: string,
    lines: readonly string[],
    linesDown: number,
  ): void {
    const renamed = renaming.apply(rest);
    if (renamed !== rest) add(renamed, draft, before, rename(lines, renaming), true, linesDown);
  }

  /** What the lines above the cursor say about names, when set beside those above the draft. */
  function renamingFrom(before: string, lastLine: number): Renaming {
    const renaming = new Renaming();
    const theirs = before
      .slice(0, before.length - lastLine)
      .split('\n')
      .slice(0, -1);
    const ours = (above ?? '').slice(-4000).split('\n');
    for (let i = 1; i <= linesAligned && i < theirs.length && i <= ours.length; i++) {
      if (!alignLine(theirs[theirs.length - i]!, ours[ours.length - i]!, renaming)) break;
    }
    return renaming;
  }

  function add(
    rest: string,
    draft: Draft,
    before: string,
    lines: readonly string[],
    isRenamed: boolean,
    linesDown: number,
  ): void {
    const key = rest.trimEnd();
    let candidate = collected.get(key);
    if (candidate === undefined) {
      candidate = { rest: key, sources: [] };
      collected.set(key, candidate);
    }
    const place =
      draft.place === undefined
        ? { path: context.path, line: (lineOf[draft.prompt ?? 0] ?? 1) + linesDown }
        : { path: draft.place.path, line: draft.place.line + linesDown };
    candidate.sources.push({
      place,
      isLocal: draft.place === undefined,
      matched: draft.matched,
      before,
      below: lines.slice(1),
      isRenamed,
    });
  }
}

/** Lines above the cursor from which names are learned. */
const linesAligned = 4;

function rename(lines: readonly string[], renaming: Renaming): string[] {
  return lines.map(line => renaming.apply(line));
}

/** The line in the file of each token of its prompt: first comes what follows the cursor, then what stands above it. */
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
