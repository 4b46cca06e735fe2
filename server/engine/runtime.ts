/** What runs graphs, as those see it who do not load onnxruntime themselves. */
import type { OnnxModel } from '../../kernels/onnx/graph-builder.ts';
import type { Device } from './device.ts';
import type { FloatTensor, IndexTensor } from './tensor.ts';

export interface GraphSession {
  /** Runs the graph. Blocks this process while it does, whatever the promise looks like. */
  run(
    feeds: Readonly<Record<string, FloatTensor | IndexTensor>>,
    outputs?: OutputPlaces,
  ): Promise<Record<string, FloatTensor>>;
  release(): Promise<void>;
}

/**
 * The outputs that a run is to give, and where: written into the tensor, which on the CPU may be one of the feeds, or, with `undefined`, into
 * a new one.
 */
export type OutputPlaces = Readonly<Record<string, FloatTensor | undefined>>;

export interface OpenOptions {
  /** Threads within an operator on the CPU; all cores when left out. */
  readonly threads?: number;
}

export interface Runtime {
  /** The devices whose libraries came with this installation. */
  readonly bundled: readonly string[];
  /** Throws what onnxruntime throws: a device that is not there, a graph it does not accept. Some devices abort instead. */
  open(model: OnnxModel, device: Device, options?: OpenOptions): Promise<GraphSession>;
  /** The same for a model in a file, with its weights in files beside it, which are mapped and not read into memory. */
  openFile(file: string, device: Device, options?: OpenOptions): Promise<GraphSession>;
}
