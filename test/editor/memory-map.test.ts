/**
 * The memory map in the real workbench: contents, pointer, keys, search, the list, themes, and accessibility by
 * axe-core.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { AxeResults } from 'axe-core';
import { requirements, root } from './requirements.ts';
import { Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;
const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

test('the memory map', { skip, timeout: 420_000 }, async t => {
  assert.ok(!('skip' in needed));
  const workbench = await Workbench.open(needed, { double: 'good' });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  const map = workbench.webview();
  const marks = map.locator('#marks');
  const crumbs = map.locator('#crumbs');
  const colourBy = map.locator('#colourBy');
  const openTab = (name: string): Promise<void> =>
    page.locator('.tab.active').filter({ hasText: name }).first().waitFor();
  try {
    await step('the map opens beside the file and is measured', async () => {
      // The command is not offered before the server runs.
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
      await workbench.openFile('src/main.ts', 1, 1);
      await workbench.command('Longsight: Show Memory Map');
      await map.locator('.note').filter({ hasText: 'Measured by a stand-in' }).waitFor();
      await map.locator('#legend').getByText('2.10 surprising').waitFor();
    });

    await step('axe-core finds nothing in the map', () => accessible(workbench));

    await step('the tooltip says what a file is', async () => {
      await marks.focus();
      await page.keyboard.press('ArrowRight');
      const tooltip = map.locator('#tooltip');
      await tooltip.getByText('src/berths/planner.ts').waitFor();
      await tooltip.getByText('Finds a berth for every stay.').waitFor();
      await tooltip.getByText('1.20 bits per byte').waitFor();
      assert.match((await map.locator('#spoken').textContent()) ?? '', /planner\.ts, 420 tokens/);
    });

    await step('Enter opens the file beside the map', async () => {
      await page.keyboard.press('Enter');
      await openTab('planner.ts');
      await map.locator('#marks').waitFor();
    });

    await step('Space shows the folder, and Escape the one above', async () => {
      await marks.focus();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Space');
      await crumbs.getByText('src', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await crumbs.getByText('src', { exact: true }).waitFor({ state: 'detached' });
    });

    await step('the wheel goes in and out, and a crumb goes back', async () => {
      const box = await marks.boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + 60, box.y + box.height / 2);
      await page.mouse.wheel(0, -200);
      await crumbs.getByText('src', { exact: true }).waitFor();
      await crumbs.getByText('quayside').click();
      await crumbs.getByText('src', { exact: true }).waitFor({ state: 'detached' });
    });

    await step('a search counts what it finds, and Enter opens the largest', async () => {
      await map.locator('#query').fill('berths st');
      await map.locator('#found').getByText('1 of 7 files').waitFor();
      await page.keyboard.press('Enter');
      await openTab('store.ts');
      await map.locator('#query').fill('');
    });

    await step('colours by what the memory connects to the cursor', async () => {
      await colourBy.selectOption('attention');
      await map.locator('#legend').getByText('src/berths/store.ts:1').waitFor();
      await marks.focus();
      await page.keyboard.press('ArrowRight');
      await map.locator('#tooltip').getByText('similarity: 90 %').waitFor();
    });

    await step('colours by language, with their shares', async () => {
      await colourBy.selectOption('language');
      await map.locator('.languages').getByText('TypeScript 75 %').waitFor();
    });

    await step('colours by the last change', async () => {
      await colourBy.selectOption('recency');
      await map.locator('#legend').getByText('oldest change').waitFor();
    });

    await step(
      'shows which part uses which, with counts and a line, on the map and in the list',
      async () => {
        await colourBy.selectOption('relations');
        await map.locator('#legend').getByText('An arrow leads from a part to one that it uses').waitFor();
        await marks.focus();
        await page.keyboard.press('ArrowRight');
        await map.locator('#tooltip').getByText('src/berths/: uses src/shared/ (3, planner.ts:2)').waitFor();
        await accessible(workbench);
        await map.getByRole('button', { name: 'List' }).click();
        await map.locator('#list button').filter({ hasText: 'parts: 2' }).click();
        await map
          .locator('#list button')
          .filter({ hasText: 'src/shared/: used by src/berths/ (3, planner.ts:2)' })
          .waitFor();
        await accessible(workbench);
        await crumbs.getByText('quayside').click();
        await map.getByRole('button', { name: 'List' }).click();
        await colourBy.selectOption('recency');
      },
    );

    await step('the list says the same and is gone through by key', async () => {
      await map.getByRole('button', { name: 'List' }).click();
      await map.locator('#list button').first().focus();
      await page.keyboard.press('Enter');
      await crumbs.getByText('src', { exact: true }).waitFor();
      await page.keyboard.press('ArrowDown');
      await map.locator('#list button:focus').filter({ hasText: 'main.ts' }).waitFor();
      await page.keyboard.press('Enter');
      await openTab('main.ts');
      await accessible(workbench);
    });

    await step('hidden and shown again it is as it was', async () => {
      await page.locator('.tab').filter({ hasText: 'Memory Map' }).click();
      await workbench.openFile('README.md', 1, 1);
      await page.locator('iframe.webview').waitFor({ state: 'hidden' });
      await page.locator('.tab').filter({ hasText: 'Memory Map' }).click();
      await map.locator('#list button').filter({ hasText: 'main.ts' }).waitFor();
      assert.equal(await colourBy.inputValue(), 'recency');
    });

    await step('it comes back with the window', async () => {
      // A browser editor saves its state every few seconds.
      await page.waitForTimeout(8000);
      await page.reload();
      // After reopening, its own services take up to half a minute.
      await map.locator('#legend').getByText('oldest change').waitFor({ timeout: 90_000 });
      assert.equal(await colourBy.inputValue(), 'recency');
    });
  } finally {
    await workbench.close();
  }
});

/** Runs axe-core inside the map's page. */
async function accessible(workbench: Workbench): Promise<void> {
  const body = await workbench.webview().locator('body').elementHandle();
  const frame = await body?.ownerFrame();
  assert.ok(frame);
  await frame.evaluate(axe);
  const results = (await frame.evaluate('axe.run()')) as AxeResults;
  assert.notEqual(results.passes.length, 0);
  assert.deepEqual(
    results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`),
    [],
  );
}
