/** `longsight map`: the files of a folder by size, coloured by language, recency or surprise. */
import path from 'node:path';
import { cleanLine } from '../protocol/clean-text.ts';
import { count } from '../protocol/counted.ts';
import type { RepositoryMap } from '../protocol/requests.ts';
import { readChanges } from '../summary/changes.ts';
import { buildMap, pathInMap } from '../summary/map.ts';
import { mapColours, mapSvg } from '../summary/map-svg.ts';
import { summarize } from '../summary/summarize.ts';
import { SurpriseMeter } from '../summary/surprise.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { note, print, printJson } from './output.ts';
import { findPart } from './place.ts';
import { openSession } from './session.ts';
import { factsOfSession } from './summarize.ts';

const filesShown = 20;
/** Milliseconds for git history. */
const historyBudget = 5000;

export const map: Command = async (line, signal) => {
  const colour = mapColours.find(name => name === (line.colour ?? 'language'));
  if (colour === undefined)
    throw new UsageError(`--colour must be one of ${mapColours.join(', ')}, not "${line.colour}".`);
  if (line.relations && line.path !== undefined)
    throw new UsageError('--relations draws the whole repository and does not take --path.');
  const part = findPart(path.resolve(line.operands[0]!), line.path);
  const session = await openSession(line, signal);
  const { name, repository, tokenizer } = session;
  const { source, facts } = await factsOfSession(session, signal);
  const { changed } = await readChanges(repository, historyBudget, signal);
  const meter = new SurpriseMeter();
  const { memory } = repository;
  const measured = { ...source, memory, tokenizer, tokensOf: (path: string) => memory.tokensOf(path) };
  // Measure surprise only if it is shown.
  const surprise =
    colour === 'surprise' || !(line.svg || line.relations)
      ? await meter.measure(measured, signal)
      : new Map<string, number>();
  const extras = { changed, surprise, peaks: new Map<string, number>(), surpriseMethod: meter.method };
  try {
    const built = buildMap(name, facts, extras, part);
    if (line.json) printJson(built);
    else if (line.svg || line.relations) {
      const relations = line.relations ? { relations: summarize(source, facts).relations } : {};
      print(mapSvg(built, { colour, now: Date.now() / 1000, ...relations }).trimEnd());
    } else print(mapText(built));
    if (surprise.size > 0 && !line.json) note(`Surprise: ${meter.method}`);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
};

/** The largest files as lines; the picture shows all. */
export function mapText(built: RepositoryMap): string {
  const { files, languages } = built;
  const largest = [...files.tokens.keys()].sort((one, other) => files.tokens[other]! - files.tokens[one]!);
  const widest = Math.max(...languages.map(({ name }) => name.length), 'language'.length);
  const rows = largest.slice(0, filesShown).map(file => {
    const changed = files.changed[file];
    return [
      count(files.tokens[file]!).padStart(7),
      changed == null ? ' '.repeat(10) : new Date(changed * 1000).toISOString().slice(0, 10),
      (files.surprise[file]?.toFixed(2) ?? '').padStart(8),
      languages[files.languages[file]!]!.name.padEnd(widest),
      cleanLine(pathInMap(built, file)),
    ].join('  ');
  });
  const head = `${' tokens'}  ${'changed'.padEnd(10)}  surprise  ${'language'.padEnd(widest)}  path`;
  const more = largest.length - rows.length;
  return [head, ...rows, ...(more > 0 ? [`… and ${count(more)} more; --svg draws them all`] : [])].join('\n');
}
