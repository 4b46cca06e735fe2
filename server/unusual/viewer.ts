/** The models that judge units for one request: the selected code model as far as time goes, and the shipped one. */
import path from 'node:path';
import type { CoderReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import { shippedModelFolder } from '../tokens/load.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { coderViewer } from './coder-viewer.ts';
import type { UnitViewer } from './model-view.ts';
import { nanoViewer } from './nano-viewer.ts';

export interface ViewerOptions {
  readonly engine: Pick<Engine, 'run'>;
  readonly tokenizer: Tokenizer;
  /** The shipped model's folder if empty. */
  readonly modelFolder: string;
  readonly coder: CoderReference | undefined;
  /** Gets a sentence when a model cannot be used. */
  readonly onProblem: (problem: string) => void;
}

export async function openViewer(options: ViewerOptions): Promise<UnitViewer> {
  const { engine, tokenizer, modelFolder, coder, onProblem } = options;
  const model = {
    folder: path.resolve(modelFolder || shippedModelFolder()),
    tokenizerHash: tokenizer.hash,
  };
  const shipped = nanoViewer({ engine, model, onProblem });
  if (coder === undefined) return shipped;
  return coderViewer({ engine, coder, tokenizer, otherwise: shipped, onProblem });
}
