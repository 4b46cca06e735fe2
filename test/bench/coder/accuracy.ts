/** Error of a lowering relative to float32, on code. */
import type { DecoderLowering } from '../../../kernels/decoder/weights.ts';
import type { DecoderModel } from '../../../server/decoder/model.ts';
import { DecoderSession } from '../../../server/decoder/session.ts';
import type { DecoderTokenizer } from '../../../server/decoder-tokens/tokenizer.ts';
import { greedy } from '../../../server/model-memory/sampling.ts';
import { type Document, documents } from './text.ts';

interface Reading {
  readonly bitsPerByte: number;
  /** The most probable token after each. */
  readonly first: readonly number[];
}

export async function compareAccuracy(
  tokenizer: DecoderTokenizer,
  open: (lowering: DecoderLowering) => Promise<DecoderModel>,
  lowerings: readonly DecoderLowering[],
  count: number,
): Promise<void> {
  const texts = documents(tokenizer, count);
  const exact = await readAll(await open('float32'), texts);
  const total = texts.reduce((sum, { ids }) => sum + ids.length, 0);
  console.log(
    `float32: ${exact.bitsPerByte.toFixed(4)} bits a byte on ${total} tokens of ${texts.length} files`,
  );
  for (const lowering of lowerings) {
    const { bitsPerByte, first } = await readAll(await open(lowering), texts);
    const same = first.filter((token, at) => token === exact.first[at]).length / first.length;
    const change = bitsPerByte / exact.bitsPerByte - 1;
    console.log(
      `${lowering}: ${bitsPerByte.toFixed(4)} bits a byte (${(100 * change).toFixed(2)} %), the same first token in ${(100 * same).toFixed(2)} %`,
    );
  }
}

async function readAll(model: DecoderModel, texts: readonly Document[]): Promise<Reading> {
  const { vocabulary } = model.config;
  const first: number[] = [];
  let nats = 0;
  for (const { ids } of texts) {
    const session = new DecoderSession(model);
    for (let start = 0; start < ids.length; start += 32) {
      const piece = ids.slice(start, start + 32);
      const { logits, normalizers } = await session.read(piece, { positions: piece.length });
      for (let at = 0; at < piece.length; at++) {
        const row = logits.subarray(at * vocabulary, (at + 1) * vocabulary);
        first.push(greedy(row));
        const next = ids[start + at + 1];
        if (next !== undefined) nats += normalizers[at]! - row[next]!;
      }
    }
  }
  await model.release();
  const bytes = texts.reduce((sum, text) => sum + text.bytes, 0);
  return { bitsPerByte: nats / Math.LN2 / bytes, first };
}
