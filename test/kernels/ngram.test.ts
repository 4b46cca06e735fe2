import { ngramGraph } from '../../kernels/ngram/graph.ts';
import { initialNgramState, ngram } from '../../kernels/ngram/reference.ts';
import { randomNormal, tensor, uniformStream } from '../../kernels/tensor.ts';
import { checkForms } from './harness.ts';

for (const vocabulary of [4, 2 ** 20]) {
  checkForms({
    name: `n-gram embedding of ${vocabulary} tokens`,
    inputs: { ids: [] },
    integers: ['ids'],
    parameters: { bigrams: randomNormal([61, 8], 1), trigrams: randomNormal([127, 8], 2) },
    initialState: initialNgramState,
    reference: ({ ids }, parameters, state) => ngram(ids!, parameters, state),
    graph: (g, { ids }, parameters, state) => ngramGraph(g, ids!, parameters, state),
    sample: (_, shape, seed) => {
      const uniform = uniformStream(seed);
      return tensor(
        shape,
        Array.from({ length: shape[0]! }, () => Math.floor(uniform() * vocabulary)),
      );
    },
  });
}
