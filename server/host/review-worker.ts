/** What does not look like the rest of the repository: in a document, and in what was changed. */
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { UnusualLines } from '../protocol/unusual.ts';
import type { Repository } from '../repository/repository.ts';
import type { UnitViewer } from '../unusual/model-view.ts';
import { unusualIn, unusualInText } from '../unusual/review.ts';
import { openViewer, type ViewerOptions } from '../unusual/viewer.ts';

interface Asked {
  readonly top?: number;
}

export interface ReviewWorkerOptions {
  readonly repository: Repository<CopyMemory>;
  /** Called with each file before it is processed. */
  readonly workOn: (path: string) => void;
  /** For the models that take part. */
  readonly viewer: Omit<ViewerOptions, 'tokenizer'>;
}

export class ReviewWorker {
  readonly #options: ReviewWorkerOptions;

  constructor(options: ReviewWorkerOptions) {
    this.#options = options;
  }

  /** @param document its file, with the text that the editor has; as it was read without one */
  async lines(
    { file, text, top }: Asked & { readonly file: string; readonly text?: string },
    signal: AbortSignal,
  ): Promise<UnusualLines> {
    const { repository, workOn } = this.#options;
    const path = repository.workspace.pathOfDocument(file) ?? file;
    const known = text ?? repository.textOf(path);
    if (known === undefined || repository.isBlocking(path)) return { lines: [], files: 0, checked: 0 };
    workOn(path);
    const model = await this.#model();
    return unusualInText(repository, path, known, { ...(top !== undefined && { top }), model, signal });
  }

  async changes(
    { revision, top }: Asked & { readonly revision: string },
    signal: AbortSignal,
  ): Promise<UnusualLines> {
    const { repository } = this.#options;
    const model = await this.#model();
    return unusualIn(repository, { revision, ...(top !== undefined && { top }), model, signal });
  }

  #model(): Promise<UnitViewer | undefined> {
    const { repository, viewer } = this.#options;
    return openViewer({ ...viewer, tokenizer: repository.tokenizer });
  }
}
