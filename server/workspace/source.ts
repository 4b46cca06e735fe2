/** What the workspace room hands on: source files, and what it left out and why. */
import type { SkipReason } from '../protocol/verdict.ts';

/** A folder the user opened. */
export interface WorkspaceFolder {
  /** The prefix of its files' paths in a workspace of several folders. */
  readonly name: string;
  /** Absolute path. */
  readonly root: string;
}

/** A file that is worth reading, before it is read. */
export interface SourceFile {
  /** Relative to its workspace folder, with `/`; starts with the folder's name in a workspace of several folders. Unique. */
  readonly path: string;
  readonly absolute: string;
  /** Size in bytes when it was discovered. */
  readonly bytes: number;
  /** Modification time in milliseconds since the epoch when it was discovered. */
  readonly modified: number;
  /** When its content, name or rights last changed (`ctime`): unlike `modified`, no program can set it back. */
  readonly changed: number;
  /** The user asked for it (`!pattern`), or the repository says that it is not generated: it is read even where it looks generated. */
  readonly wanted: boolean;
}

/** A file as text. */
export interface SourceText {
  readonly path: string;
  /** Decoded text, line endings as on disk, byte order mark removed. */
  readonly text: string;
  /** SHA-256 of the bytes on disk, in hex: the same file has the same hash in every clone. */
  readonly hash: string;
  /** A plain sentence for the user where reading it took a guess. */
  readonly note?: string;
}

export interface Skipped {
  readonly path: string;
  readonly reason: SkipReason;
  /** A plain sentence for the user. Never contains a secret. */
  readonly detail?: string;
}
