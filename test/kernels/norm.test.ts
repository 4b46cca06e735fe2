import { normGraph } from '../../kernels/norm/graph.ts';
import { norm } from '../../kernels/norm/reference.ts';
import { randomNormal } from '../../kernels/tensor.ts';
import { checkForms } from './harness.ts';

checkForms({
  name: 'norm',
  inputs: { x: [24] },
  parameters: { gain: randomNormal([24], 1), epsilon: 1e-5 },
  initialState: () => ({}),
  reference: ({ x }, parameters) => ({ output: norm(x!, parameters), state: {} }),
  graph: (g, { x }, parameters) => ({ output: normGraph(g, x!, parameters), state: {} }),
  exactAt: ['zeros', 'all equal', 'near-parallel', 'spikes'],
});
