/** The extension in the real workbench, with a stand-in for the server: what the user sees and does. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

test('the workbench with Longsight', { skip, timeout: 420_000 }, async t => {
  assert.ok(!('skip' in needed));
  const workbench = await Workbench.open(needed, { double: 'good' });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  try {
    await step('the summary appears after reading', async () => {
      await workbench.openSummary();
      await workbench.summaryRow('Quayside plans which vessel').waitFor();
      await workbench.summaryRow('Overview').waitFor();
      await workbench.statusItem().filter({ hasText: 'Longsight' }).waitFor();
    });

    await step('an entry says where it comes from and whether a model wrote it', async () => {
      const row = workbench.summaryRow('A service with a *forecast*');
      assert.match((await row.getAttribute('aria-label')) ?? '', /generated/);
      const tooltip = await workbench.tooltip(row, 'Generated, not quoted from the repository.');
      await tooltip.getByText('README.md:6').waitFor();
    });

    await step('clicking an entry opens its place', async () => {
      // The tooltip of the entry above covers it.
      await page.mouse.move(640, 400);
      await page.locator('.monaco-hover').filter({ visible: true }).first().waitFor({ state: 'hidden' });
      await workbench.summaryRow('src/main.ts').click();
      await page.locator('.tab.active').filter({ hasText: 'main.ts' }).waitFor();
      await workbench.summaryRow('Key symbols').click();
      await workbench.summaryRow('planStay').click();
      await page.locator('.tab.active').filter({ hasText: 'planner.ts' }).waitFor();
      await workbench.cursorIsAt(15);
    });

    await step('ghost text is shown and Tab accepts it', async () => {
      await workbench.openFile('docs/protocol.md', 2, 1);
      await workbench.type('The ');
      await workbench.ghostTextLike(/^quay wall$/);
      await workbench.screenshot('ghost text');
      await page.keyboard.press('Tab');
      assert.match(await workbench.saved('docs/protocol.md'), /^The quay wall$/m);
    });

    await step('why this suggestion shows the place it came from', async () => {
      await workbench.command('Longsight: Why This Suggestion?');
      const row = workbench.quickPickRows().filter({ hasText: 'src/berths/berth.ts:14' });
      await row.filter({ hasText: 'parseBerthId' }).waitFor();
      await workbench.screenshot('why');
      await page.keyboard.press('Enter');
      await page.locator('.tab.active').filter({ hasText: 'berth.ts' }).waitFor();
      await workbench.cursorIsAt(14);
    });

    await step('a suggestion is accepted by word', async () => {
      await workbench.openFile('docs/protocol.md', 1, 1);
      await page.keyboard.press('End');
      await workbench.type(' ');
      await workbench.ghostTextLike(/^quay wall$/);
      await page.keyboard.press('ControlOrMeta+ArrowRight');
      await page.keyboard.press('Escape');
      assert.match(await workbench.saved('docs/protocol.md'), /^# The protocol .* forecast quay$/m);
    });

    await step('coverage names what was left out and why', async () => {
      await workbench.command('Longsight: Show Coverage');
      await workbench
        .quickPickRows()
        .filter({ hasText: '.env' })
        .filter({ hasText: 'Possible secret' })
        .waitFor();
      await workbench.dismiss('coverage');
    });

    await step('the status item opens a menu', async () => {
      await workbench.statusItem().click();
      await workbench.quickPickRows().filter({ hasText: 'Summarize Repository' }).waitFor();
      await workbench.dismiss('menu');
    });

    await step('pausing shows in the status bar and resuming ends it', async () => {
      await workbench.command('Longsight: Pause');
      await workbench.statusItem().filter({ hasText: 'paused' }).waitFor();
      assert.equal(await workbench.commandIsOffered('Longsight: Pause'), false);
      await workbench.command('Longsight: Resume');
      await workbench.statusItem().filter({ hasNotText: 'paused' }).waitFor();
    });

    await step('completions are disabled for a language and enabled again', async () => {
      await workbench.openFile('docs/protocol.md', 3, 1);
      await workbench.command('Longsight: Disable Completions for This Language');
      await workbench.statusItem().locator('.codicon-circle-slash').waitFor();
      await page.locator('.editor-instance .view-lines').first().click();
      await workbench.type(' x');
      await page.waitForTimeout(1500);
      assert.equal(await workbench.ghostText().count(), 0);
      await workbench.command('Longsight: Enable Completions for This Language');
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
    });

    await step('the current file only is a toggle', async () => {
      await workbench.command('Longsight: Toggle Current File Only');
      await workbench.statusItem().locator('.codicon-file').waitFor();
      await workbench.command('Longsight: Toggle Current File Only');
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
    });

    await step('a device is chosen from a list that says what runs now', async () => {
      await workbench.command('Longsight: Choose Device');
      await workbench.quickPickRows().filter({ hasText: 'WebGPU' }).waitFor();
      assert.match(
        (await workbench.quickInput().getAttribute('placeholder')) ?? '',
        /No graphics card was found/,
      );
      await workbench.dismiss('devices');
    });
  } finally {
    await workbench.close();
  }
});
