/** A crashing or hanging language server: what the user is told, and that everything else continues. */
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
  const workbench = await Workbench.open(needed, { double: 'crash', asInstalled: true });
  try {
    await workbench.step(t, 'one notification says so', async () => {
      await workbench.notifications().filter({ hasText: 'keeps crashing' }).waitFor();
      await workbench.notifications().getByText('Show Log').waitFor();
      assert.equal(await workbench.notifications().count(), 1);
      await workbench.statusItem().locator('.codicon-warning').waitFor();
    });
    await workbench.step(t, 'the view says so too and offers to try again', async () => {
      await workbench.openSummary();
      await workbench.page.locator('.sidebar').getByText('keeps crashing').waitFor();
      await workbench.summaryRow('Try Again').waitFor();
    });
    await workbench.step(t, 'failing again is no second notification', async () => {
      await workbench.notifications().getByText('Restart').click();
      await workbench.notifications().first().waitFor({ state: 'detached' });
      await workbench.statusItem().locator('.codicon-loading').waitFor();
      await workbench.statusItem().locator('.codicon-warning').waitFor();
      await workbench.summaryRow('Try Again').waitFor();
      assert.equal(await workbench.notifications().count(), 0);
    });
    await workbench.step(t, 'diagnostics need no server', async () => {
      await workbench.command('Longsight: Collect Diagnostics');
      const lines = workbench.page.locator('.editor-instance .view-line');
      await lines.filter({ hasText: /language.server.*failed/ }).waitFor();
    });
  } finally {
    await workbench.close();
  }
});
