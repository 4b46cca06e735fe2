import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headGraph, topTokensGraph } from '../../kernels/head/graph.ts';
import { head, topTokens } from '../../kernels/head/reference.ts';
import { placeParameters } from '../../kernels/onnx/parameters.ts';
import { randomNormal } from '../../kernels/tensor.ts';
import { assertClose } from './harness.ts';
import { runGraph, webgpu } from './providers.ts';

const [vocabulary, width, k] = [50, 24, 5];

for (const provider of ['cpu', 'webgpu'] as const) {
  for (const softCap of [0, 15]) {
    for (const length of [1, 9]) {
      test(`head on ${provider}, soft cap ${softCap}, ${length} tokens = reference`, async t => {
        const missing = provider === 'webgpu' ? await webgpu() : undefined;
        if (typeof missing === 'string') {
          t.diagnostic(`WEBGPU SKIPPED: ${missing}`);
          return;
        }
        const parameters = {
          gain: randomNormal([width], 1),
          epsilon: 1e-5,
          embedding: randomNormal([vocabulary, width], 2),
          softCap,
        };
        const x = randomNormal([length, width], 3);
        const expected = head(x, parameters);
        const best = topTokens(expected, k);
        const actual = await runGraph(
          g => {
            const placed = placeParameters(g, parameters);
            const logits = headGraph(g, g.input('x', 'float32', ['T', width]), placed);
            const top = topTokensGraph(g, logits, k);
            return { logits, topLogits: top.logits, tokens: top.tokens };
          },
          { x },
          provider,
        );
        assertClose(actual.logits!, expected, 1e-5, 'logits');
        assertClose(actual.topLogits!, best.logits, 1e-5, 'top logits');
        assert.deepEqual(actual.tokens, best.tokens);
        if (softCap > 0) assert.ok(expected.data.every(logit => Math.abs(logit) < softCap));
      });
    }
  }
}
