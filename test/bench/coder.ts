/**
 * The coder beside others: `npm run bench -- coder <what>`, with
 *
 * - `CODER_GGUF`: a model, `CODER`: a folder that it is converted into, or was,
 * - `NODE_LLAMA_CPP`: the folder of the npm package node-llama-cpp, whose llama.cpp `speed` compares with,
 * - `CODER_REFERENCE` (for `parity`): what `coder-reference.py` wrote.
 *
 * What: `parity` (float32 against another implementation), `accuracy <tokens>` (eight bits against float32: bits a byte, the same first
 * token), `speed <contexts>` (reading, decoding, drafts, memory; beside llama.cpp on one thread, by turns, in processor time).
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import { convertDecoder } from '../../server/decoder/convert.ts';
import { chooseLowering } from '../../server/decoder/exactness.ts';
import { DecoderModel } from '../../server/decoder/model.ts';
import { loadRuntime } from '../../server/engine/worker/session.ts';
import { openCoder } from '../../server/models/coder.ts';
import { compareAccuracy } from './coder/accuracy.ts';
import { openLlama } from './coder/llama.ts';
import { compareParity } from './coder/parity.ts';
import { compareSpeed } from './coder/speed.ts';

const folder = process.env['CODER'] ?? '';
const gguf = process.env['CODER_GGUF'] ?? '';
const llamaFolder = process.env['NODE_LLAMA_CPP'] ?? '';

await main(process.argv[2] ?? 'speed', process.argv.slice(3).map(Number));

async function main(what: string, numbers: readonly number[]): Promise<void> {
  if (folder === '' || !existsSync(gguf)) {
    missing('CODER_GGUF has to name a model, and CODER a folder to convert it into');
    return;
  }
  const runtime = await loadRuntime();
  const { config, weights, tokenizer } = await openCoder(gguf);
  const open = async (lowering: DecoderLowering): Promise<DecoderModel> => {
    await convertDecoder(folder, config, weights, { lowering });
    return await DecoderModel.open(runtime, folder, config, { lowering, device: 'cpu', threads: 1 });
  };
  if (what === 'parity') {
    await compareParity(await open('float32'), process.env['CODER_REFERENCE'] ?? '');
    return;
  }
  const fast = await chooseLowering(runtime, 'cpu');
  if (what === 'accuracy') {
    await compareAccuracy(tokenizer, open, [fast], numbers[0] ?? 5000);
    return;
  }
  if (!existsSync(path.join(llamaFolder, 'dist/index.js'))) {
    missing('NODE_LLAMA_CPP has to name the folder of node-llama-cpp');
    return;
  }
  if (what === 'speed') {
    const contexts = numbers.length > 0 ? numbers : [512, 2048, 4096];
    await compareSpeed(await openLlama(llamaFolder, gguf), tokenizer, await open(fast), fast, contexts);
  } else missing(`there is no comparison named ${what}`);
}

function missing(what: string): void {
  const line = '='.repeat(80);
  console.error(`${line}\nNOT COMPARED: ${what}.\n${line}`);
  process.exitCode = 3;
}
