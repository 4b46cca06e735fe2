/**
 * Tests of the quick forms: each asserts its paper's ordering. Training is skipped, with a message, without PyTorch.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reproductions } from './list.ts';
import { findPython } from './python.ts';
import { format, type Reproduction, type Row } from './reproduction.ts';

export function checkQuickForms(chosen: (one: Reproduction) => boolean): void {
  const python = findPython();
  for (const one of reproductions.filter(chosen)) {
    test(`${one.name}: ${one.claim}`, async t => {
      if (one.trains && 'missing' in python) {
        t.diagnostic(`REPRODUCTION SKIPPED: ${python.missing}`);
        t.skip(python.missing);
        return;
      }
      const rows: Row[] = [];
      for await (const row of one.run(true)) rows.push(row);
      const { table, fails, figure } = one.judge(rows, true);
      t.diagnostic(figure);
      assert.equal(fails, undefined, `${fails}\n${format(table)}`);
    });
  }
}
