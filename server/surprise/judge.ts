/** How much a piece of a file surprises, given the rest of the repository: by the copy memory and the shipped model. */
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { ModelReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { Pace } from '../workspace/pace.ts';
import type { Surprise } from './by-line.ts';
import { mixedBits } from './mixture.ts';
import type { Piece } from './pieces.ts';

/** Rejects with the signal's reason once aborted. */
export type JudgePiece = (
  path: string,
  tokens: Uint16Array,
  piece: Piece,
  signal: AbortSignal,
) => Promise<Surprise>;

export interface JudgeOptions {
  readonly memory: CopyMemory;
  readonly tokenizer: Tokenizer;
  readonly engine: Pick<Engine, 'run'>;
  readonly model: ModelReference;
}

/** Milliseconds of the copy memory's work at a stretch: a request that comes meanwhile waits for them. */
const stretch = 2;

export function pieceJudge({ memory, tokenizer, engine, model }: JudgeOptions): JudgePiece {
  return async (path, tokens, { header, from, start, end }, signal) => {
    const ids = Uint16Array.from([...tokens.subarray(0, header), ...tokens.subarray(from, end)]);
    const offset = from - header;
    const asked = new Int32Array(ids.length).fill(-1);
    const judging = engine.run('judge', { model, ids, asked }, { signal });
    // Awaited below; the copy memory may be interrupted first.
    judging.catch(() => undefined);
    const elsewhere = memory.elsewhere(path);
    const pace = new Pace(stretch);
    const found = [];
    for (let at = start; at < end; at++) {
      await pace.rest(signal);
      found.push(elsewhere(tokens, at));
    }
    const judged = await judging;
    const lines = [0];
    let bits = 0;
    let bytes = 0;
    for (const [i, continuations] of found.entries()) {
      const token = tokens[start + i]!;
      const own = mixedBits(continuations, judged.bits[start + i - offset]!);
      bits += own;
      bytes += tokenizer.bytesOf(token).length;
      lines[lines.length - 1]! += own;
      for (let ends = tokenizer.newlinesIn(token); ends > 0; ends--) lines.push(0);
    }
    return { bits, bytes, lines };
  };
}
