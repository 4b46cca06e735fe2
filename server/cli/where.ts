/** `longsight where`: finds code similar to a place. */
import path from 'node:path';
import { cleanLine } from '../protocol/clean-text.ts';
import type { ConnectedPlace } from '../protocol/requests.ts';
import { placesLike } from '../summary/where.ts';
import { UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { print, printJson } from './output.ts';
import { findPlace } from './place.ts';
import { openSession } from './session.ts';

export const where: Command = async (line, signal) => {
  if (line.at === undefined) throw new UsageError('"longsight where" requires --at <path>:<line>:<column>.');
  const { path: file, text } = findPlace(path.resolve(line.operands[0]!), line.at);
  const { repository, tokenizer } = await openSession(line, signal);
  const places = await placesLike(
    { path: file, text, line: line.at.line },
    {
      memory: repository.memory,
      tokenizer,
      paths: repository.paths,
      tokensOf: name => repository.memory.tokensOf(name),
      linesOf: (name, first, last) => repository.linesOf(name, first, last),
    },
    signal,
  );
  if (line.json) printJson({ places });
  else print(placesText(places));
};

function placesText(places: readonly ConnectedPlace[]): string {
  if (places.length === 0) return 'No similar code found elsewhere in the repository.';
  return places
    .map(
      ({ path: file, line, score, text, inside }) =>
        `${String(Math.round(score * 100)).padStart(3)} %  ${cleanLine(file)}:${line}  ${cleanLine(text)}${inside === undefined ? '' : `   (in ${cleanLine(inside)})`}`,
    )
    .join('\n');
}
