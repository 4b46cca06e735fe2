/** What keeps the tokens of files, and answers from them. */
export interface TokenMemory {
  /** Adds or replaces a file. */
  set(path: string, tokens: Uint16Array): void;
  delete(path: string): void;
  has(path: string): boolean;
  /** Nothing for a file that is not held. */
  tokensOf(path: string): Uint16Array | undefined;
  /** Makes ready to answer at once. */
  settle(): void;
  /** Tokens held. */
  readonly tokens: number;
  /** Bytes of working memory taken. */
  readonly bytes: number;
}

/** What is told of every change to the memory of tokens, after it. */
export interface Follower {
  /** A file is there, or has other content on disk than before. */
  changed(path: string): void;
  /** The unsaved text of a file is in memory. */
  edited(path: string): void;
  removed(path: string): void;
}
