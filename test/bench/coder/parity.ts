/** Compares the float32 graph with another implementation of the same model: logits and greedy tokens. */
import { existsSync, readFileSync } from 'node:fs';
import { decode } from '../../../server/decoder/decode.ts';
import type { DecoderModel } from '../../../server/decoder/model.ts';
import { DecoderSession } from '../../../server/decoder/session.ts';
import { greedy } from '../../../server/model-memory/sampling.ts';

/** Output of `coder-reference.py`. */
interface Reference {
  readonly ids: readonly number[];
  /** Positions, and the logits after each, as base64 of float32. */
  readonly positions: readonly number[];
  readonly logits: readonly string[];
  readonly greedy: readonly { readonly prompt: readonly number[]; readonly tokens: readonly number[] }[];
}

export async function compareParity(model: DecoderModel, file: string): Promise<void> {
  if (!existsSync(file)) throw new Error('CODER_REFERENCE has to name what coder-reference.py wrote.');
  const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;
  const { vocabulary } = model.config;
  const session = new DecoderSession(model);
  const { logits } = await session.read(reference.ids, { positions: reference.ids.length });
  let [largest, difference] = [0, 0];
  for (const [index, position] of reference.positions.entries()) {
    const bytes = Buffer.from(reference.logits[index]!, 'base64');
    const expected = new Float32Array(new Uint8Array(bytes).buffer);
    for (const [id, value] of expected.entries()) {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - logits[position * vocabulary + id]!));
    }
  }
  console.log(
    `logits after ${reference.positions.length} of ${reference.ids.length} tokens: largest difference ${difference.toExponential(2)}, largest logit ${largest.toFixed(1)}`,
  );
  let equal = 0;
  for (const { prompt, tokens } of reference.greedy) {
    session.begin();
    const last = await session.read(prompt);
    const options = { maxTokens: tokens.length, choose: greedy, isEnd: () => false };
    const decoded = await decode(session, last, vocabulary, options);
    if (decoded.tokens.join() === tokens.join()) equal++;
  }
  console.log(
    `the same ${reference.greedy[0]?.tokens.length ?? 0} tokens after ${equal} of ${reference.greedy.length} prompts`,
  );
}
