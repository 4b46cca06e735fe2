import { diagonalSsmGraph, diagonalSsmStepGraph } from '../diagonal-ssm/graph.ts';
import type { DiagonalSsmState } from '../diagonal-ssm/reference.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { Placed } from '../onnx/parameters.ts';
import { type Discretisation, discretise, type S4dParameters } from './reference.ts';

type Result = { readonly output: Value; readonly state: Placed<DiagonalSsmState> };

/**
 * Same as `s4d`, in blocks; discretised in float64 at build time, so that decays are not rounded before taking powers.
 */
export function s4dGraph(
  g: GraphBuilder,
  input: Value,
  parameters: S4dParameters,
  state: Placed<DiagonalSsmState>,
  longest?: number,
  by?: Discretisation,
): Result {
  return diagonalSsmGraph(g, input, discretise(parameters, by), state, longest);
}

/** One token, input [1, d]. */
export function s4dStepGraph(
  g: GraphBuilder,
  input: Value,
  parameters: S4dParameters,
  state: Placed<DiagonalSsmState>,
  by?: Discretisation,
): Result {
  return diagonalSsmStepGraph(g, input, discretise(parameters, by), state);
}
