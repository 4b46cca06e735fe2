/** The library's code model in onnxruntime's form: converted once, cached under its file's hash. */
import path from 'node:path';
import type { DecoderConfig } from '../../kernels/decoder/config.ts';
import type { DecoderLowering } from '../../kernels/decoder/weights.ts';
import { openCoder } from '../models/coder.ts';
import { expectDiskSpace } from '../models/download.ts';
import type { LocalModel, ModelLibrary } from '../models/library.ts';
import { type ConvertOptions, convertDecoder, convertedBytes, isConverted } from './convert.ts';

export interface PreparedCoder {
  /** Contains the converted model; `modelFile` gives its path. */
  readonly folder: string;
  readonly config: DecoderConfig;
  readonly lowering: DecoderLowering;
  /** SHA-256 of the model's file, in hex: the key of cached states. */
  readonly sha256: string;
}

/**
 * Converts a model unless that has been done. An interrupted conversion leaves nothing behind.
 * @throws GgufError when the file cannot be used, Error when the disk lacks space, the signal's reason
 */
export async function prepareCoder(
  library: ModelLibrary,
  model: LocalModel,
  options: ConvertOptions,
): Promise<PreparedCoder> {
  const { lowering, signal } = options;
  const coder = await openCoder(model.path);
  try {
    const { config, weights } = coder;
    const sha256 = await library.hashOf(model, signal);
    const folder = library.convertedFolder(sha256);
    if (!(await isConverted(folder, config, lowering))) {
      await expectDiskSpace(path.dirname(folder), convertedBytes(config, lowering));
      await convertDecoder(folder, config, weights, options);
    }
    return { folder, config, lowering, sha256 };
  } finally {
    await coder.close();
  }
}
