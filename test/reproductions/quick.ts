/**
 * Tests of the quick forms: each asserts its paper's ordering. Training is skipped, with a message, without PyTorch.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { reproductions } from './list.ts';
import { testWithPython } from './python-test.ts';
import { format, type Reproduction, type Row } from './reproduction.ts';

export function checkQuickForms(chosen: (one: Reproduction) => boolean): void {
  for (const one of reproductions.filter(chosen)) {
    const define = one.trains ? testWithPython : test;
    define(`${one.name}: ${one.claim}`, async (t: TestContext) => {
      const rows: Row[] = [];
      for await (const row of one.run(true)) rows.push(row);
      const { table, fails, figure } = one.judge(rows, true);
      t.diagnostic(figure);
      assert.equal(fails, undefined, `${fails}\n${format(table)}`);
    });
  }
}
