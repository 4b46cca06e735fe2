/** Unusual lines of a repository that was read: of one text, of a part, or of what differs from a revision. */
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { UnusualLines as Found, UnusualLine } from '../protocol/unusual.ts';
import type { Repository } from '../repository/repository.ts';
import { linesOf } from '../source-text/position.ts';
import { languageOf } from '../workspace/language.ts';
import { changedLines } from './changed-lines.ts';
import type { UnitViewer } from './model-view.ts';
import { UnusualLines } from './unusual-lines.ts';

export interface ReviewOptions {
  /** A folder or file of the sequence; everything without it. */
  readonly path?: string;
  /** Only what differs from this revision. */
  readonly revision?: string;
  /** The most lines wanted; without it, those unusual enough to be shown unasked. */
  readonly top?: number;
  /** Takes part beside the copy memory. */
  readonly model?: UnitViewer | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * @throws RangeError where `path` names nothing that was read
 * @throws RevisionError where git cannot compare with the revision
 */
export async function unusualIn(
  repository: Repository<CopyMemory>,
  { path, revision, top, model, signal, onProgress = () => {} }: ReviewOptions,
): Promise<Found> {
  const part = path?.replace(/\/+$/, '');
  const isAsked = (file: string) => part === undefined || file === part || file.startsWith(`${part}/`);
  const paths = repository.paths.filter(isAsked);
  if (paths.length === 0 && part !== undefined) throw new RangeError(`No file was read at "${path}".`);
  const changed =
    revision === undefined ? undefined : (await changedLines(repository, revision, signal)).files;
  const files = paths.filter(file => isCode(file) && (changed === undefined || changed.has(file)));
  const unusual = new UnusualLines(repository.memory, repository.tokenizer, model);
  const most = top ?? mostShown;
  let lines: UnusualLine[] = [];
  let checked = 0;
  for (const [done, file] of files.entries()) {
    onProgress(done, files.length);
    signal?.throwIfAborted();
    const text = repository.textOf(file);
    if (text === undefined) continue;
    const among = changed?.get(file);
    checked += among?.size ?? linesOf(text).length;
    const found = await unusual.inText(file, text, { most, among, signal });
    lines.push(...(top === undefined ? found.filter(({ isUnusual }) => isUnusual) : found));
    if (lines.length > 4 * most) lines = mostUnusual(lines, most);
  }
  return { lines: mostUnusual(lines, most), files: files.length, checked };
}

/** Of one text, as an editor has it. */
export async function unusualInText(
  repository: Repository<CopyMemory>,
  path: string,
  text: string,
  { top, model, signal }: Pick<ReviewOptions, 'top' | 'model' | 'signal'>,
): Promise<Found> {
  const unusual = new UnusualLines(repository.memory, repository.tokenizer, model);
  const found = await unusual.inText(path, text, { most: top ?? mostShown, signal });
  const lines = top === undefined ? found.filter(({ isUnusual }) => isUnusual) : found;
  return { lines, files: 1, checked: linesOf(text).length };
}

/** Whether a file is written to be run: prose and data are expected to surprise. */
export function isCode(path: string): boolean {
  return languageOf(path).kind === 'code';
}

function mostUnusual(lines: readonly UnusualLine[], most: number): UnusualLine[] {
  return lines
    .toSorted(
      (one, other) =>
        other.score - one.score ||
        (one.path < other.path ? -1 : one.path > other.path ? 1 : one.line - other.line),
    )
    .slice(0, most);
}

/** A list longer than this is not read. */
const mostShown = 100;
