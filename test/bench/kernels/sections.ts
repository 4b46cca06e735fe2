/** The four parts of the benchmark. Each gives ratios to something measured beside it, never bare times. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { groupQueryAttention } from './attention.ts';
import { type Case, flopsOf, openProducts, type Running, width } from './case.ts';
import { convolutions, wholeHyena } from './convolutions.ts';
import { type plainGemm, quartiles, type Timed } from './timing.ts';

/** Lengths in tokens at which a stateful operator is timed. */
export const milestones = [1024, 8 * 1024, 64 * 1024, 1024 * 1024] as const;

export interface OperatorRow {
  readonly name: string;
  readonly long: boolean;
  readonly tokensPerRun: number;
  readonly stateSize: number;
  readonly stateFormula: string;
  /** Time per token in linear layers, d to d: at each milestone, or once without state. */
  readonly costs: readonly number[];
  /** The last milestone's time over that at 8k. */
  readonly growth: number | undefined;
  /** Rate of its products alone, relative to one large plain product. */
  readonly matrixRate: number | undefined;
  /** Time of the plain product for the same arithmetic, as a share of the operator's total time. */
  readonly gemmShare: number | undefined;
}

export async function measureOperator(given: Case, gemm: Gemm): Promise<OperatorRow> {
  const read = given.carriesState ? await readTo(given) : [{ ...(await given.open()), name: given.name }];
  const timed: Timed[] = [gemm, ...read];
  if (given.products.length > 0) timed.push(await openProducts('products', given.products));
  const times = await quartiles(timed, 0.5 * timed.length, 15);
  const rate = gemm.flops / times.get(gemm.name)!;
  const perLayer = (2 * width * width) / rate;
  const costs = read.map(({ name }) => times.get(name)! / given.chunk / perLayer);
  const arithmetic = flopsOf(given.products) / rate;
  const products = times.get('products');
  return {
    name: given.name,
    long: given.long,
    tokensPerRun: given.chunk,
    stateSize: given.stateSize,
    stateFormula: given.stateFormula,
    costs,
    growth: costs.length > 1 ? costs.at(-1)! / costs[1]! : undefined,
    matrixRate: products === undefined ? undefined : arithmetic / products,
    gemmShare: products === undefined ? undefined : arithmetic / times.get(read.at(-1)!.name)!,
  };
}

type Gemm = Awaited<ReturnType<typeof plainGemm>>;

/** Runs a million tokens chunk by chunk, and keeps the state at every milestone. */
async function readTo(given: Case): Promise<Running[]> {
  const kept: Running[] = [];
  let running = await given.open();
  let tokens = 0;
  for (const milestone of milestones) {
    for (; tokens < milestone; tokens += given.chunk) running = await running.advance();
    kept.push({ ...running, name: `${given.name} after ${milestone}` });
  }
  return kept;
}

export interface AttentionRow {
  readonly length: number;
  /** Time per token in linear layers, averaged over the sequence. */
  readonly cost: number;
  readonly extrapolated: boolean;
}

/** onnxruntime's own attention: measured up to 32k, and extrapolated from the last doubling. */
export async function measureAttention(gemm: Gemm): Promise<AttentionRow[]> {
  const rows: AttentionRow[] = [];
  for (const length of [1, 2, 4, 8, 16, 32].map(thousands => thousands * 1024)) {
    const attention = await groupQueryAttention(length);
    const times = await quartiles([gemm, attention], 1, length > 16_384 ? 1 : length > 8192 ? 2 : 4);
    const perLayer = (2 * width * width) / (gemm.flops / times.get(gemm.name)!);
    rows.push({ length, cost: times.get(attention.name)! / length / perLayer, extrapolated: false });
  }
  const last = rows.at(-1)!;
  const exponent = Math.log2(last.cost / rows.at(-2)!.cost);
  for (const length of [64, 128, 256, 512, 1024].map(thousands => thousands * 1024)) {
    rows.push({ length, cost: last.cost * (length / last.length) ** exponent, extrapolated: true });
  }
  return rows;
}

export interface WholeRow {
  readonly length: number;
  /** Time per token in linear layers, averaged over the sequence. */
  readonly cost: number;
}

/** Hyena with an implicit filter as long as the sequence, at once: the paper's comparison with attention. */
export async function measureWholeHyena(gemm: Gemm): Promise<WholeRow[]> {
  const rows: WholeRow[] = [];
  for (const length of [1, 4, 16, 32, 64].map(thousands => thousands * 1024)) {
    const hyena = await wholeHyena(length);
    const times = await quartiles([gemm, hyena], 1, 3);
    const perLayer = (2 * width * width) / (gemm.flops / times.get(gemm.name)!);
    rows.push({ length, cost: times.get(hyena.name)! / length / perLayer });
  }
  return rows;
}

export interface ConvolutionRow {
  readonly length: number;
  /** Time of each way relative to the Monarch convolution; undefined if not run. */
  readonly overMonarch: Readonly<Record<string, number>>;
}

export async function measureConvolutions(): Promise<ConvolutionRow[]> {
  const rows: ConvolutionRow[] = [];
  for (const length of [1, 4, 16, 64].map(thousands => thousands * 1024)) {
    const ways = await convolutions(length);
    const times = await quartiles(ways, 2, 3);
    const monarch = times.get('Monarch')!;
    const others = ways.filter(({ name }) => name !== 'Monarch');
    rows.push({
      length,
      overMonarch: Object.fromEntries(others.map(({ name }) => [name, times.get(name)! / monarch])),
    });
  }
  return rows;
}

export interface MemoryRow {
  readonly length: number;
  /** Peak memory of one run in multiples of its inputs and output. */
  readonly unfused: number | undefined;
  readonly tiled: number;
  readonly groupQuery: number;
}

/** Peak memory of exact attention, each figure from a separate process. */
export function measureMemory(): MemoryRow[] {
  return [1, 2, 4, 8, 16].map(thousands => {
    const length = thousands * 1024;
    const operands = 4 * length * width * Float32Array.BYTES_PER_ELEMENT;
    const peak = (form: string): number => {
      const script = path.join(import.meta.dirname, 'attention-memory.ts');
      return (
        Number(execFileSync(process.execPath, [script, form, String(length)], { encoding: 'utf8' })) /
        operands
      );
    };
    return {
      length,
      // The scores alone would be 4 GB at 16k.
      unfused: length <= 8192 ? peak('unfused') : undefined,
      tiled: peak('tiled'),
      groupQuery: peak('groupQuery'),
    };
  });
}
