/** Which lines of a file are code: comments and strings over several lines are expected to surprise. */
import { canScan, Scanner } from '../source-text/scanner.ts';
import { languageOf } from '../workspace/language.ts';

/** One entry for each line. All lines of prose and data count, because nothing else is there. */
export function codeLines(path: string, text: string): boolean[] {
  const language = languageOf(path);
  const lines = text.split('\n');
  if (language.kind !== 'code') return lines.map(() => true);
  const scanner = canScan(language) ? new Scanner(language) : undefined;
  const blocks = language.blockComments.map(([opener]) => opener);
  const openers = [...language.lineComments, ...blocks, '"""', "'''"];
  return lines.map(line => {
    const begins = scanner?.kind ?? 'code';
    scanner?.feed(`${line}\n`);
    const start = line.trimStart();
    return begins === 'code' && start !== '' && !openers.some(opener => start.startsWith(opener));
  });
}
