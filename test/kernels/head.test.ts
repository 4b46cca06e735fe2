import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headGraph, surprisalGraph, topTokensGraph } from '../../kernels/head/graph.ts';
import { head, surprisal, topTokens } from '../../kernels/head/reference.ts';
import { cast } from '../../kernels/onnx/elementwise.ts';
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

for (const provider of ['cpu', 'webgpu'] as const) {
  test(`surprisal and entropy on ${provider} = reference, of improbable tokens as well`, async t => {
    const missing = provider === 'webgpu' ? await webgpu() : undefined;
    if (typeof missing === 'string') {
      t.diagnostic(`WEBGPU SKIPPED: ${missing}`);
      return;
    }
    const length = 7;
    const logits = randomNormal([length, vocabulary], 4);
    for (let i = 0; i < logits.data.length; i++) logits.data[i]! *= 40;
    const tokens = {
      shape: [length, 2],
      data: Float64Array.from({ length: 2 * length }, (_, i) => (i * 13) % vocabulary),
    };
    const expected = surprisal(logits, tokens);
    assert.ok(expected.surprisal.data.some(nats => nats > 100));
    const actual = await runGraph(
      g =>
        surprisalGraph(
          g,
          g.input('logits', 'float32', ['T', vocabulary]),
          cast(g.input('tokens', 'float32', ['T', 2]), 'int64'),
        ),
      { logits, tokens },
      provider,
    );
    assertClose(actual.surprisal!, expected.surprisal, 1e-5, 'surprisal');
    assertClose(actual.entropy!, expected.entropy, 1e-5, 'entropy');
  });
}
