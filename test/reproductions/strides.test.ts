/** The recipe that teaches a code model strides (kernels/training/strides.py): who sees whom, and what learns. */
import assert from 'node:assert/strict';
import { rowsOf } from './python.ts';
import { testWithPython } from './python-test.ts';

testWithPython(
  'chunks see themselves, a file sees what each head keeps of them, and adapters alone learn',
  async t => {
    const found = new Map<unknown, unknown>();
    for await (const { check, is } of rowsOf('check_strides', true)) found.set(check, is);
    for (const [check, is] of found) t.diagnostic(`${String(check)}: ${String(is)}`);
    for (const unseen of [
      'fresh adapters change nothing',
      'a chunk sees no other',
      'a key that no head keeps is not seen',
      'the file sees nothing later',
      'closed gates leave the file alone',
    ])
      assert.ok((found.get(unseen) as number) < 1e-5, unseen);
    for (const seen of ['a key that a head keeps is seen', 'the file sees itself', 'open gates do not'])
      assert.ok((found.get(seen) as number) > 1e-3, seen);
    assert.deepEqual(found.get('parameters without a gradient'), []);
    assert.deepEqual(found.get('frozen parameters with a gradient'), []);
    assert.equal(found.get('the best chunk is last'), 'a.py');
  },
);
