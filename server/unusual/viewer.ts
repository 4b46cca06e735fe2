/** The model that judges units for one request beside the copy memory: the selected code model, as far as time goes. */
import type { CoderReference } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { coderViewer } from './coder-viewer.ts';
import type { UnitViewer } from './model-view.ts';

export interface ViewerOptions {
  readonly engine: Pick<Engine, 'run'>;
  readonly tokenizer: Tokenizer;
  readonly coder: CoderReference | undefined;
  /** Gets a sentence when a model cannot be used. */
  readonly onProblem: (problem: string) => void;
}

/** @returns undefined without a code model */
export async function openViewer({ coder, ...options }: ViewerOptions): Promise<UnitViewer | undefined> {
  return coder && coderViewer({ ...options, coder });
}
