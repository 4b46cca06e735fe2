/** The main features in the real workbench with the real server: indexing, accepting a suggestion, the summary. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { beginHandler, continued, handlers } from './quayside.ts';
import { requirements } from './requirements.ts';
import { copyOfFixture, Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

test('a repository in the editor', { skip, timeout: 420_000 }, async t => {
  assert.ok(!('skip' in needed));
  const folder = copyOfFixture();
  writeFileSync(path.join(folder, '.env'), 'QUAYSIDE_PASSWORD=tide-and-time\n');
  const workbench = await Workbench.open(needed, { folder });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  try {
    await step('it is read and summarized', async () => {
      await workbench.openSummary();
      await workbench.summaryRow('Quayside plans which vessel').waitFor();
      await workbench.summaryRow('Start here').waitFor();
      await workbench.summaryRow('src/main.ts').waitFor();
    });

    await step('the status says how many tokens were read', async () => {
      await workbench.tooltip(workbench.statusItem(), 'tokens read');
    });

    await step('a statement opens the line it was taken from', async () => {
      await workbench.summaryRow('Quayside plans which vessel').click();
      await page.locator('.tab.active').filter({ hasText: 'README.md' }).waitFor();
      await workbench.cursorIsAt(3);
    });

    await step('the summary follows what is saved', async () => {
      await workbench.openFile('README.md', 3, 1);
      await workbench.type('Truly, ');
      await workbench.saved('README.md');
      await workbench.summaryRow('Truly, Quayside plans which vessel').waitFor();
    });

    await step('its map has every file, and surprise is measured', async () => {
      await workbench.command('Longsight: Show Memory Map');
      const map = workbench.webview();
      await map
        .locator('#legend')
        .getByText(/\d surprising/)
        .waitFor();
      await map.locator('#query').fill('planner');
      await map.locator('#found').getByText('2 of').waitFor();
      await workbench.screenshot('map of the repository');
      await workbench.command('View: Close Editor');
    });

    await step('a file is summarized in its own words, each with its place', async () => {
      await workbench.openFile('src/berths/planner.ts', 1, 1);
      await workbench.command('Longsight: Summarize File');
      const preview = workbench.webview();
      await preview.getByText('Decides whether and how long a vessel can lie at a berth.').first().waitFor();
      await preview
        .getByRole('link', { name: /planner\.ts:\d/ })
        .first()
        .click();
      await page
        .locator('.tab.active')
        .filter({ hasText: /^planner\.ts/ })
        .waitFor();
    });

    await step('what was left out is named with its reason', async () => {
      await workbench.command('Longsight: Show Coverage');
      const secret = workbench.quickPickRows().filter({ hasText: '.env' });
      await secret.filter({ hasText: 'Possible secret' }).waitFor();
      await workbench.dismiss('coverage of the repository');
    });

    await step('ghost text continues as the repository does, and Tab accepts it', async () => {
      await beginHandler(workbench);
      await workbench.ghostTextLike(continued);
      await workbench.screenshot('ghost text from the repository');
      await page.keyboard.press('Tab');
      const saved = await workbench.saved(handlers);
      assert.equal(saved.split(`const berthId${continued}`).length - 1, 4);
    });

    await step('why that was suggested', async () => {
      await workbench.command('Longsight: Why This Suggestion?');
      await workbench.quickPickRows().filter({ hasText: 'src/http/handlers.ts:' }).first().waitFor();
      await workbench.dismiss('why that was suggested');
    });

    await step('it is accepted word by word', async () => {
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await workbench.type('if (!berthId.ok)');
      await workbench.ghostTextLike(' return refuse(400, berthId.problem);');
      // The editor counts the space as a word.
      await page.keyboard.press('ControlOrMeta+ArrowRight');
      await page.keyboard.press('ControlOrMeta+ArrowRight');
      await page.keyboard.press('Escape');
      assert.match(await workbench.saved(handlers), /^ {4}if \(!berthId\.ok\) return$/m);
    });

    await step('a killed server comes back with what it knew, without a word', async () => {
      const [server] = serverProcesses(workbench);
      assert.ok(server, 'a server runs');
      process.kill(server, 'SIGKILL');
      await poll(() => serverProcesses(workbench).some(pid => pid !== server));
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
      await page.keyboard.press('End');
      await workbench.type(' refuse(400, berthId.problem);');
      await page.keyboard.press('Enter');
      await workbench.type('const berth');
      await workbench.ghostTextLike(' = store.find(berthId.value);');
      assert.equal(await workbench.notifications().count(), 0);
    });

    await step('it is read again on demand', async () => {
      await workbench.command('Longsight: Read Repository');
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
      await workbench.command('Longsight: Summarize Repository');
      await workbench.summaryRow('Truly, Quayside plans which vessel').waitFor();
    });
  } finally {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  }
  assert.deepEqual(serverProcesses(workbench), [], 'no server outlives the editor');
});

/** Language server processes in this editor's process group. */
function serverProcesses(workbench: Workbench): number[] {
  const group = workbench.editor.process.pid;
  const table = execFileSync('ps', ['-eo', 'pid=,pgid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map(row => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .filter(row => row !== null && Number(row[2]) === group && /dist[\\/]server\.js/.test(row[3] ?? ''))
    .map(row => Number(row?.[1]));
}

async function poll(condition: () => boolean): Promise<void> {
  const until = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < until, 'the condition did not come about within 30 seconds');
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}
