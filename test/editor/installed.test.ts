/**
 * The extension as users have it: installed, from the package that LONGSIGHT_VSIX names, or from the sources' `dist/` without one.
 * Only so do notifications and dialogs show.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { beginHandler, continued } from './quayside.ts';
import { requirements } from './requirements.ts';
import { Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;
const vsix = process.env['LONGSIGHT_VSIX'];

test(`installed from ${vsix ?? 'dist'}`, { skip, timeout: 420_000 }, async t => {
  assert.ok(!('skip' in needed));
  const workbench = await Workbench.open(needed, { asInstalled: true, ...(vsix && { vsix }) });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  try {
    await step('it reads and completes', async () => {
      await workbench.openSummary();
      await workbench.summaryRow('Quayside plans which vessel').waitFor();
      await beginHandler(workbench);
      await workbench.ghostTextLike(continued);
      await page.keyboard.press('Escape');
    });

    await step('the log shows what the server says', async () => {
      await workbench.command('Longsight: Show Log');
      await page
        .locator('.output-view-container, .panel')
        .getByText(/started/)
        .first()
        .waitFor();
    });

    await step('clearing asks first, and forgets', async () => {
      await workbench.command('Longsight: Clear Repository Memory');
      const dialog = page.locator('.monaco-dialog-box');
      await dialog.getByText('Your files are not changed').waitFor();
      await workbench.screenshot('clearing asks first');
      await dialog.getByRole('button', { name: 'Clear' }).click();
      await page.locator('.sidebar').getByRole('button', { name: 'Read Repository' }).waitFor();
    });

    await step('the welcome view reads it again', async () => {
      await page.locator('.sidebar').getByRole('button', { name: 'Read Repository' }).click();
      await workbench.summaryRow('Quayside plans which vessel').waitFor();
      assert.equal(await workbench.notifications().count(), 0);
    });
  } finally {
    await workbench.close();
  }
});
