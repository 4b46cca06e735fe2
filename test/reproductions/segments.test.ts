/** The papers' memories as trained: causal, long-range, and without unused parameters. */
import assert from 'node:assert/strict';
import { rowsOf } from './python.ts';
import { testWithPython } from './python-test.ts';

testWithPython(
  'memories carried from segment to segment are causal, reach the end, and learn in every parameter',
  async () => {
    let memories = 0;
    for await (const { memory: name, changed, reached, idle } of rowsOf('check_segments', true)) {
      const memory = name as string;
      memories++;
      assert.ok(
        (changed as number) < 1e-5,
        `${memory}: what comes later changes what is before by ${changed as number}`,
      );
      assert.ok((reached as number) > 1e-7, `${memory}: nothing early reaches the end`);
      assert.deepEqual(idle, [], `${memory}: parameters without a gradient`);
    }
    assert.equal(memories, 7);
  },
);
