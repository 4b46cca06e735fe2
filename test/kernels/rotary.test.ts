import { test } from 'node:test';
import { rotaryGraph } from '../../kernels/rotary/graph.ts';
import { initialRotaryState, rotary } from '../../kernels/rotary/reference.ts';
import { randomNormal, tensor } from '../../kernels/tensor.ts';
import { assertClose, checkForms } from './harness.ts';
import { runGraph } from './providers.ts';

const parameters = { base: 10_000 };

checkForms({
  name: 'rotary',
  inputs: { x: [2, 16] },
  parameters,
  initialState: initialRotaryState,
  reference: ({ x }, given, state) => rotary(x!, given, state),
  graph: (g, { x }, given, state) => rotaryGraph(g, x!, given, state),
  exactAt: ['zeros', 'all equal', 'near-parallel', 'spikes'],
});

for (const position of [1023, 1_000_000, 4_000_000]) {
  test(`rotary at position ${position} is as exact as at the start`, async () => {
    const x = randomNormal([3, 2, 16], 4);
    const start = tensor([1], [position]);
    const { output } = await runGraph(
      g => {
        const rotated = rotaryGraph(g, g.input('x', 'float32', ['T', 2, 16]), parameters, {
          position: g.input('position', 'float32', [1]),
        });
        return { output: rotated.output };
      },
      { x, position: start },
    );
    assertClose(output!, rotary(x, parameters, { position: start }).output, 1e-6, 'output');
  });
}
