/** Why a file is not indexed. */

export type SkipReason =
  | 'binary'
  | 'generated'
  | 'minified'
  | 'oversized'
  | 'secret'
  | 'excluded'
  | 'encoding'
  | 'symlink'
  | 'submodule'
  | 'unreadable'
  | 'vanished'
  | 'empty'
  | 'limit'
  | 'blocking';

export interface Verdict {
  readonly reason: SkipReason;
  /** A plain sentence for the user. Never contains a secret. */
  readonly detail: string;
}
