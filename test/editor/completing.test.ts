/** Suggestions in the real editor with the real server, in many places and ways of typing. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { continued, handlers } from './quayside.ts';
import { requirements } from './requirements.ts';
import { copyOfFixture, Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

/** The handlers up to where `const berthId` is due, and the rest of the line. */
function openHandler(folder: string): string {
  const text = readFileSync(path.join(folder, handlers), 'utf8');
  const end = 'parameters => {\n';
  return text.slice(0, text.indexOf(end) + end.length);
}

test('suggestions as people type', { skip, timeout: 900_000 }, async t => {
  assert.ok(!('skip' in needed));
  const folder = copyOfFixture();
  const begun = openHandler(folder);
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  write('src/http/lf.ts', `${begun}    \n\n\n`);
  write('src/http/crlf.ts', `${begun}    \n`.replaceAll('\n', '\r\n'));
  write(
    'src/http/tabs.ts',
    `${begun}    \n`.replace(/^(?: {2})+/gm, indent => '\t'.repeat(indent.length / 2)),
  );
  write('src/http/emoji.ts', `${begun}    /* 🚢🧑‍🚀 */ \n`);
  write('src/http/rtl.ts', `// רציף חדש לאונייה\n${begun}    /* שלום */ \n`);
  const levels = Array.from({ length: 50_000 }, () => 'tick();\n').join('');
  write('src/http/long.ts', `${levels}${begun}    \n`);
  const workbench = await Workbench.open(needed, {
    folder,
    settings: { 'longsight.completion.eagerness': 1 },
  });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  const lineOf = begun.split('\n').length;
  /** Opens a file, types at the end of a line, and waits for the repository's continuation. */
  const begin = async (file: string, line = lineOf): Promise<void> => {
    await workbench.openFile(file, line, 1);
    await page.keyboard.press('End');
    await workbench.type('const berthId');
    await workbench.ghostTextLike(' = parseBerthId');
  };
  const accept = async (): Promise<void> => {
    await page.keyboard.press('Tab');
    await workbench.ghostText().first().waitFor({ state: 'detached' });
  };
  try {
    await step('the repository is read', async () => {
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
    });

    await step('after a burst of keys', async () => {
      await workbench.openFile('src/http/lf.ts', lineOf, 1);
      await page.keyboard.press('End');
      // Without time between keys the editor sometimes never asks.
      await page.keyboard.type('const berthId', { delay: 20 });
      await workbench.ghostTextLike(' = parseBerthId');
    });

    await step('typing along shows what is left', async () => {
      await workbench.type(' = par');
      await workbench.ghostTextLike('seBerthId');
    });

    await step('the next and the one before', async () => {
      const first = await workbench.shownGhostText();
      await page.keyboard.press('Alt+BracketRight');
      await page.waitForTimeout(1000);
      await page.keyboard.press('Alt+BracketLeft');
      await page.waitForTimeout(1000);
      assert.equal(await workbench.shownGhostText(), first);
    });

    await step('accepted and undone', async () => {
      await accept();
      await workbench.saved('src/http/lf.ts');
      assert.ok(
        readFileSync(path.join(folder, 'src/http/lf.ts'), 'utf8').includes(`const berthId${continued}`),
      );
      await page.keyboard.press('ControlOrMeta+Z');
      await page.keyboard.press('Escape');
      const undone = await workbench.saved('src/http/lf.ts');
      assert.ok(!undone.slice(begun.length).includes('parameters['), undone.slice(begun.length));
    });

    await step('with two cursors nothing is garbled', async () => {
      await workbench.openFile('src/http/lf.ts', lineOf + 2, 1);
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+Alt+ArrowDown');
      await page.keyboard.press('Escape');
      await workbench.command('Add Cursor Above');
      await page.keyboard.type('const berth', { delay: 30 });
      await page.waitForTimeout(1500);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      const saved = await workbench.saved('src/http/lf.ts');
      assert.ok((saved.match(/^\s*const berth$/gm) ?? []).length >= 2, saved.slice(begun.length));
    });

    await step('carriage returns stay what they are', async () => {
      await begin('src/http/crlf.ts');
      await accept();
      const saved = await workbench.saved('src/http/crlf.ts');
      assert.ok(saved.includes(`const berthId${continued}`) && !/(?<!\r)\n/.test(saved));
    });

    await step('tabs stay tabs', async () => {
      await begin('src/http/tabs.ts');
      await accept();
      const saved = await workbench.saved('src/http/tabs.ts');
      assert.ok(saved.includes(`\t\tconst berthId${continued}`) && !/^\t* {2}/m.test(saved));
    });

    for (const name of ['emoji', 'rtl']) {
      await step(`after ${name}`, async () => {
        await workbench.openFile(`src/http/${name}.ts`, name === 'rtl' ? lineOf + 1 : lineOf, 1);
        await page.keyboard.press('End');
        await workbench.type('const berthId');
        // Code after a comment is rare, so it needs an explicit request; the status says that nothing is shown, once the keys pause.
        await workbench.statusItem().locator('.codicon-dash, .codicon-list-selection').waitFor();
        await workbench.command('Longsight: Trigger Completion');
        await workbench.ghostTextLike(' = parseBerthId');
        await accept();
        assert.ok((await workbench.saved(`src/http/${name}.ts`)).includes(` */ const berthId${continued}`));
      });
    }

    await step('at the end of 50,000 lines', async () => {
      await workbench.openFile('src/http/long.ts', 50_000 + lineOf, 1);
      await page.keyboard.press('End');
      await workbench.type('const berthId');
      // The editor analyzes such a file first, which takes time on a busy machine.
      await workbench.ghostText().first().waitFor({ timeout: 100_000 });
      await accept();
      assert.ok((await workbench.saved('src/http/long.ts')).includes(`const berthId${continued}`));
    });
  } finally {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
