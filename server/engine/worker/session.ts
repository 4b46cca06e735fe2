/** The only importer of onnxruntime-node; only the engine process and its probes load this file. */
import type * as Onnxruntime from 'onnxruntime-node';
import type { Device } from '../device.ts';
import type { GraphSession, OpenOptions, OutputPlaces, Runtime } from '../runtime.ts';
import type { FloatTensor } from '../tensor.ts';
import './no-telemetry.ts';

export type { GraphSession, OpenOptions, Runtime } from '../runtime.ts';

/** Loads the native library. Throws a clause for the user if there is none for this machine, or it fails to load. */
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

function settings(
  device: Device,
  { threads, isInterleaved = false }: OpenOptions,
): Onnxruntime.InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    // Hides warnings about nodes that stay on the CPU.
    logSeverityLevel: 3,
    // File lengths vary. onnxruntime keeps a plan per length, and its arena fragments, so RAM would grow throughout
    // prefill. The system's allocator is as fast.
    enableMemPattern: false,
    enableCpuMemArena: false,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    ...(isInterleaved && { extra: { session: { force_spinning_stop: '1' } } }),
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
          const place = places?.[name];
          if (place !== undefined) free(data, place.data);
          return [name, place ?? { data, shape: dims }];
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

/**
 * onnxruntime returns outputs with a given place in new buffers around the same memory. V8 counts each in full, so that
 * every few runs it would collect garbage.
 */
function free({ buffer }: Float32Array, place: Float32Array): void {
  // Node 20 has no such method.
  const { transfer } = buffer as { transfer?: (length: number) => unknown };
  if (buffer !== place.buffer) transfer?.call(buffer, 0);
}

function loadingProblem(error: unknown): string {
  const machine = `${process.platform}-${process.arch}`;
  const [message] = String(error instanceof Error ? error.message : error).split('\n');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
    ? `there is no onnxruntime for this machine (${machine}) in this installation`
    : `onnxruntime does not load on this machine (${machine}): ${message}`;
}
