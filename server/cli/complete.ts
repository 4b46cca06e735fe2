/** `longsight complete`: the suggestion at a place, its confidence, and its source. */
import path from 'node:path';
import { styleText } from 'node:util';
import type { Completion, Origin } from '../fitting/request.ts';
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

interface Offer {
  /** Empty if there is none. */
  readonly text: string;
  /** Probability that the suggested line is exactly what comes next. */
  readonly confidence: number;
  readonly provenance: readonly { readonly path: string; readonly line: number }[];
  /** The kind of source; absent without a suggestion. */
  readonly origin?: Origin;
  /** Name of the model that wrote it. */
  readonly model?: string;
  readonly milliseconds: number;
}

/** Output of `complete --json`: what an editor shows unasked, or else on request. */
export interface Suggestion extends Offer {
  /** Whether an editor shows it unasked at this eagerness. */
  readonly shown: boolean;
  /** Why nothing is shown unasked. */
  readonly reason?: string;
  /** What an editor shows on request, where it differs from what it shows unasked. */
  readonly requested?: Offer;
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
  const asked = await suggest({ ...request, isInvoked: true }, from, signal);
  const differs = found.item !== undefined && asked.item !== undefined && asked.item.text !== found.item.text;
  return {
    ...offerOf(found.item === undefined ? asked : found),
    shown: found.item !== undefined,
    ...(found.reason !== undefined && { reason: found.reason }),
    ...(differs && { requested: offerOf(asked) }),
  };
}

function offerOf({ item, milliseconds }: Completion): Offer {
  return {
    text: item?.text ?? '',
    confidence: item?.confidence ?? 0,
    provenance: item?.provenance ?? [],
    ...(item !== undefined && { origin: item.origin }),
    ...(item?.model !== undefined && { model: item.model }),
    milliseconds,
  };
}

const linesBefore = 3;
const sourcesShown = 3;

/** The lines around the cursor with the suggestion in place, and its properties; then what a request adds. */
export function suggestionText(place: PlaceInText, { requested, ...suggestion }: Suggestion): string {
  const { path: file, text, offset } = place;
  const line = text.slice(0, offset).split('\n').length;
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text
    .slice(0, start)
    .split('\n')
    .slice(-1 - linesBefore, -1)
    .map((content, at, all) => gutter(line - all.length + at, cleanText(content)));
  const end = text.indexOf('\n', offset);
  const rest = text.slice(offset, end < 0 ? text.length : end);
  const rowsOf = (offer: Offer, verdict: string): string[] => {
    const inserted = offer.text === '' ? '' : styleText(['bold', 'green'], cleanText(offer.text));
    const current = cleanText(text.slice(start, offset)) + inserted + cleanText(rest);
    return [gutter(line, current), `  ${verdict}`];
  };
  return [
    `${cleanLine(file)}:${line}:${offset - start + 1}`,
    ...before,
    ...rowsOf(suggestion, verdictOf(suggestion)),
    ...(requested === undefined ? [] : rowsOf(requested, `${detailsOf(requested)}; shown on request`)),
  ].join('\n');
}

function verdictOf(suggestion: Suggestion): string {
  const { text, milliseconds, shown, reason } = suggestion;
  if (text === '')
    return `no suggestion: ${reason ?? 'no match in the repository'} (${milliseconds.toFixed(1)} ms)`;
  const held = shown ? '' : `; shown only on request: ${reason ?? 'not confident enough'}`;
  return `${detailsOf(suggestion)}${held}`;
}

function detailsOf({ confidence, provenance, origin, model, milliseconds }: Offer): string {
  const sources = provenance.slice(0, sourcesShown).map(source => `${source.path}:${source.line}`);
  const kind =
    model !== undefined ? `, written by ${model}` : origin === undefined ? '' : `, ${originText[origin]}`;
  const from = sources.length > 0 ? `${kind}: ${sources.join(', ')}` : kind;
  return `${Math.round(confidence * 100)} % confidence${from}, ${milliseconds.toFixed(1)} ms`;
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
