/**
 * Checks an operator: reference and graph agree, and whole sequence, chunks, single tokens and a resumed state give the
 * same result. `checkForms` registers the tests; each operator's file describes the operator.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { mapTensors, tensorsOf } from '../../kernels/onnx/parameters.ts';
import { concatenateRows, randomNormal, rows, type Tensor, tensor, zeros } from '../../kernels/tensor.ts';
import { type OperatorGraph, type OperatorShape, operatorProgram } from './operator.ts';
import { load, type Program, type Provider, type Session, type Tensors, webgpu } from './providers.ts';

/** Largest error allowed between a float32 graph and its float64 reference, relative to the largest value. */
export const float32Tolerance = 1e-4;
/** Same between two forms of a float64 reference. */
export const float64Tolerance = 1e-9;

/** Inputs that break careless arithmetic. */
export type Extreme = keyof typeof extremes;

const extremes = {
  zeros: (shape: readonly number[]) => zeros(shape),
  'all equal': (shape: readonly number[]) => repeated(shape, randomNormal(shape.slice(1), 5)),
  'near-parallel': (shape: readonly number[]) => {
    const base = repeated(shape, randomNormal(shape.slice(1), 6));
    const noise = randomNormal(shape, 7, 1e-4);
    return tensor(
      shape,
      base.data.map((value, index) => value + noise.data[index]!),
    );
  },
  spikes: (shape: readonly number[]) => {
    const values = randomNormal(shape, 8);
    for (let index = 3; index < values.data.length; index += 17) values.data[index] = 1e4;
    return values;
  },
} as const;

/** Additional properties that the tests need. */
export interface Operator<P extends object, S extends object> extends OperatorShape<P, S> {
  reference(inputs: Tensors, parameters: P, state: S): { readonly output: Tensor; readonly state: S };
  /** The one-token form, if it is another graph; its inputs are [1, …]. */
  readonly step?: OperatorGraph<P, S>;
  /**
   * Generates an input, needed for integers; N(0, 1) by default. Operators with their own generator skip the extremes.
   */
  readonly sample?: (input: string, shape: readonly number[], seed: number) => Tensor;
  /** Longest sequence in property tests; 40 by default. Crossing inner chunks needs more. */
  readonly longest?: number;
  /** Extremes at which the graph must match the reference, not just survive; all but the spikes by default. */
  readonly exactAt?: readonly Extreme[];
  readonly tolerance?: number;
}

