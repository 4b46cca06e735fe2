/** One operator of the benchmark: a graph at the width of the small model, run in chunks with its state carried along. */
import '../../../server/engine/worker/no-telemetry.ts';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Shape } from '../../../kernels/onnx/dimension.ts';
import { GraphBuilder, type NodeDescription, type Value } from '../../../kernels/onnx/graph-builder.ts';
import { slice } from '../../../kernels/onnx/layout.ts';
import { matmul } from '../../../kernels/onnx/matmul.ts';
import { tensorsOf } from '../../../kernels/onnx/parameters.ts';
import { sizeOf } from '../../../kernels/tensor.ts';
import { buildOperator, type OperatorShape, operatorProgram } from '../../kernels/operator.ts';
import { type Feeds, integers, noise, open, openGraph, type Timed } from './timing.ts';

/** d, H and dh of the small model; every operator here works at that width. */
export const [width, heads, headWidth] = [256, 4, 64];
/** Tokens of one run, where a case does not say otherwise. */
export const chunk = 256;

/** A product of matrices that an operator does once a run: `batch` times [rows, inner] by [inner, columns]. */
export interface Product {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Whether the right side is a weight, which onnxruntime prepares once. */
  readonly constant?: boolean;
}

export interface Case {
  readonly name: string;
  /** Tokens of one run. */
  readonly chunk: number;
  /** Its matrix part; empty where there is none worth the name. */
  readonly products: readonly Product[];
  /** The state in numbers, and the formula that it should be equal to. */
  readonly stateSize: number;
  readonly stateFormula: string;
  /** Whether reading more could change what a token costs: not where the state is none, or is only read. */
  readonly carriesState: boolean;
  /** Whether it mixes tokens over long distances, and so stands where attention could. */
  readonly long: boolean;
  open(profilePrefix?: string): Promise<Running>;
}

/** An operator that has read some tokens. Running it does not change it. */
export interface Running extends Timed {
  /** The same having read one chunk more. */
  advance(): Promise<Running>;
  endProfile(): void;
}

export interface CaseOptions {
  /** Of the state, in the letters of the operator's papers. */
  readonly stateFormula?: string;
  readonly carriesState?: boolean;
  readonly long?: boolean;
  readonly chunk?: number;
  /** Where they cannot be read off the graph, because lengths are known only when it runs. */
  readonly products?: readonly Product[];
}

export function benchCase<P extends object, S extends object>(
  shape: OperatorShape<P, S>,
  options: CaseOptions = {},
): Case {
  const { stateFormula = '0', chunk: length = chunk } = options;
  const state = [...tensorsOf(shape.initialState())];
  return {
    name: shape.name,
    chunk: length,
    products: options.products ?? productsOf(shape, length),
    stateSize: state.reduce((sum, [, { data }]) => sum + data.length, 0),
    stateFormula,
    carriesState: options.carriesState ?? state.length > 0,
    long: options.long ?? true,
    open: async profilePrefix => {
      const session = await open(operatorProgram(shape, shape.graph, 'T').model, profilePrefix);
      const inputs = Object.entries(shape.inputs).map(([name, rest], index) => {
        const whole = [length, ...rest];
        const made = shape.integers?.includes(name)
          ? integers(whole, position => (position * 7919) % 8192)
          : noise(whole, index + 1);
        return [name, made] as const;
      });
      const feeds: Feeds = Object.fromEntries(inputs);
      for (const [path, { shape: lengths, data }] of state) {
        feeds[`state.${path}`] = new Tensor('float32', Float32Array.from(data), lengths);
      }
      return running(shape.name, session, feeds);
    },
  };
}

function running(name: string, session: InferenceSession, feeds: Feeds): Running {
  return {
    name,
    run: () => session.run(feeds),
    endProfile: () => session.endProfiling(),
    advance: async () => {
      const results = await session.run(feeds);
      const next = Object.entries(results)
        .filter(([output]) => output.startsWith('next.'))
        .map(([output, value]) => [output.replace('next.', 'state.'), value] as const);
      return running(name, session, { ...feeds, ...Object.fromEntries(next) });
    },
  };
}

export function flopsOf(products: readonly Product[]): number {
  return products.reduce(
    (sum, { batch, rows, inner, columns }) => sum + 2 * batch * rows * inner * columns,
    0,
  );
}

/** The products of a case and nothing else, each with operands of its own; one number of each comes out. */
export async function openProducts(name: string, products: readonly Product[]): Promise<Timed> {
  const feeds: Feeds = {};
  const session = await openGraph(g =>
    Object.fromEntries(
      products.map(({ batch, rows, inner, columns, constant = false }, index) => {
        const operand = (side: string, shape: readonly number[]): Value => {
          const values = noise(shape, index);
          if (constant && side === 'right') return g.weight(values.data as Float32Array, shape);
          feeds[`${side}${index}`] = values;
          return g.input(`${side}${index}`, 'float32', shape);
        };
        const right = operand('right', constant && batch === 1 ? [inner, columns] : [batch, inner, columns]);
        const product = matmul(operand('left', [batch, rows, inner]), right);
        return [`product${index}`, slice(slice(product, 1, 0, 1), 2, 0, 1)];
      }),
    ),
  );
  return { name, run: () => session.run(feeds) };
}

/** The MatMul nodes of an operator's graph at a fixed length. */
function productsOf<P extends object, S extends object>(
  shape: OperatorShape<P, S>,
  length: number,
): readonly Product[] {
  const recorder = new ProductRecorder();
  buildOperator(recorder, shape, shape.graph, length);
  return recorder.products;
}

class ProductRecorder extends GraphBuilder {
  readonly products: Product[] = [];
  readonly #weights = new Set<Value>();

  override weight(...given: Parameters<GraphBuilder['weight']>): Value {
    const value = super.weight(...given);
    this.#weights.add(value);
    return value;
  }

  override node(description: NodeDescription): readonly Value[] {
    const [left, right] = description.inputs;
    if (description.type === 'MatMul' && left !== undefined && right !== undefined) {
      const [x, y] = [numbers(left.shape), numbers(right.shape)];
      const [rows = 1, inner = 1] = x.slice(-2);
      const outer = sizeOf(x.slice(0, -2));
      const shared = y.length === 2;
      this.products.push({
        batch: shared ? 1 : Math.max(outer, sizeOf(y.slice(0, -2))),
        rows: shared ? outer * rows : rows,
        inner,
        columns: y.at(-1)!,
        constant: this.#weights.has(right),
      });
    }
    return super.node(description);
  }
}

function numbers(shape: Shape): number[] {
  return shape.map(length => {
    if (typeof length !== 'number') throw new RangeError('the products of this graph must be given');
    return length;
  });
}
