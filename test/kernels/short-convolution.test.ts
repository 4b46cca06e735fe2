import { shortConvolutionGraph, shortConvolutionStepGraph } from '../../kernels/short-convolution/graph.ts';
import { initialShortConvolutionState, shortConvolution } from '../../kernels/short-convolution/reference.ts';
import { randomNormal } from '../../kernels/tensor.ts';
import { checkForms } from './harness.ts';

for (const width of [2, 4, 7]) {
  const channels = 6;
  checkForms({
    name: `short convolution of ${width}`,
    inputs: { x: [channels] },
    parameters: { kernel: randomNormal([width, channels], 1) },
    initialState: () => initialShortConvolutionState(width, channels),
    reference: ({ x }, parameters, state) => shortConvolution(x!, parameters, state),
    graph: (g, { x }, parameters, state) => shortConvolutionGraph(g, x!, parameters, state),
    step: (g, { x }, parameters, state) => shortConvolutionStepGraph(g, x!, parameters, state),
  });
}
