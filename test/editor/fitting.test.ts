/** How suggestions fit a document: closed bodies, the editor's list, next edits, snoozing. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { copyOfFixture, Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

const suite = (name: string): string => `import { strip } from '../src/strip.ts';

describe('${name}', () => {
  it('should ${name} ansi codes', () => {
    assert.equal(strip('${name}'), '');
  });
});
`;

test('suggestions fit what is there', { skip, timeout: 600_000 }, async t => {
  assert.ok(!('skip' in needed));
  const folder = copyOfFixture();
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  write('src/strip.ts', 'export function strip(text: string): string {\n  return text;\n}\n');
  for (const name of ['colour', 'cursor', 'link', 'style']) write(`tests/${name}.test.ts`, suite(name));
  write('tests/new.test.ts', "import { strip } from '../src/strip.ts';\n\ndescribe('new', () => {\n});\n");
  write('src/calls.ts', 'load(1);\nload(2);\nother();\nload(3);\n');
  const workbench = await Workbench.open(needed, { folder });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  try {
    await step('the repository is read', async () => {
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
    });

    await step('a body that opens inside brackets is closed, with the cursor in it', async () => {
      await workbench.openFile('tests/new.test.ts', 3, 1);
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await workbench.type("it('should leave ansi codes', ");
      await workbench.ghostTextLike('() => {');
      await page.keyboard.press('Tab');
      // The file has no indentation, so the editor's setting applies; and the next line is suggested at once.
      await workbench.cursorIsAt(5, 9);
      await workbench.ghostTextLike('assert.equal(strip(');
      assert.match(
        await workbench.saved('tests/new.test.ts'),
        /\n {4}it\('should leave ansi codes', \(\) => \{\n {8}\n {4}\}\);?\n\}\);\n$/,
      );
    });

    await step('a change that repeats is offered where it is due, and made', async () => {
      for (const line of [1, 2]) {
        await workbench.openFile('src/calls.ts', line, 1);
        for (let i = 0; i < 4; i++) await page.keyboard.press('Delete');
        await workbench.type('fetch');
        await page.keyboard.press('Escape');
      }
      await page.locator('.view-line').filter({ hasText: 'fetch(2)' }).waitFor();
      await page.waitForTimeout(2000);
      await page.keyboard.press('Control+Alt+N');
      await workbench.cursorIsAt(4);
      await page.keyboard.press('Control+Alt+N');
      await page.locator('.view-line').filter({ hasText: 'fetch(3)' }).waitFor();
    });

    await step('snoozed until it is ended', async () => {
      await workbench.command('Longsight: Snooze Suggestions');
      await workbench.quickPickRows().filter({ hasText: '30 minutes' }).click();
      await workbench.statusItem().locator('.codicon-bell-slash').waitFor();
      await workbench.command('Longsight: End Snoozing');
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
    });
  } finally {
    await workbench.close();
  }
});
