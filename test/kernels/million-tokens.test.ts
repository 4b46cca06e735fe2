/** After a million tokens, the state of float32 graphs still equals the float64 reference's. */
import { test } from 'node:test';
import { gatedDeltaChunkGraph, gatedDeltaFusedGraph } from '../../kernels/gated-delta/graph.ts';
import { gatedDelta, initialGatedDeltaState } from '../../kernels/gated-delta/reference.ts';
import { h3Graph } from '../../kernels/h3/graph.ts';
import { h3, initialH3State } from '../../kernels/h3/reference.ts';
import { hyenaGraph } from '../../kernels/hyena/graph.ts';
import { hyena, initialHyenaState } from '../../kernels/hyena/reference.ts';
import { mapTensors, tensorsOf } from '../../kernels/onnx/parameters.ts';
import { discretise, initialS4dParameters } from '../../kernels/s4d/reference.ts';
import { randomNormal, type Tensor, tensor } from '../../kernels/tensor.ts';
import { assertClose, assertStatesClose, float32Tolerance, type Operator } from './harness.ts';
import { operatorProgram } from './operator.ts';
import { load, type Tensors } from './providers.ts';

const chunk = 512;
const runs = 2 ** 20 / chunk;

/** The same 512 tokens two thousand times, so that errors accumulate. */
async function readMillion<S extends object>(operator: Operator<object, S>): Promise<void> {
  const inputs: Tensors = Object.fromEntries(
    Object.entries(operator.inputs).map(([name, width], index) => {
      const make = operator.sample ?? ((_, shape, seed) => randomNormal(shape, seed));
      return [name, make(name, [chunk, ...width], index + 1)];
    }),
  );
  const session = await load(operatorProgram(operator, operator.graph, 'T'), 'cpu');
  let expected = { output: tensor([0], []), state: operator.initialState() };
  let [output, state]: [Tensor, S] = [expected.output, expected.state];
  for (let run = 0; run < runs; run++) {
    expected = operator.reference(inputs, operator.parameters, expected.state);
    const feeds = [...tensorsOf(state)].map(([path, value]) => [`state.${path}`, value] as const);
    const results = await session.run({ ...inputs, ...Object.fromEntries(feeds) });
    output = results.output!;
    state = mapTensors(state, (_, path) => results[`next.${path}`]!) as S;
  }
  assertClose(output, expected.output, float32Tolerance, 'the last output');
  assertStatesClose(state, expected.state, float32Tolerance);
}

test('Hyena in modal form, and the S4D recurrence in it', async () => {
  const parameters = {
    short: randomNormal([3, 6], 1),
    filters: [{ kind: 'modal', modal: discretise(initialS4dParameters(2, 8, 2)) }],
  } as const;
  await readMillion({
    name: 'Hyena',
    inputs: { projections: [6] },
    parameters: {},
    initialState: () => initialHyenaState(parameters),
    reference: ({ projections }, _, state) => hyena(projections!, parameters, state),
    graph: (g, { projections }, _, state) => hyenaGraph(g, projections!, parameters, state),
  });
});

test('H3', async () => {
  const parameters = { shift: randomNormal([4, 2], 3), ssm: discretise(initialS4dParameters(1, 8, 4)) };
  await readMillion({
    name: 'H3',
    inputs: { q: [2], k: [2], v: [2] },
    parameters: {},
    initialState: () => initialH3State(parameters),
    reference: ({ q, k, v }, _, state) => h3({ q: q!, k: k!, v: v! }, parameters, state),
    graph: (g, { q, k, v }, _, state) => h3Graph(g, { q: q!, k: k!, v: v! }, parameters, state),
  });
});

for (const [form, graph] of Object.entries({ chunk: gatedDeltaChunkGraph, fused: gatedDeltaFusedGraph })) {
  test(`the delta rule without decay, ${form}`, async () => {
    await readMillion({
      name: 'gated delta rule',
      inputs: { q: [4], k: [4], v: [4], logDecay: [1], beta: [1] },
      parameters: {},
      initialState: () => initialGatedDeltaState(1, 4, 4),
      reference: ({ q, k, v, logDecay, beta }, _, state) =>
        gatedDelta({ q: q!, k: k!, v: v!, logDecay: logDecay!, beta: beta! }, state),
      graph: (g, { q, k, v, logDecay, beta }, _, state) =>
        graph(g, { q: q!, k: k!, v: v!, logDecay: logDecay!, beta: beta! }, state),
      sample: (input, shape, seed) => {
        if (input === 'logDecay') return tensor(shape, new Float64Array(chunk));
        const values = randomNormal(shape, seed);
        return input === 'beta'
          ? tensor(
              shape,
              values.data.map(x => 1 / (1 + Math.exp(-x))),
            )
          : values;
      },
    });
  });
}
