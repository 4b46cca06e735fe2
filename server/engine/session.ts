/** The only importer of onnxruntime-node; only the engine process and its throw-away probes load this file. */
import type * as Onnxruntime from 'onnxruntime-node';
import type { OnnxModel } from '../../kernels/onnx/graph-builder.ts';
import type { Device } from './device.ts';

/** A float32 tensor in row-major order. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Token ids, as the graphs of models take them. */
export interface IndexTensor {
  readonly shape: readonly number[];
  readonly data: BigInt64Array;
}

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

/** Loads the native library. Throws a clause for the user where there is none for this machine, or it does not load. */
export async function loadRuntime(): Promise<Runtime> {
  const library = await load();
  return {
    bundled: library
      .listSupportedBackends()
      .filter(({ bundled }) => bundled)
      .map(({ name }) => name),
    open: async ({ bytes, externalData }, device, options = {}) =>
      wrap(
        library,
        await library.InferenceSession.create(bytes, { ...settings(device, options), externalData }),
      ),
    openFile: async (file, device, options = {}) =>
      wrap(library, await library.InferenceSession.create(file, settings(device, options))),
  };
}

async function load(): Promise<typeof Onnxruntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new Error(loadingProblem(error), { cause: error });
  }
}

function settings(device: Device, { threads }: OpenOptions): Onnxruntime.InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    // Warnings about nodes that stay on the CPU are no news to a user.
    logSeverityLevel: 3,
    // Files have all lengths. onnxruntime keeps a plan for each, and its arena falls to pieces that fit no other: memory would grow as long
    // as something is read. The system's allocator takes no longer.
    enableMemPattern: false,
    enableCpuMemArena: false,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
}

function wrap(library: typeof Onnxruntime, session: Onnxruntime.InferenceSession): GraphSession {
  const float = ({ data, shape }: FloatTensor) => new library.Tensor('float32', data, shape);
  return {
    async run(feeds, places) {
      const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
        name,
        data instanceof Float32Array ? float({ data, shape }) : new library.Tensor('int64', data, shape),
      ]);
      const outputs = await session.run(Object.fromEntries(tensors), fetchesOf(session, places));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data, dims }]) => {
          if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is not float32`);
          return [name, { data, shape: dims }];
        }),
      );
    },
    release: () => session.release(),
  };

  function fetchesOf(
    { outputNames }: Onnxruntime.InferenceSession,
    places: OutputPlaces | undefined,
  ): Onnxruntime.InferenceSession.FetchesType {
    if (places === undefined) return outputNames;
    const entries = Object.entries(places).map(([name, place]) => [
      name,
      place === undefined ? null : float(place),
    ]);
    return Object.fromEntries(entries);
  }
}

function loadingProblem(error: unknown): string {
  const machine = `${process.platform}-${process.arch}`;
  const [message] = String(error instanceof Error ? error.message : error).split('\n');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
    ? `there is no onnxruntime for this machine (${machine}) in this installation`
    : `onnxruntime does not load on this machine (${machine}): ${message}`;
}
