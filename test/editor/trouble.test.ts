/** A language server that crashes or hangs: what the user is told, and that things go on. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { type OpenOptions, Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

const recovers: { title: string; double: NonNullable<OpenOptions['double']> }[] = [
  { title: 'a crash is mended without a word', double: 'crash-once' },
  { title: 'a hang is noticed and mended without a word', double: 'hang' },
];

for (const { title, double } of recovers) {
  test(title, { skip, timeout: 200_000 }, async t => {
    assert.ok(!('skip' in needed));
    // Notifications are suppressed by the smoke test driver, and an extension under development needs it; the bell shows them all the same.
    const workbench = await Workbench.open(needed, { double });
    try {
      await workbench.step(t, title, async () => {
        await workbench.openSummary();
        await workbench.summaryRow('Quayside plans which vessel').waitFor();
        assert.equal(await workbench.notifications().count(), 0);
      });
    } finally {
      await workbench.close();
    }
  });
}

test('a server that keeps crashing is given up', { skip, timeout: 200_000 }, async t => {
  assert.ok(!('skip' in needed));
  const workbench = await Workbench.open(needed, { double: 'crash' });
  try {
    await workbench.step(t, 'the view says so and offers to try again', async () => {
      await workbench.openSummary();
      await workbench.summaryRow('keeps stopping').waitFor();
      await workbench.summaryRow('Try Again').waitFor();
      await workbench.statusItem().locator('.codicon-warning').waitFor();
    });
    await workbench.step(t, 'trying again starts the server', async () => {
      await workbench.summaryRow('Try Again').click();
      await workbench.statusItem().locator('.codicon-loading').waitFor();
    });
  } finally {
    await workbench.close();
  }
});
