import type { Candidate } from '../documents/candidates.ts';
import type { Sentence } from '../documents/prose.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Statement } from '../protocol/requests.ts';
import type { Route } from '../syntax/routes.ts';
import type { Shapes } from '../syntax/shapes.ts';
import type { Aside } from './aside.ts';
import type { GraphFile } from './graph-file.ts';
import type { Head } from './heads.ts';

/** Facts about one file. */
export interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  /** The file's description; chosen when all files are known. */
  readonly statement?: Statement;
  /** The statement contains no sentence from the repository. */
  readonly unspoken: boolean;
  readonly manifest?: Manifest;
  /** Candidate sentences for the statement. */
  readonly candidates: readonly Candidate[];
  readonly heads: readonly Head[];
  readonly routes: readonly Route[];
  /** Of code that people wrote. */
  readonly shapes?: Shapes;
  /** The first heading of a document. */
  readonly title?: Sentence;
  /** The sections of a document, in a line. */
  readonly contents?: Sentence;
  /** Why a reader need not know it. */
  readonly aside?: Aside;
}
