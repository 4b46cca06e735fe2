/**
 * Processor time, side by side: everything in a ratio runs alternately, so that other load affects both, and waiting
 * for a processor does not count.
 */
import '../../../server/engine/worker/no-telemetry.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphBuilder, OnnxModel, Value } from '../../../kernels/onnx/graph-builder.ts';
import { GraphBuilder as Builder } from '../../../kernels/onnx/graph-builder.ts';
import { matmul } from '../../../kernels/onnx/matmul.ts';
import { sizeOf, uniformStream } from '../../../kernels/tensor.ts';

export type Feeds = Record<string, Tensor>;

/** Something to time: one call is one run. */
export interface Timed {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Threads of every session: one, so that waiting for a second does not count. */
export const threads = 1;

/** With a prefix, the session writes a profile with that name when `endProfiling` is called. */
export async function open(model: OnnxModel, profilePrefix?: string): Promise<InferenceSession> {
  return await InferenceSession.create(model.bytes, {
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
    executionProviders: ['cpu'],
    externalData: model.externalData.map(({ path, data }) => ({ path, data })),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

/** Builds a graph whose values are outputs by name, and opens it. */
export async function openGraph(
  build: (g: GraphBuilder) => Readonly<Record<string, Value>>,
): Promise<InferenceSession> {
  const g = new Builder();
  for (const [name, value] of Object.entries(build(g))) g.output(name, value);
  return await open(g.build());
}

/** Uniform numbers in (−1, 1). Written one by one: temporaries would count in peak memory. */
export function noise(shape: readonly number[], seed = 1): Tensor {
  const uniform = uniformStream(seed);
  const values = new Float32Array(sizeOf(shape));
  for (let index = 0; index < values.length; index++) values[index] = 2 * uniform() - 1;
  return new Tensor('float32', values, shape);
}

export function integers(shape: readonly number[], make: (index: number) => number): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, index) => BigInt(make(index)));
  return new Tensor('int64', BigInt64Array.from(values), shape);
}

/**
 * Processor seconds per run for each: the lower quartile, because other load only adds. All run alternately until
 * `seconds` are spent and at least `rounds` rounds are done. The first round warms up and is not counted.
 */
export async function quartiles(
  timed: readonly Timed[],
  seconds = 1,
  rounds = 5,
): Promise<ReadonlyMap<string, number>> {
  const samples = new Map(timed.map(({ name }) => [name, [] as number[]]));
  for (const one of timed) await one.run();
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < rounds || performance.now() < end; round++) {
    // Back and forth, so that none always follows the same one and its caches.
    for (const one of round % 2 === 0 ? timed : timed.toReversed()) {
      samples.get(one.name)!.push(await processorSeconds(() => one.run()));
    }
  }
  return new Map([...samples].map(([name, times]) => [name, lowerQuartile(times)]));
}

/** Processor time that this process spends on one call, in seconds. */
export async function processorSeconds(run: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2]!;
}

/** A plain product of [rows, inner] by [inner, columns]: the yardstick for an operator's arithmetic. */
export async function plainGemm(
  rows: number,
  inner: number,
  columns: number,
): Promise<Timed & { readonly flops: number }> {
  const weights = noise([inner, columns], 2).data as Float32Array;
  const session = await openGraph(g => ({
    y: matmul(g.input('x', 'float32', [rows, inner]), g.weight(weights, [inner, columns])),
  }));
  const feeds = { x: noise([rows, inner]) };
  return { name: 'GEMM', run: () => session.run(feeds), flops: 2 * rows * inner * columns };
}
