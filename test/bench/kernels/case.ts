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

/** d, H and dh of the small model, used by every operator here. */
export const [width, heads, headWidth] = [256, 4, 64];
/** Default tokens per run. */
export const chunk = 256;

/** A matrix product that an operator does once per run: `batch` times [rows, inner] by [inner, columns]. */
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
  /** Tokens per run. */
  readonly chunk: number;
  /** Its matrix products; empty if negligible. */
  readonly products: readonly Product[];
  /** The size of the state, and the formula it should equal. */
  readonly stateSize: number;
  readonly stateFormula: string;
  /** Whether more context could change a token's cost: not if there is no state, or it is only read. */
  readonly carriesState: boolean;
  /** Whether it mixes tokens over long distances, and so could replace attention. */
  readonly long: boolean;
  open(profilePrefix?: string): Promise<Running>;
}

/** An operator after some tokens. Running it does not change it. */
export interface Running extends Timed {
  /** The same after one more chunk. */
  advance(): Promise<Running>;
  endProfile(): void;
}

export interface CaseOptions {
  /** Of the state, in the papers' notation. */
  readonly stateFormula?: string;
  readonly carriesState?: boolean;
  readonly long?: boolean;
  readonly chunk?: number;
  /** Given if the graph does not show them because lengths are known only at run time. */
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

/** Only the products of a case, each with its own operands; outputs one number of each. */
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
