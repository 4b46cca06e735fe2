/** The input of a summary: the indexed files and their indexed text. */
import type { Repository } from '../repository/repository.ts';
import type { TokenMemory } from '../repository/token-memory.ts';

export interface SummarySource {
  readonly name: string;
  /** In sequence order. `version` changes with the text. */
  files(): Iterable<{ readonly path: string; readonly tokens: number; readonly version: string }>;
  /** Undefined for a file that no longer exists. */
  textOf(path: string): string | undefined;
}

/** Text comes from the index, not from the disk: a summary describes what was indexed. */
export function sourceOf(name: string, repository: Repository<TokenMemory>): SummarySource {
  return {
    name,
    files: () =>
      repository.paths.flatMap(path => {
        const tokens = repository.ledger.entryOf(path)?.tokens;
        const version = repository.versionOf(path);
        return tokens === undefined || version === undefined ? [] : { path, tokens, version };
      }),
    textOf: path => repository.textOf(path),
  };
}
