/**
 * The speed of an operator's products in place, between its other nodes and with their outputs in the cache: from
 * onnxruntime's profile. Alone, with their own operands, small products look slower than they are.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { GraphBuilder } from '../../../kernels/onnx/graph-builder.ts';
import { matmul } from '../../../kernels/onnx/matmul.ts';
import { sizeOf } from '../../../kernels/tensor.ts';
import type { Case } from './case.ts';
import { type Feeds, noise, open } from './timing.ts';

export interface ProductsRow {
  readonly name: string;
  /** Rate of its products relative to one large plain product, run alternately. */
  readonly rate: number;
  /** Share of its products in the time of all nodes. */
  readonly share: number;
}

const rounds = 80;

/** Undefined for an operator without products. */
export async function measureProducts(given: Case): Promise<ProductsRow | undefined> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'longsight-products-'));
  try {
    const plain = await plainProduct(path.join(folder, 'plain'));
    const operator = await given.open(path.join(folder, 'operator'));
    for (let round = 0; round < rounds; round++) {
      await plain.run();
      await operator.run();
    }
    plain.endProfile();
    operator.endProfile();
    const [expected, found] = ['plain', 'operator'].map(name => readProfile(folder, name));
    if (found!.products === 0) return undefined;
    return {
      name: given.name,
      rate: found!.flops / found!.products / (expected!.flops / expected!.products),
      share: found!.products / found!.nodes,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function plainProduct(profilePrefix: string): Promise<{ run(): Promise<unknown>; endProfile(): void }> {
  const g = new GraphBuilder();
  const weights = noise([512, 512], 2).data as Float32Array;
  g.output('y', matmul(g.input('x', 'float32', [256, 512]), g.weight(weights, [512, 512])));
  const session = await open(g.build(), profilePrefix);
  const feeds: Feeds = { x: noise([256, 512]) };
  return { run: () => session.run(feeds), endProfile: () => session.endProfiling() };
}

interface Profiled {
  /** Microseconds of one run: its products, and all its nodes. */
  readonly products: number;
  readonly nodes: number;
  /** Of its products. */
  readonly flops: number;
}

type Shapes = readonly Readonly<Record<string, readonly number[]>>[];

interface ProfileEvent {
  readonly name: string;
  readonly dur: number;
  readonly args?: ProfileArguments;
}

interface ProfileArguments {
  readonly op_name?: string;
  readonly input_type_shape?: Shapes;
  readonly output_type_shape?: Shapes;
}

/** Each node by a low quantile of its times, because they are wall-clock times on a shared processor. */
function readProfile(folder: string, prefix: string): Profiled {
  const [file = ''] = globSync(path.join(folder, `${prefix}*.json`));
  const events = JSON.parse(readFileSync(file, 'utf8')) as readonly ProfileEvent[];
  const times = new Map<string, number[]>();
  const flops = new Map<string, number>();
  for (const { name, dur, args } of events) {
    if (!name.endsWith('_kernel_time')) continue;
    times.set(name, [...(times.get(name) ?? []), dur]);
    if (args?.op_name === 'MatMul' || args?.op_name === 'FusedMatMul') flops.set(name, flopsOf(args));
  }
  let [products, nodes] = [0, 0];
  for (const [name, samples] of times) {
    const time = samples.toSorted((a, b) => a - b)[Math.floor(0.1 * samples.length)]!;
    nodes += time;
    if (flops.has(name)) products += time;
  }
  return { products, nodes, flops: [...flops.values()].reduce((sum, one) => sum + one, 0) };
}

/** 2·[..., rows, columns]·inner; a FusedMatMul may transpose its left side, so inner is not its last length. */
function flopsOf({
  op_name: operator,
  input_type_shape: inputs,
  output_type_shape: outputs,
}: ProfileArguments): number {
  const [left, result] = [lengths(inputs), lengths(outputs)];
  const inner = operator === 'MatMul' ? left.at(-1)! : (sizeOf(left) * result.at(-1)!) / sizeOf(result);
  return 2 * sizeOf(result) * inner;
}

function lengths(shapes: Shapes | undefined): readonly number[] {
  return Object.values(shapes?.[0] ?? {})[0] ?? [];
}
