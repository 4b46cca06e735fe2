/** Accepting suggestions whole, by word and by line; counting them, and showing their sources. */
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

test('accepting suggestions', { skip, timeout: 420_000 }, async t => {
  assert.ok(!('skip' in needed));
  const state = mkdtempSync(path.join(os.tmpdir(), 'longsight-accepted-'));
  const told = path.join(state, 'accepted');
  const workbench = await Workbench.open(needed, {
    double: 'good',
    settings: { 'longsight.trace': 'messages' },
    env: { LONGSIGHT_TEST_ACCEPTED: told, LONGSIGHT_TEST_MINUTE: '3000' },
  });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  /** Reopens the statistics until all languages have a sentence. */
  const statistics = async (expected: RegExp): Promise<void> => {
    for (let tries = 0; ; tries++) {
      await workbench.command('Longsight: Show Suggestion Statistics');
      const row = workbench.quickPickRows().filter({ hasText: 'All languages' });
      const text = (await row.textContent()) ?? '';
      await workbench.dismiss('statistics');
      if (expected.test(text.replaceAll('\u00a0', ' '))) return;
      assert.ok(tries < 8, `${text} is not ${expected}`);
      await page.waitForTimeout(500);
    }
  };
  /** Number of requests for suggestions, from the log. */
  const asked = (): number => {
    const logs = globSync('user/logs/**/*Longsight.log', { cwd: workbench.editor.profile });
    const texts = logs.map(log => readFileSync(path.join(workbench.editor.profile, log), 'utf8'));
    return texts.join().split("Sending request 'textDocument/inlineCompletion").length - 1;
  };
  try {
    await step('whole', async () => {
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
      await workbench.openFile('docs/protocol.md', 2, 1);
      await workbench.type('The ');
      await workbench.ghostTextLike(/^quay wall$/);
      await page.keyboard.press('Tab');
      assert.match(await workbench.saved('docs/protocol.md'), /^The quay wall$/m);
    });

    await step('by word, to its end', async () => {
      await workbench.openFile('docs/protocol.md', 1, 1);
      await page.keyboard.press('End');
      await workbench.type(' ');
      await workbench.ghostTextLike(/^quay wall$/);
      await page.keyboard.press('ControlOrMeta+ArrowRight');
      await workbench.ghostTextLike(/^ ?wall$/);
      await page.keyboard.press('Escape');
      assert.match(await workbench.saved('docs/protocol.md'), /^# The protocol .* forecast quay ?$/m);
    });

    await step('by line, twice', async () => {
      await workbench.openFile('src/berths/store.ts', 3, 1);
      await workbench.type('// ');
      await workbench.ghostTextLike(/^quay wall\nquay stairs\nquay lights$/);
      await page.keyboard.press('Alt+End');
      await workbench.ghostTextLike(/^\n?quay stairs/);
      await page.keyboard.press('Alt+End');
      await workbench.ghostTextLike(/^\n?quay lights$/);
      await page.keyboard.press('Escape');
      const saved = await workbench.saved('src/berths/store.ts');
      assert.match(saved, /^\/\/ quay wall\nquay stairs\n/m);
      assert.doesNotMatch(saved, /quay lights/);
    });

    await step('a long copy says so, and its source is shown below the cursor', async () => {
      await page.keyboard.press('End');
      await workbench.type(' ');
      await workbench.shownGhostText();
      await page.keyboard.press('ControlOrMeta+Alt+W');
      const copied = 'Exact copy of src/berths/berth.ts:14–16';
      assert.equal(await workbench.quickInput().getAttribute('placeholder'), copied);
      await workbench.quickPickRows().filter({ hasText: 'Peek All Sources' }).click();
      const peek = page.locator('.peekview-widget');
      await peek.getByText('Berths are named by').first().waitFor();
      await workbench.screenshot('peek of sources');
      await page.keyboard.press('Escape');
      await peek.waitFor({ state: 'detached' });
    });

    await step('taken and undone', async () => {
      await workbench.openFile('docs/protocol.md', 3, 1);
      await workbench.type('A ');
      await workbench.shownGhostText();
      await page.keyboard.press('Tab');
      await page.keyboard.press('ControlOrMeta+Z');
      await page.keyboard.press('Escape');
    });

    await step('what was shown, accepted and kept is counted, and erased', async () => {
      assert.deepEqual(
        readFileSync(told, 'utf8').split('\n'),
        // Accepted by word or by line, each suggestion counts once.
        ['quay wall', 'quay', 'quay wall', '', 'quay wall', ''],
        'the server was told',
      );
      await statistics(/\d+ shown, 4 accepted \(\d+%\), [34] of 4 kept after a minute/);
      await workbench.command('Longsight: Erase Suggestion Statistics');
      await statistics(/0 shown, 0 accepted \(0%\), 0 of 0 kept/);
    });
    await step('what is said to the server stays in the log when a setting changes', async () => {
      await workbench.command('Longsight: Toggle Current File Only');
      await workbench.statusItem().locator('.codicon-file').waitFor();
      const before = asked();
      assert.notEqual(before, 0);
      await workbench.openFile('docs/protocol.md', 3, 1);
      for (let tries = 0; asked() === before; tries++) {
        assert.ok(tries < 20, 'nothing more is in the log');
        await workbench.type('x');
        await page.waitForTimeout(250);
      }
    });
  } finally {
    await workbench.close();
    rmSync(state, { recursive: true, force: true });
  }
});
