import type { Statement } from '../protocol/requests.ts';
import type { Candidate } from './candidates.ts';
import type { GraphFile } from './graph.ts';
import type { Manifest } from './manifests.ts';

/** What one file says of itself. */
export interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  readonly statement?: Statement;
  /** The statement is a list of names: the file has no sentence. */
  readonly unspoken: boolean;
  readonly manifest?: Manifest;
  /** Sentences of which another than the first may stand for the file; only where there are several. */
  readonly candidates?: readonly Candidate[];
}
