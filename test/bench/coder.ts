/**
 * The coder beside others: `npm run bench:coder -- <what>`, with
 *
 * - `CODER`: the folder of a converted model (`decoder.json`, `<lowering>.onnx`),
 * - `CODER_GGUF`: the file that it was converted from, and `NODE_LLAMA_CPP`: the folder of the npm package node-llama-cpp, whose
 *   tokenizer cuts the text and whose llama.cpp is compared with,
 * - `CODER_REFERENCE` (for `parity`): what `coder-reference.py` wrote.
 *
 * What: `parity` (float32 against another implementation), `accuracy` (eight bits against float32: bits a byte, the same first token),
 * `speed` (reading, decoding, drafts, memory; beside llama.cpp on one thread, by turns, in processor time). Without its parts it says so.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDecoderConfig } from '../../kernels/decoder/config.ts';
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import { chooseLowering } from '../../server/decoder/exactness.ts';
import { DecoderModel } from '../../server/decoder/model.ts';
import { loadRuntime } from '../../server/engine/session.ts';
import { compareAccuracy } from './coder/accuracy.ts';
import { type LlamaModel, openLlama } from './coder/llama.ts';
import { compareParity } from './coder/parity.ts';
import { compareSpeed } from './coder/speed.ts';

const folder = process.env['CODER'] ?? '';
const gguf = process.env['CODER_GGUF'] ?? '';
const llamaFolder = process.env['NODE_LLAMA_CPP'] ?? '';

await main(process.argv[2] ?? 'speed', process.argv.slice(3).map(Number));

async function main(what: string, numbers: readonly number[]): Promise<void> {
  if (!existsSync(path.join(folder, 'decoder.json')))
    return missing('CODER has to name the folder of a converted model');
  const config = parseDecoderConfig(readFileSync(path.join(folder, 'decoder.json'), 'utf8'));
  const runtime = await loadRuntime();
  const open = (lowering: DecoderLowering) =>
    DecoderModel.open(runtime, folder, config, { lowering, device: 'cpu', threads: 1 });
  const fast = await chooseLowering(runtime, 'cpu');
  switch (what) {
    case 'parity':
      return await compareParity(await open('float32'), process.env['CODER_REFERENCE'] ?? '');
    case 'accuracy': {
      const llama = await theirs();
      return llama && (await compareAccuracy(llama, open, [fast], numbers[0] ?? 5000));
    }
    case 'speed': {
      const llama = await theirs();
      return (
        llama &&
        (await compareSpeed(llama, await open(fast), fast, numbers.length > 0 ? numbers : [512, 2048, 4096]))
      );
    }
    default:
      return missing(`There is no comparison named ${what}`);
  }
}

async function theirs(): Promise<LlamaModel | undefined> {
  if (!existsSync(path.join(llamaFolder, 'dist/index.js')) || !existsSync(gguf)) {
    missing('NODE_LLAMA_CPP has to name the folder of node-llama-cpp, and CODER_GGUF a model');
    return undefined;
  }
  return await openLlama(llamaFolder, gguf);
}

function missing(what: string): undefined {
  const line = '='.repeat(80);
  console.error(`${line}\nNOT COMPARED: ${what}.\n${line}`);
  process.exitCode = 3;
}
