/** An operator as tests and benchmarks see it, and its graph as a program. */
import type { GraphBuilder, Value } from '../../kernels/onnx/graph-builder.ts';
import { type Placed, placeParameters, placeState, valuesOf } from '../../kernels/onnx/parameters.ts';
import { type Program, program } from './providers.ts';

/** An operator over a sequence, as needed to build its graph. */
export interface OperatorShape<P extends object, S extends object> {
  readonly name: string;
  /** Shape of one token's part of every input: [d] for an input of [T, d]. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Integer inputs (int64), such as token ids. */
  readonly integers?: readonly string[];
  readonly parameters: P;
  initialState(): S;
  graph: OperatorGraph<P, S>;
}

export type OperatorGraph<P, S> = (
  g: GraphBuilder,
  inputs: Readonly<Record<string, Value>>,
  parameters: Placed<P>,
  state: Placed<S>,
) => { readonly output: Value; readonly state: Placed<S> };

/** The chunk graph of an operator as a program: inputs by name, states as `state.<path>` in and `next.<path>` out. */
export function operatorProgram<P extends object, S extends object>(
  operator: OperatorShape<P, S>,
  graph: OperatorGraph<P, S>,
  length: 'T' | number,
): Program {
  return program(g => buildOperator(g, operator, graph, length));
}

/** Same, built into a graph; outputs by name. */
export function buildOperator<P extends object, S extends object>(
  g: GraphBuilder,
  operator: OperatorShape<P, S>,
  graph: OperatorGraph<P, S>,
  length: 'T' | number,
): Readonly<Record<string, Value>> {
  const inputs = Object.entries(operator.inputs).map(([input, width]) => {
    const type = operator.integers?.includes(input) ? 'int64' : 'float32';
    return [input, g.input(input, type, [length, ...width])] as const;
  });
  const state = placeState(g, operator.initialState(), 'state.');
  const result = graph(g, Object.fromEntries(inputs), placeParameters(g, operator.parameters), state);
  const next = [...valuesOf(result.state)].map(([path, value]) => [`next.${path}`, value] as const);
  return { output: result.output, ...Object.fromEntries(next) };
}