/** Registers an operator's tests: every form against the reference, on every provider. */
export function checkForms<P extends object, S extends object>(operator: Operator<P, S>): void {
  const { name, longest = 40, tolerance = float32Tolerance } = operator;
  const sample = operator.sample ?? ((_, shape, seed) => randomNormal(shape, seed));
  const inputsOf = (length: number, seed: number): Tensors =>
    mapInputs(operator, (input, width, index) => sample(input, [length, ...width], seed * 31 + index));
  const chunkProgram = (): Program => operatorProgram(operator, operator.graph, 'T');
  const sequence = fc.record({
    length: fc.integer({ min: 1, max: longest }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  });

  describe(name, () => {
    test('reference: whole = any chunking = one token at a time = resumed', () => {
      fc.assert(
        fc.property(sequence, ({ length, seed, cuts }) => {
          const inputs = inputsOf(length, seed);
          const whole = operator.reference(inputs, operator.parameters, operator.initialState());
          for (const bounds of [chunkBounds(length, cuts), everyToken(length)]) {
            const chunked = referenceInChunks(operator, inputs, bounds);
            assertClose(chunked.output, whole.output, float64Tolerance, 'output in chunks');
            assertStatesClose(chunked.state, whole.state, float64Tolerance);
          }
        }),
        { numRuns: 12 },
      );
    });

    test('graph: whole = any chunking = one token at a time = resumed = reference', async () => {
      const session = await load(chunkProgram(), 'cpu');
      await fc.assert(
        fc.asyncProperty(sequence, async ({ length, seed, cuts }) => {
          const inputs = inputsOf(length, seed);
          const expected = operator.reference(inputs, operator.parameters, operator.initialState());
          for (const bounds of [[0, length], chunkBounds(length, cuts), everyToken(length)]) {
            const actual = await graphInChunks(operator, session, inputs, bounds);
            assertClose(actual.output, expected.output, tolerance, `output in chunks at ${bounds.join()}`);
            assertStatesClose(actual.state, expected.state, tolerance);
          }
        }),
        { numRuns: 6 },
      );
    });

    if (operator.step !== undefined) {
      const step = operator.step;
      test('step graph, one token at a time after a chunk = reference', async () => {
        const session = await load(chunkProgram(), 'cpu');
        const stepSession = await load(operatorProgram(operator, step, 1), 'cpu');
        const length = Math.min(longest, 24);
        const inputs = inputsOf(length, 3);
        const half = length >> 1;
        const expected = operator.reference(inputs, operator.parameters, operator.initialState());
        const read = await graphInChunks(operator, session, rowsOf(inputs, 0, half), [0, half]);
        const rest = rowsOf(inputs, half, length);
        const decoded = await graphInChunks(
          operator,
          stepSession,
          rest,
          everyToken(length - half),
          read.state,
        );
        assertClose(concatenateRows([read.output, decoded.output]), expected.output, tolerance, 'output');
        assertStatesClose(decoded.state, expected.state, tolerance);
      });
    }

    test('causality: what comes later changes nothing before it', async () => {
      const session = await load(chunkProgram(), 'cpu');
      const length = Math.min(longest, 32);
      const inputs = inputsOf(length, 11);
      const others = inputsOf(length, 12);
      const whole = await graphInChunks(operator, session, inputs, [0, length]);
      for (const at of [1, length >> 1, length - 1]) {
        const changed = mapInputs(operator, input =>
          concatenateRows([rows(inputs[input]!, 0, at), rows(others[input]!, at, length)]),
        );
        const { output } = await graphInChunks(operator, session, changed, [0, length]);
        assertClose(rows(output, 0, at), rows(whole.output, 0, at), 1e-5, `output before ${at}`);
        assert.notDeepEqual(rows(output, at, length).data, rows(whole.output, at, length).data);
      }
    });

    const atExtremes = operator.sample === undefined ? Object.entries(extremes) : [];
    if (atExtremes.length > 0)
      test('extremes give numbers', async () => {
        const session = await load(chunkProgram(), 'cpu');
        const length = Math.min(longest, 33);
        const exactAt = operator.exactAt ?? ['zeros', 'all equal', 'near-parallel'];
        for (const [extreme, make] of atExtremes) {
          const inputs = mapInputs(operator, (_, width) => make([length, ...width]));
          const expected = operator.reference(inputs, operator.parameters, operator.initialState());
          const actual = await graphInChunks(operator, session, inputs, [0, 20, length]);
          assertFinite(expected.output, `${extreme}: reference`);
          assertFinite(actual.output, `${extreme}: graph`);
          for (const [path, part] of tensorsOf(actual.state)) assertFinite(part, `${extreme}: state ${path}`);
          if (exactAt.some(exact => exact === extreme)) {
            assertClose(actual.output, expected.output, tolerance, `output at ${extreme}`);
          }
        }
      });

    test('every provider = reference', async t => {
      const length = longest;
      const inputs = inputsOf(length, 21);
      const expected = operator.reference(inputs, operator.parameters, operator.initialState());
      const graphs = { chunk: chunkProgram(), ...stepProgram(operator) };
      for (const provider of ['cpu', 'webgpu'] as const) {
        const missing = provider === 'webgpu' ? await webgpu() : undefined;
        if (typeof missing === 'string') {
          t.diagnostic(`WEBGPU SKIPPED: ${missing}`);
          report.push({
            operator: name,
            form: 'all',
            provider,
            where: `skipped: ${missing}`,
            error: Number.NaN,
          });
          continue;
        }
        for (const [form, graph] of Object.entries(graphs)) {
          const session = await load(graph, provider);
          const bounds = form === 'chunk' ? [0, length >> 1, length] : everyToken(length);
          const actual = await graphInChunks(operator, session, inputs, bounds);
          const error = relativeError(actual.output, expected.output);
          const where = placementSummary(provider, await session.placement());
          report.push({ operator: name, form, provider, where, error });
          assertClose(actual.output, expected.output, tolerance, `output on ${provider}`);
          assertStatesClose(actual.state, expected.state, tolerance);
        }
      }
    });
  });
}

/** Runs a session over consecutive chunks; the state is serialized in between. */
export async function graphInChunks<P extends object, S extends object>(
  operator: Operator<P, S>,
  session: Session,
  inputs: Tensors,
  bounds: readonly number[],
  from?: S,
): Promise<{ output: Tensor; state: S }> {
  let state = from ?? operator.initialState();
  const outputs: Tensor[] = [];
  for (const [start, end] of pairs(bounds)) {
    const feeds = Object.fromEntries(
      [...tensorsOf(resumed(state))].map(([path, value]) => [`state.${path}`, value] as const),
    );
    const results = await session.run({ ...rowsOf(inputs, start, end), ...feeds });
    outputs.push(results.output!);
    state = mapTensors(state, (_, path) => results[`next.${path}`]!) as S;
  }
  return { output: concatenateRows(outputs), state };
}

export function referenceInChunks<P extends object, S extends object>(
  operator: Operator<P, S>,
  inputs: Tensors,
  bounds: readonly number[],
): { output: Tensor; state: S } {
  let state = operator.initialState();
  const outputs: Tensor[] = [];
  for (const [start, end] of pairs(bounds)) {
    const result = operator.reference(rowsOf(inputs, start, end), operator.parameters, resumed(state));
    outputs.push(result.output);
    state = result.state;
  }
  return { output: concatenateRows(outputs), state };
}

/** max |actual − expected| / max |expected|; the difference itself if all expected values are nearly zero. */
export function relativeError(actual: Tensor, expected: Tensor): number {
  let difference = 0;
  let largest = 0;
  for (const [index, value] of expected.data.entries()) {
    difference = Math.max(difference, Math.abs(value - (actual.data[index] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(value));
  }
  return largest > 1e-3 ? difference / largest : difference;
}

export function assertClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  assertFinite(actual, what);
  const error = relativeError(actual, expected);
  assert.ok(error <= tolerance, `${what}: relative error ${error.toExponential(2)} > ${tolerance}`);
}

export function assertFinite({ data }: Tensor, what: string): void {
  const bad = data.findIndex(value => !Number.isFinite(value));
  assert.ok(bad < 0, `${what}: ${data[bad]} at ${bad}`);
}

export function assertStatesClose(actual: object, expected: object, tolerance: number): void {
  const parts = tensorsOf(actual);
  for (const [path, part] of tensorsOf(expected)) {
    assertClose(parts.get(path)!, part, tolerance, `state ${path}`);
  }
}

interface ProviderRow {
  readonly operator: string;
  readonly form: string;
  readonly provider: Provider;
  readonly where: string;
  readonly error: number;
}

/** Which provider ran which operator, for the table at the end. */
const report: ProviderRow[] = [];

after(() => {
  if (report.length === 0) return;
  const cells = report.map(({ operator, form, provider, where, error }) =>
    [operator, form, provider, error.toExponential(1), where].map(String),
  );
  const header = ['operator', 'form', 'provider', 'max relative error', 'where it ran'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map(row => row[column]!.length)),
  );
  for (const row of [header, ...cells]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  }
});

function placementSummary(
  provider: Provider,
  placement: Readonly<Record<string, readonly string[]>>,
): string {
  if (provider === 'cpu') return 'all on the CPU';
  const onCpu = placement.CPUExecutionProvider ?? [];
  const onGpu = placement.WebGpuExecutionProvider ?? [];
  if (onGpu.length === 0) return 'unknown';
  return onCpu.length === 0 ? 'all on WebGPU' : `WebGPU; on the CPU ${onCpu.join(', ')}`;
}

function stepProgram<P extends object, S extends object>(operator: Operator<P, S>): { step?: Program } {
  return operator.step === undefined ? {} : { step: operatorProgram(operator, operator.step, 1) };
}

/** The state after a serialization round trip: float64 as little-endian bytes. */
function resumed<S extends object>(state: S): S {
  return mapTensors(state, ({ shape, data }) => {
    const bytes = Buffer.from(Uint8Array.from(Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
    return tensor(shape, new Float64Array(bytes.buffer, bytes.byteOffset, data.length));
  }) as S;
}

function mapInputs<P extends object, S extends object>(
  { inputs }: Operator<P, S>,
  make: (name: string, width: readonly number[], index: number) => Tensor,
): Tensors {
  const made = Object.entries(inputs).map(
    ([name, width], index) => [name, make(name, width, index)] as const,
  );
  return Object.fromEntries(made);
}

function rowsOf(inputs: Tensors, start: number, end: number): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, rows(value, start, end)] as const),
  );
}

/** Bounds of chunks: 0, the cuts as shares of the length, the length. Drops empty chunks. */
function chunkBounds(length: number, cuts: readonly number[]): number[] {
  const inside = cuts.map(cut => Math.floor(cut * length));
  return [...new Set([0, ...inside, length])].sort((a, b) => a - b);
}

function everyToken(length: number): number[] {
  return Array.from({ length: length + 1 }, (_, index) => index);
}

function pairs(bounds: readonly number[]): (readonly [number, number])[] {
  return bounds.slice(1).map((end, index) => [bounds[index]!, end] as const);
}

function repeated(shape: readonly number[], row: Tensor): Tensor {
  return tensor(
    shape,
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => row.data[i % row.data.length]!),
  );
}
