/** `longsight complete`: the suggestion at a place, its confidence, and its source. */
import path from 'node:path';
import { styleText } from 'node:util';
import type { Origin } from '../fitting/request.ts';
import { cleanLine, cleanText } from '../protocol/clean-text.ts';
import type { CoderClient } from '../suggestions/coder-client.ts';
import { suggest } from '../suggestions/suggest.ts';
import { type CommandLine, UsageError } from './arguments.ts';
import { type OpenCoder, openCoderInUse } from './coder.ts';
import type { Command } from './command.ts';
import { note, printJson, printStyled } from './output.ts';
import { findPlace, type PlaceInText } from './place.ts';
import { openSession, type Session } from './session.ts';
import { declarationsFor } from './summarize.ts';

/** Output of `complete --json`. */
export interface Suggestion {
  /** The best suggestion, even if not shown. Empty if there is none. */
  readonly text: string;
  /** Probability that the suggested line is exactly what comes next. */
  readonly confidence: number;
  readonly provenance: readonly { readonly path: string; readonly line: number }[];
  /** The kind of source; absent without a suggestion. */
  readonly origin?: Origin;
  /** Name of the model that wrote it. */
  readonly model?: string;
  readonly milliseconds: number;
  /** Whether an editor would show it at this eagerness. */
  readonly shown: boolean;
  /** Why nothing is shown. */
  readonly reason?: string;
}

export const completeAt: Command = async (line, signal) => {
  if (line.at === undefined)
    throw new UsageError('"longsight complete" requires --at <path>:<line>:<column>.');
  const place = findPlace(path.resolve(line.operands[0]!), line.at);
  const coder = await coderOrNote(line);
  try {
    const session = await openSession(line, signal);
    const suggestion = await suggestAt(session, place, { ...line, coder: coder?.client }, signal);
    if (line.json) printJson(suggestion);
    else printStyled(suggestionText(place, suggestion));
  } finally {
    await coder?.close();
  }
};

/** Works without a model that cannot be used. */
export async function coderOrNote(line: CommandLine): Promise<OpenCoder | undefined> {
  try {
    return await openCoderInUse(line);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(error.message);
    return undefined;
  }
}

export async function suggestAt(
  session: Session,
  { path: file, text, offset }: PlaceInText,
  { eagerness, coder }: Pick<CommandLine, 'eagerness'> & { readonly coder?: CoderClient | undefined },
  signal: AbortSignal,
): Promise<Suggestion> {
  const { repository, tokenizer } = session;
  coder?.relate(file, (await declarationsFor(session, signal))(file, text));
  // Nothing is typed meanwhile, so wait for the whole answer.
  const budget = Number.POSITIVE_INFINITY;
  const request = { path: file, text, offset, eagerness, budget };
  const from = { predictor: repository.memory, tokenizer, coder };
  const found = await suggest(request, from, signal);
  // Whoever asks at a place wants what an editor gives on request, too.
  const asked = found.item ?? (await suggest({ ...request, isInvoked: true }, from, signal)).item;
  const item = asked ?? found.withheld;
  return {
    text: item?.text ?? '',
    confidence: item?.confidence ?? 0,
    provenance: item?.provenance ?? [],
    ...(item !== undefined && { origin: item.origin }),
    ...(item?.model !== undefined && { model: item.model }),
    milliseconds: found.milliseconds,
    shown: found.item !== undefined,
    ...(found.reason !== undefined && { reason: found.reason }),
  };
}

const linesBefore = 3;
const sourcesShown = 3;

/** The lines around the cursor with the suggestion in place, and its properties. */
export function suggestionText({ path: file, text, offset }: PlaceInText, suggestion: Suggestion): string {
  const line = text.slice(0, offset).split('\n').length;
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const before = text
    .slice(0, start)
    .split('\n')
    .slice(-1 - linesBefore, -1);
  const inserted = suggestion.text === '' ? '' : styleText(['bold', 'green'], cleanText(suggestion.text));
  const rest = text.slice(offset, end < 0 ? text.length : end);
  const current = cleanText(text.slice(start, offset)) + inserted + cleanText(rest);
  const numbered = [
    ...before.map((content, at) => gutter(line - before.length + at, cleanText(content))),
    gutter(line, current),
  ];
  const place = `${cleanLine(file)}:${line}:${offset - start + 1}`;
  return [place, ...numbered, `  ${verdict(suggestion)}`].join('\n');
}

function verdict({
  text,
  confidence,
  provenance,
  origin,
  model,
  milliseconds,
  shown,
  reason,
}: Suggestion): string {
  const time = `${milliseconds.toFixed(1)} ms`;
  if (text === '') return `no suggestion: ${reason ?? 'no match in the repository'} (${time})`;
  const sources = provenance.slice(0, sourcesShown).map(source => `${source.path}:${source.line}`);
  const kind =
    model !== undefined ? `, written by ${model}` : origin === undefined ? '' : `, ${originText[origin]}`;
  const from = sources.length > 0 ? `${kind}: ${sources.join(', ')}` : kind;
  const held = shown ? '' : `; an editor shows it only when asked: ${reason ?? 'not confident enough'}`;
  return `${Math.round(confidence * 100)} % confidence${from}, ${time}${held}`;
}

const originText: Readonly<Record<Origin, string>> = {
  repository: 'copied from other files',
  file: 'copied from this file',
  pieces: 'assembled from several places',
  model: 'written by the model',
};

function gutter(line: number, content: string): string {
  return `${String(line).padStart(6)} │ ${content.replaceAll('\n', `\n       │ `).replaceAll('\r', '')}`;
}
