import type { AsyncPredictor } from '../copy-memory/predictor.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { languageOf } from '../workspace/language.ts';
import { complete } from './complete.ts';

/**
 * Completes inside some code files to compile the code paths: the first runs take many times longer, longer than a user
 * waits for a suggestion.
 */
export async function warmUp(
  paths: readonly string[],
  textOf: (path: string) => string | undefined,
  predictor: AsyncPredictor,
  tokenizer: Tokenizer,
  signal: AbortSignal,
): Promise<void> {
  const code = paths.filter(path => languageOf(path).kind === 'code');
  for (let i = 0; i < mostFiles; i++) {
    const path = code[Math.floor(((i + 0.5) * code.length) / mostFiles)];
    const text = path === undefined ? undefined : textOf(path);
    if (path === undefined || text === undefined) continue;
    const middle = text.indexOf('\n', text.length >> 1) + 1;
    for (const offset of [middle, middle + 8]) {
      await complete({ path, text, offset: Math.min(offset, text.length) }, predictor, tokenizer, signal);
      if (signal.aborted) return;
    }
  }
}

const mostFiles = 6;
