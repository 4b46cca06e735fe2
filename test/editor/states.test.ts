/** The summary view's states without a summary: no folder, no trust, several folders. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { copyOfFixture, Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

test('nothing is read before the folder is trusted', { skip, timeout: 200_000 }, async t => {
  assert.ok(!('skip' in needed));
  const workbench = await Workbench.open(needed, { double: 'good', asInstalled: true, trust: true });
  const { page } = workbench;
  try {
    await workbench.step(t, 'the view asks for trust', async () => {
      await workbench.openSummary();
      await page.locator('.sidebar').getByText('Longsight does not read untrusted folders').waitFor();
      assert.equal(await workbench.summaryRow('Overview').count(), 0);
    });
    await workbench.step(t, 'with trust, reading starts by itself', async () => {
      await page.locator('.sidebar').getByRole('button', { name: 'Manage Workspace Trust' }).click();
      await page
        .locator('.workspace-trust-editor')
        .getByRole('button', { name: 'Trust', exact: true })
        .click();
      // The trust editor is a modal dialog.
      await page.keyboard.press('Escape');
      await workbench.summaryRow('Quayside plans which vessel').waitFor();
    });
  } finally {
    await workbench.close();
  }
});

test('a workspace of several folders', { skip, timeout: 200_000 }, async t => {
  assert.ok(!('skip' in needed));
  const [first, second] = [copyOfFixture(), copyOfFixture()];
  const workspace = path.join(first, 'both.code-workspace');
  // The same name twice, resembling a path: the second folder's paths start with `harbour_new~2`.
  const folders = [first, second].map(folder => ({ path: folder, name: 'harbour/new' }));
  writeFileSync(workspace, JSON.stringify({ folders }));
  const workbench = await Workbench.open(needed, { folder: workspace });
  const { page } = workbench;
  try {
    await workbench.step(t, 'an entry opens the file of its own folder', async () => {
      await workbench.openSummary();
      await workbench.summaryRow('harbour_new~2/src/main.ts').click();
      await page.locator('.tab.active').filter({ hasText: 'main.ts' }).waitFor();
      await page.locator('.editor-instance .view-lines').first().click();
      await workbench.type('changed');
      await page.keyboard.press('ControlOrMeta+S');
      await page.locator('.tab.active:not(.dirty)').waitFor();
      assert.match(readFileSync(path.join(second, 'src/main.ts'), 'utf8'), /changed/);
      assert.doesNotMatch(readFileSync(path.join(first, 'src/main.ts'), 'utf8'), /changed/);
    });
  } finally {
    await workbench.close();
    for (const folder of [first, second]) rmSync(folder, { recursive: true, force: true });
  }
});
