/** Encodes one file from bytes to tokens, timing each stage. */
import type { Verdict } from '../protocol/verdict.ts';
import { renderFile } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { type SourceBytes, textOf } from '../workspace/read.ts';
import { mayHoldSecret, verdictOnSecrets } from '../workspace/secrets/find.ts';

export type Stage = 'discover' | 'read' | 'filter' | 'secrets' | 'encode' | 'index' | 'cache';

/** Milliseconds per stage. */
export class StageClock {
  readonly spent: Record<Stage, number> = {
    discover: 0,
    read: 0,
    filter: 0,
    secrets: 0,
    encode: 0,
    index: 0,
    cache: 0,
  };

  time<Result>(stage: Stage, work: () => Result): Result {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.spent[stage] += performance.now() - start;
    }
  }

  async wait<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.spent[stage] += performance.now() - start;
    }
  }
}

export interface Tokens {
  readonly tokens: Uint16Array;
  readonly note?: string;
}

/**
 * The tokens of a rendered file, or why it is not indexed.
 * @param onTurn called before more work, when the event loop may have turned
 */
export async function encodeFile(
  read: SourceBytes,
  hash: string,
  tokenizer: Tokenizer,
  clock: StageClock,
  onTurn: () => void,
): Promise<Tokens | Verdict> {
  const source = clock.time('filter', () => textOf(read, hash));
  if ('reason' in source) return source;
  if (clock.time('secrets', () => mayHoldSecret(source.path, source.text))) {
    const verdict = await clock.wait('secrets', () => verdictOnSecrets(source.path, source.text, onTurn));
    if (verdict !== undefined) return verdict;
  }
  const tokens = clock.time('encode', () => tokenizer.encodePieces(renderFile(source.path, source.text)));
  return { tokens, ...(source.note !== undefined && { note: source.note }) };
}
