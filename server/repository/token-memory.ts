/** A store of files' tokens that answers queries. */
export interface TokenMemory {
  /** Adds or replaces a file. */
  set(path: string, tokens: Uint16Array): void;
  delete(path: string): void;
  has(path: string): boolean;
  /** Undefined for a file that is not stored. */
  tokensOf(path: string): Uint16Array | undefined;
  /** Prepares for fast queries. */
  settle(): void;
  /** Number of tokens. */
  readonly tokens: number;
  /** RAM used, in bytes. */
  readonly bytes: number;
}

/** Notified after every change of the token memory. */
export interface Follower {
  /** A file is new, or its content on disk has changed. */
  changed(path: string): void;
  /** A file's unsaved text was indexed. */
  edited(path: string): void;
  removed(path: string): void;
}
