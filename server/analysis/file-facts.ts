import type { Sentence } from '../documents/prose.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Statement } from '../protocol/requests.ts';
import type { Aside } from './aside.ts';
import type { Candidate } from './candidates.ts';
import type { GraphFile } from './graph-file.ts';
import type { Head } from './heads.ts';

/** What one file says of itself. */
export interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  /** What stands for the file; chosen when all files are known. */
  readonly statement?: Statement;
  /** No sentence of the repository is in the statement. */
  readonly unspoken: boolean;
  readonly manifest?: Manifest;
  /** Sentences about the file, of which one may stand for it. */
  readonly candidates: readonly Candidate[];
  readonly heads: readonly Head[];
  /** The first heading of a document. */
  readonly title?: Sentence;
  /** Why it is no file that a reader should know. */
  readonly aside?: Aside;
}
