/** What a summary is made from: the files that were read, as they were read. */
import type { Repository } from '../repository/repository.ts';
import type { TokenMemory } from '../repository/token-memory.ts';

export interface SummarySource {
  readonly name: string;
  /** In the order of the sequence. `version` differs whenever the text does. */
  files(): Iterable<{ readonly path: string; readonly tokens: number; readonly version: string }>;
  /** Nothing for a file that is gone by now. */
  textOf(path: string): string | undefined;
}

/** Texts come from memory, not from the disk: a summary speaks of what was read. */
export function sourceOf(name: string, repository: Repository<TokenMemory>): SummarySource {
  return {
    name,
    files: () =>
      repository.paths.flatMap(path => {
        const entry = repository.ledger.entryOf(path);
        return entry ? { path, tokens: entry.tokens, version: entry.hash } : [];
      }),
    textOf: path => repository.textOf(path),
  };
}
