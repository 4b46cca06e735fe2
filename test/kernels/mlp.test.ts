import { gatedMlpGraph, squaredMlpGraph } from '../../kernels/mlp/graph.ts';
import { gatedMlp, squaredMlp } from '../../kernels/mlp/reference.ts';
import { randomNormal } from '../../kernels/tensor.ts';
import { checkForms } from './harness.ts';

const gate = randomNormal([16, 40], 1, 0.25);
const up = randomNormal([16, 40], 2, 0.25);
const down = randomNormal([40, 16], 3, 0.15);

checkForms({
  name: 'gated MLP',
  inputs: { x: [16] },
  parameters: { gate, up, down },
  initialState: () => ({}),
  reference: ({ x }, parameters) => ({ output: gatedMlp(x!, parameters), state: {} }),
  graph: (g, { x }, parameters) => ({ output: gatedMlpGraph(g, x!, parameters), state: {} }),
});

checkForms({
  name: 'ReLU² MLP',
  inputs: { x: [16] },
  parameters: { up, down },
  initialState: () => ({}),
  reference: ({ x }, parameters) => ({ output: squaredMlp(x!, parameters), state: {} }),
  graph: (g, { x }, parameters) => ({ output: squaredMlpGraph(g, x!, parameters), state: {} }),
});
