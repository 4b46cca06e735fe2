/** The only importer of onnxruntime-node; only the engine process and its throw-away probes load this file. */
import type * as Onnxruntime from 'onnxruntime-node';
import type { OnnxModel } from '../../../kernels/onnx/graph-builder.ts';
import type { Device } from '../device.ts';
import type { FloatTensor, IndexTensor } from '../tensor.ts';
import './no-telemetry.ts';

export interface GraphSession {
  /** Runs the graph. Blocks this process while it does, whatever the promise looks like. */
  run(feeds: Readonly<Record<string, FloatTensor | IndexTensor>>): Promise<Record<string, FloatTensor>>;
  release(): Promise<void>;
}

export interface OpenOptions {
  /** Threads within an operator on the CPU; all cores when left out. */
  readonly threads?: number;
}

export interface Runtime {
  /** The devices whose libraries came with this installation. */
  readonly bundled: readonly string[];
  /** Throws what onnxruntime throws: a device that is not there, a graph it does not accept. Some devices abort instead. */
  open(model: OnnxModel, device: Device, options?: OpenOptions): Promise<GraphSession>;
}

/** Loads the native library. Throws a clause for the user where there is none for this machine, or it does not load. */
export async function loadRuntime(): Promise<Runtime> {
  const library = await load();
  return {
    bundled: library
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name),
    open: (model, device, options = {}) => open(library, model, device, options),
  };
}

async function load(): Promise<typeof Onnxruntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new Error(loadingProblem(error), { cause: error });
  }
}

async function open(
  library: typeof Onnxruntime,
  { bytes, externalData }: OnnxModel,
  device: Device,
  { threads }: OpenOptions,
): Promise<GraphSession> {
  const session = await library.InferenceSession.create(bytes, {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    externalData,
    // Warnings about nodes that stay on the CPU are no news to a user.
    logSeverityLevel: 3,
    // Files have all lengths. onnxruntime keeps a plan for each, and its arena falls to pieces that fit no other: memory would grow as long
    // as something is read. The system's allocator takes no longer.
    enableMemPattern: false,
    enableCpuMemArena: false,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  });
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
        name,
        data instanceof Float32Array
          ? new library.Tensor('float32', data, shape)
          : new library.Tensor('int64', data, shape),
      ]);
      const outputs = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data, dims }]) => {
          if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is not float32`);
          return [name, { data, shape: dims }];
        }),
      );
    },
    release: () => session.release(),
  };
}

function loadingProblem(error: unknown): string {
  const machine = `${process.platform}-${process.arch}`;
  const [message] = String(error instanceof Error ? error.message : error).split('\n');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
    ? `there is no onnxruntime for this machine (${machine}) in this installation`
    : `onnxruntime does not load on this machine (${machine}): ${message}`;
}
