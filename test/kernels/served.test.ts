/**
 * The served model consists of the operators: its layers combine graphs of other folders and compute nothing between
 * tokens themselves.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Operators that each file of the model must use. */
const operators = {
  'readers.ts': {
    '../infini-attention/graph.ts': ['sideReadGraph'],
    '../dilated-attention/strided-read-graph.ts': ['stridedReadBesideWindowGraph'],
    '../continuous-memory/graph.ts': ['continuousOutputGraph'],
  },
  'writer.ts': {
    '../infini-attention/graph.ts': ['bindingsGraph'],
    '../gated-delta/graph.ts': ['gatedDeltaChunkGraph', 'gatedDeltaFusedGraph'],
    '../short-convolution/graph.ts': ['shortConvolutionGraph', 'shortConvolutionStepGraph'],
  },
  'mixers.ts': {
    '../hyena/graph.ts': ['hyenaGraph', 'hyenaStepGraph'],
    '../h3/graph.ts': ['h3Graph', 'h3StepGraph'],
    '../gated-delta/graph.ts': ['gatedDeltaChunkGraph', 'gatedDeltaFusedGraph'],
    '../flash-attention/graph.ts': ['windowAttentionGraph', 'windowAttentionStepGraph'],
  },
} as const;

/** Functions that would mix tokens or read a memory. */
const arithmetic = /\b(softmax|exp|softplus|cumulativeSum|reduceSum|conv1d)\b/;

for (const [file, wanted] of Object.entries(operators)) {
  test(`model/${file} uses the graphs of the operators' folders`, () => {
    const text = readFileSync(new URL(`../../kernels/model/${file}`, import.meta.url), 'utf8');
    const imports = new Map(
      [...text.matchAll(/import \{([^}]*)\} from '([^']+)';/g)].map(([, names, from]) => [
        from,
        names!.split(',').map(name => name.trim()),
      ]),
    );
    for (const [from, names] of Object.entries(wanted)) {
      for (const name of names) {
        assert.ok(imports.get(from)?.includes(name), `${name} of ${from} is not imported`);
        assert.ok(text.split(name).length > 2, `${name} is imported and not used`);
      }
    }
    if (file !== 'readers.ts') return;
    for (const from of [...imports.keys()].filter(name => name!.startsWith('../onnx/')))
      for (const name of imports.get(from)!)
        assert.doesNotMatch(name, arithmetic, `${file} computes with ${name}`);
    assert.ok(![...imports.keys()].includes('../onnx/matmul.ts'), `${file} multiplies matrices itself`);
  });
}
