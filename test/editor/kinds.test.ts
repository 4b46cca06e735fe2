/**
 * Suggestions by kind: test names and bodies, doc comments, comments, imports, in the middle of a line, and in
 * documents that are not plain files.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { addCrew, begunTest, imports, notebook, put, restOfTest, token } from './crew.ts';
import { requirements } from './requirements.ts';
import { copyOfFixture, Workbench } from './workbench.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

const middle = `    const berthId = parseBerthId(parameters[''] ?? '');
    if (!berthId.ok) return refuse(400, berthId.problem);
`;

/** A file without indentation gets the editor's: four spaces by default. */
const indentedRest = restOfTest.replace(/^ {2}/gm, '    ');

test('kinds of suggestions', { skip, timeout: 600_000 }, async t => {
  assert.ok(!('skip' in needed));
  const folder = copyOfFixture();
  const elsewhere = path.join(os.tmpdir(), `${path.basename(folder)}-elsewhere.ts`);
  addCrew(folder);
  put(folder, 'tests/tug.test.ts', `${begunTest}\n`);
  put(folder, 'src/crew/tug.ts', '// Part of quayside, the berth planner of the harbour office.\n\n');
  put(folder, 'src/crew/middle.ts', middle);
  put(folder, 'forecast/tug.py', `${imports}\n\n\ndef tug_on_duty(readings: list[Reading]) -> bool:\n    \n`);
  put(folder, 'duty.ipynb', notebook([imports, 'def tug_on_duty(readings: list[Reading]) -> bool:\n']));
  put(folder, 'src/crew/token.ts', `const token = '${token}';\n${begunTest}\n`);
  put(folder, 'src/left-out/tug.test.ts', `${begunTest}\n`);
  put(path.dirname(elsewhere), path.basename(elsewhere), begunTest);
  const workbench = await Workbench.open(needed, {
    folder,
    settings: { 'longsight.completion.eagerness': 1, 'longsight.read.exclude': ['src/left-out/'] },
  });
  const { page } = workbench;
  const step = (name: string, work: () => Promise<void>): Promise<void> => workbench.step(t, name, work);
  const lastLine = begunTest.split('\n').length;
  const accepted = async (file: string): Promise<string> => {
    await workbench.shownGhostText();
    await page.keyboard.press('Tab');
    return workbench.saved(file);
  };
  /** Types where something would be suggested, also requests it explicitly, and expects nothing. */
  const nothingAfter = async (typed: string): Promise<void> => {
    await workbench.type(typed);
    await page.keyboard.press('Alt+Backslash');
    await page.waitForTimeout(1500);
    assert.equal(await workbench.ghostText().count(), 0);
  };
  try {
    await step('the repository of the kinds is read', async () => {
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
    });

    await step('the benchmark counts in a terminal, and its plot is shown', async () => {
      await workbench.command('Longsight: Benchmark This Repository');
      await workbench.webview().getByRole('img').waitFor({ timeout: 120_000 });
      await page.locator('.tab.active').filter({ hasText: 'Benchmark of' }).waitFor();
      await workbench.screenshot('benchmark');
      await workbench.command('View: Close Editor');
    });

    await step('the name of a test, and the block that belongs to it', async () => {
      await workbench.openFile('tests/tug.test.ts', lastLine, 1);
      await workbench.type("test('nobody");
      // The editor has closed quote and bracket; the ghost text surrounds them.
      await workbench.ghostTextLike(/^ answers an empty call sign/);
      await workbench.screenshot('a block');
      assert.equal(await accepted('tests/tug.test.ts'), `${begunTest}test('nobody${indentedRest}\n`);
    });

    await step('an import', async () => {
      await workbench.openFile('src/crew/tug.ts', 2, 1);
      await workbench.type('import { fai');
      assert.match(
        await accepted('src/crew/tug.ts'),
        /^import \{ failed, type Result, succeeded \} from '\.\.\/shared\/result\.ts';$/m,
      );
    });

    await step('in the middle of a line, without what follows', async () => {
      await workbench.openFile('src/crew/middle.ts', 1, 46);
      await workbench.type('ber');
      await workbench.ghostTextLike(/^thId$/);
      assert.equal(await accepted('src/crew/middle.ts'), middle.replace("['']", "['berthId']"));
    });

    await step('a docstring', async () => {
      await workbench.openFile('forecast/tug.py', 5, 5);
      await workbench.type('"""Says');
      assert.match(
        await accepted('forecast/tug.py'),
        /^ {4}"""Says whether the water allows anybody to go out\."""$/m,
      );
    });

    await step(
      'the next line after an accepted one, which is a comment, and the one after that',
      async () => {
        await page.keyboard.press('End');
        await page.keyboard.press('Enter');
        await workbench.ghostTextLike(/^# Below half a metre nobody leaves the quay\./);
        await accepted('forecast/tug.py');
        await page.keyboard.press('Enter');
        await workbench.ghostTextLike(/^return readings/);
        assert.match(await accepted('forecast/tug.py'), / {4}return readings\[-1\]\.metres > 0\.5\n/);
      },
    );

    await step('a comment', async () => {
      await page.keyboard.press('Enter');
      await workbench.type('# Below');
      await workbench.ghostTextLike(/^ half a metre/);
      await page.keyboard.press('Escape');
      await workbench.saved('forecast/tug.py');
    });

    await step('a cell of a notebook, from the cells before it', async () => {
      await workbench.quickOpen('duty.ipynb');
      const cell = page.locator('.notebookOverlay .cell.code .monaco-editor').nth(1);
      await cell.locator('.view-line').last().click();
      await page.keyboard.press('ControlOrMeta+End');
      await workbench.type('    """Says');
      await workbench.ghostTextLike(/^ whether the water/);
      assert.match(
        await accepted('duty.ipynb'),
        /\\"\\"\\"Says whether the water allows anybody to go out\./,
      );
    });

    await step('an untitled file', async () => {
      await workbench.command('File: New Untitled Text File');
      await page.locator('.tab.active').filter({ hasText: 'Untitled-1' }).waitFor();
      await workbench.command('Change Language Mode');
      await workbench.quickInput().fill('TypeScript');
      await page.keyboard.press('Enter');
      await page
        .locator('.statusbar-item')
        .filter({ hasText: /^TypeScript$/ })
        .waitFor();
      await workbench.statusItem().locator('.codicon-telescope').waitFor();
      await workbench.type('// Part of quayside, the berth planner of the harbour office.');
      await page.keyboard.press('Enter');
      await workbench.type('import { fai');
      await workbench.ghostTextLike(/^led, type Result, succeeded/);
    });

    await step('a file outside of the workspace', async () => {
      await workbench.openFile(elsewhere, lastLine, 1);
      await workbench.type("test('nobody");
      assert.equal(await accepted(elsewhere), `${begunTest}test('nobody${indentedRest}`);
    });

    await step('nothing in a file that holds a secret', async () => {
      await workbench.openFile('src/crew/token.ts', lastLine + 1, 1);
      await nothingAfter("test('nobody");
    });

    await step('nothing in a file that was left out', async () => {
      await workbench.openFile('src/left-out/tug.test.ts', lastLine, 1);
      await nothingAfter("test('nobody");
    });
  } finally {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(elsewhere, { force: true });
  }
});
