/** The interface to the graph runtime, without loading onnxruntime. */
import type { OnnxModel } from '../../kernels/onnx/graph-builder.ts';
import type { Device } from './device.ts';
import type { FloatTensor, IndexTensor } from './tensor.ts';

export interface GraphSession {
  /** Runs the graph. Blocks this process despite the promise. */
  run(
    feeds: Readonly<Record<string, FloatTensor | IndexTensor>>,
    outputs?: OutputPlaces,
  ): Promise<Record<string, FloatTensor>>;
  release(): Promise<void>;
}

/**
 * Requested outputs and their destinations: a tensor to write into, which on the CPU may be one of the feeds, or
 * `undefined` for a new one.
 */
export type OutputPlaces = Readonly<Record<string, FloatTensor | undefined>>;

export interface OpenOptions {
  /** Intra-op threads on the CPU; defaults to all cores. */
  readonly threads?: number;
  /** Other sessions run as soon as this one's run ends: its threads must not spin then. */
  readonly isInterleaved?: boolean;
}

export interface Runtime {
  /** Devices whose libraries are installed. */
  readonly bundled: readonly string[];
  /** Throws onnxruntime's errors: a missing device, a rejected graph. Some devices abort instead. */
  open(model: OnnxModel, device: Device, options?: OpenOptions): Promise<GraphSession>;
  /** Same for a model file whose weight files lie beside it; they are mapped, not read into RAM. */
  openFile(file: string, device: Device, options?: OpenOptions): Promise<GraphSession>;
}
