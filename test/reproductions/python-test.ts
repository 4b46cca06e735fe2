/** Tests that train or run PyTorch: skipped, with a message, where no Python has it. */
import { type TestContext, test } from 'node:test';
import { findPython } from './python.ts';

export function testWithPython(name: string, run: (t: TestContext) => Promise<void>): void {
  test(name, async t => {
    const python = findPython();
    if ('missing' in python) {
      t.diagnostic(`SKIPPED: ${python.missing}`);
      t.skip(python.missing);
      return;
    }
    await run(t);
  });
}
