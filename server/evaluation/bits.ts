import type { AsyncPredictor, PredictionScope } from '../copy-memory/predictor.ts';
import { renderPrompt } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { EvaluatedFile } from './lines.ts';

/** Tokens predicted per file, from its start. */
const maxTokens = 384;

/**
 * Bits per byte that a predictor needs for files it has not seen, left to right. The unknown mass of a distribution is
 * spread evenly over the vocabulary.
 */
export async function bitsPerByte(
  files: readonly EvaluatedFile[],
  predictor: AsyncPredictor,
  tokenizer: Tokenizer,
  scope: PredictionScope,
  signal?: AbortSignal,
): Promise<number> {
  let bits = 0;
  let bytes = 0;
  for (const file of files) {
    const hypothesis = predictor.begin(
      tokenizer.encodePieces(renderPrompt(file.path, '', '')),
      file.path,
      scope,
    );
    for (const token of tokenizer.encode(file.text).subarray(0, maxTokens)) {
      const { predictions } = await hypothesis.next();
      let known = 0;
      let probability = 0;
      for (const prediction of predictions) {
        known += prediction.probability;
        if (prediction.token === token) probability = prediction.probability;
      }
      const rest = Math.max(0, 1 - known) / tokenizer.vocabularySize;
      bits -= Math.log2(Math.max(probability + rest, 2 ** -30));
      bytes += tokenizer.bytesOf(token).length;
      hypothesis.push(token);
    }
    signal?.throwIfAborted();
    await new Promise(resolve => setImmediate(resolve));
  }
  return bytes === 0 ? 0 : bits / bytes;
}
