/** What does not look like the rest of the repository: in a document, and in what was changed. */
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { UnusualLines } from '../protocol/unusual.ts';
import type { Repository } from '../repository/repository.ts';
import { unusualIn, unusualInText } from '../unusual/review.ts';

interface Asked {
  readonly top?: number;
}

export class ReviewWorker {
  readonly #repository: Repository<CopyMemory>;

  readonly #workOn: (path: string) => void;

  /** @param workOn called with each file before it is processed */
  constructor(repository: Repository<CopyMemory>, workOn: (path: string) => void) {
    this.#repository = repository;
    this.#workOn = workOn;
  }

  /** @param document its file, with the text that the editor has; as it was read without one */
  async lines(
    { file, text, top }: Asked & { readonly file: string; readonly text?: string },
    signal: AbortSignal,
  ): Promise<UnusualLines> {
    const path = this.#repository.workspace.pathOfDocument(file) ?? file;
    const known = text ?? this.#repository.textOf(path);
    if (known === undefined || this.#repository.isBlocking(path)) return { lines: [], files: 0, checked: 0 };
    this.#workOn(path);
    return unusualInText(this.#repository, path, known, { ...(top !== undefined && { top }), signal });
  }

  changes(
    { revision, top }: Asked & { readonly revision: string },
    signal: AbortSignal,
  ): Promise<UnusualLines> {
    return unusualIn(this.#repository, { revision, ...(top !== undefined && { top }), signal });
  }
}
