/** Exploring a repository in the real workbench: summaries in the preview, similar places as a peek, the digest. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

test('getting to know a repository', { skip, timeout: 420_000 }, async t => {
  assert.ok(!('skip' in needed));
  const workbench = await Workbench.open(needed, {
    double: 'good',
    settings: { 'longsight.summary.hover': true, 'longsight.summary.codeLens': true },
  });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  const preview = workbench.webview();
  const openTab = (name: string): Promise<void> =>
    page.locator('.tab.active').filter({ hasText: name }).first().waitFor();
  try {
    await step('the repository is summarized in the preview', async () => {
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
      await workbench.command('Longsight: Summarize Repository');
      await preview.getByRole('heading', { name: 'Quayside' }).waitFor();
    });

    await step('a link of the summary opens its source at the line', async () => {
      await preview.getByText('planner.ts:15').click();
      await openTab('planner.ts');
      await workbench.cursorIsAt(15);
    });

    await step('the file in front is summarized', async () => {
      await workbench.command('Longsight: Summarize File');
      await preview.getByRole('heading', { name: 'src/berths/planner.ts' }).waitFor();
      // The previous preview was closed.
      assert.equal(await page.locator('.tab').filter({ hasText: 'Summary of' }).count(), 1);
    });

    await step('a selection is summarized by its lines', async () => {
      await workbench.openFile('src/main.ts', 3, 1);
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Shift+ArrowDown');
      await workbench.command('Longsight: Summarize Selection');
      await preview.getByText('Lines 3 to 4.').waitFor();
    });

    await step('a folder is summarized from the explorer', async () => {
      const folder = page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'docs' });
      await folder.click({ button: 'right' });
      await page.locator('.context-view .action-label').getByText('Longsight').hover();
      const item = page.locator('.context-view').getByText('Summarize Folder');
      await item.hover();
      // A click right after a menu has opened counts as the end of the opening click.
      await page.waitForTimeout(500);
      await page.keyboard.press('Enter');
      await preview.getByRole('heading', { name: 'docs' }).waitFor();
    });

    await step('where else this is done shows as a peek', async () => {
      await workbench.openFile('src/main.ts', 10, 3);
      await workbench.command('Longsight: Find Similar Code');
      const peek = page.locator('.peekview-widget');
      await peek.locator('.monaco-list-row').filter({ hasText: 'planner.ts' }).waitFor();
      await workbench.screenshot('where else');
      await page.keyboard.press('Escape');
      await peek.waitFor({ state: 'detached' });
    });

    await step('unusual lines are listed, marked, and explained in the hover', async () => {
      await workbench.openFile('src/main.ts', 1, 1);
      await workbench.command('Longsight: Show Unusual Lines in This File');
      const row = workbench.quickPickRows().filter({ hasText: 'an unusual line' });
      await row.filter({ hasText: 'expected berths, as in src/berths/berth.ts:2' }).waitFor();
      await page.keyboard.press('Enter');
      await workbench.cursorIsAt(10);
      await workbench.command('Show or Focus Hover');
      await page.getByText('it may well be right').waitFor();
      await workbench.screenshot('unusual lines');
      await page.keyboard.press('Escape');
    });

    await step('a change is reviewed, most unusual first', async () => {
      await workbench.command('Longsight: Review Changes for Unusual Lines');
      await workbench.quickPickRows().filter({ hasText: 'planner.ts:15' }).waitFor();
      await page.keyboard.press('Enter');
      await openTab('planner.ts');
      await workbench.cursorIsAt(15);
    });

    await step('the hover says what an import is, where that is asked for', async () => {
      await workbench.openFile('src/main.ts', 3, 12);
      await workbench.command('Show or Focus Hover');
      await page.getByText('Keeps the berths and their stays.').waitFor();
      await workbench.screenshot('hover');
      await page.getByText('src/berths/store.ts:4').click();
      await openTab('store.ts');
    });

    await step('a line above a definition says what it is', async () => {
      await page
        .locator('.codelens-decoration')
        .getByText('Keeps the berths and their stays. · used by 2 files')
        .waitFor();
    });

    await step('the tree says what was read', async () => {
      await workbench.openSummary();
      await workbench.summaryRow('41 commits in the last year').waitFor();
      const leftOut = workbench.summaryRow('1 skipped');
      // The tree may be refreshing, and a new tree drops a click.
      for (let tries = 0; tries < 5 && !(await leftOut.isVisible()); tries++) {
        await workbench.summaryRow('Coverage').click();
        await leftOut.waitFor({ timeout: 6000 }).catch(() => undefined);
      }
      await leftOut.click();
      await workbench.quickPickRows().filter({ hasText: '.env' }).waitFor();
      await workbench.dismiss('coverage from the tree');
    });

    await step('a filter leaves what contains its words, and is cleared', async () => {
      await page.locator('.sidebar').getByRole('button', { name: 'Filter Summary' }).click();
      await workbench.quickInput().fill('finds berth');
      await page.keyboard.press('Enter');
      await workbench.summaryRow('planner.ts').waitFor();
      await workbench.summaryRow('Overview').waitFor({ state: 'detached' });
      await workbench.screenshot('filter');
      await page.locator('.sidebar').getByRole('button', { name: 'Clear Filter' }).click();
      await workbench.summaryRow('Overview').waitFor();
    });

    await step('the file in front is followed, once that is asked for', async () => {
      await workbench.openFile('src/berths/planner.ts', 2, 1);
      assert.equal(await workbench.summaryRow('planner.ts').count(), 0);
      await page.locator('.sidebar').getByRole('button', { name: 'Views and More Actions' }).click();
      await page.locator('.context-view').getByText('Follow the Editor').click();
      const row = page.locator('.sidebar .monaco-list-row.selected').filter({ hasText: 'planner.ts' });
      await row.waitFor();
    });

    await step('an entry is summarized deeper by its inline action', async () => {
      const row = workbench.summaryRow('planner.ts');
      await row.hover();
      await row.getByRole('button', { name: 'Summarize This Entry' }).click();
      await preview.getByRole('heading', { name: 'src/berths/planner.ts' }).waitFor();
    });

    await step('the walkthrough shows its pages', async () => {
      // The sidebar leaves no room for the pictures.
      await workbench.command('View: Toggle Primary Side Bar Visibility');
      await workbench.command('Longsight: Open Walkthrough');
      await page.locator('.getting-started-step').filter({ hasText: 'Read your repository' }).waitFor();
      await page.locator('.getting-started-step').filter({ hasText: 'See the whole repository' }).click();
      await page.locator('.getting-started-media iframe').waitFor();
      await page.waitForTimeout(1500);
    });

    await step('a digest is exported within a budget', async () => {
      await workbench.command('Longsight: Export Digest');
      await workbench.quickPickRows().filter({ hasText: 'Markdown' }).click();
      await workbench.quickInput().fill('x');
      await page.locator('.quick-input-widget').getByText('Enter a whole number of at least 100.').waitFor();
      await workbench.quickInput().fill('5000');
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-widget').getByText('Digest: 321 tokens').waitFor();
      await workbench.screenshot('digest');
      await workbench.quickPickRows().filter({ hasText: 'Open in an Editor' }).click();
      await page
        .locator('.editor-instance .view-lines')
        .getByText('Digest of quayside within 5000')
        .waitFor();
    });
  } finally {
    await workbench.close();
  }
});
