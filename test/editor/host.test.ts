/** Runs the checks of `host/suite.ts` inside the extension host: of code-server, and of a desktop VS Code where VSCODE_PATH names one. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, type TestContext } from 'node:test';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Result } from './host/suite.ts';
import { launch } from './launch.ts';
import { requirements, root } from './requirements.ts';
import { findVsCodeExecutable } from './vscode.ts';
import { copyOfFixture } from './workbench.ts';

const needed = await requirements();
const vscode = findVsCodeExecutable();
const temporary = mkdtempSync(path.join(os.tmpdir(), 'longsight-host-'));
const suite = path.join(temporary, 'suite.cjs');
await build({
  entryPoints: [path.join(import.meta.dirname, 'host/suite.ts')],
  outfile: suite,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['vscode'],
  logLevel: 'warning',
});
after(() => rmSync(temporary, { recursive: true, force: true }));

test('inside the extension host of code-server', {
  skip: 'skip' in needed && needed.skip,
  timeout: 420_000,
}, async t => {
  assert.ok(!('skip' in needed));
  const folder = copyOfFixture();
  const results = path.join(temporary, 'code-server.json');
  const editor = await launch(needed.codeServer, { env: { LONGSIGHT_HOST_RESULTS: results } });
  const browser = await chromium.launch({
    executablePath: needed.chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    const page = await browser.newPage();
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const ended = new Promise<number>((resolve, reject) => {
      page.on('crash', () => reject(new Error('the page crashed')));
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
    });
    await page.goto(editor.url({ folder, extension: root, tests: suite }));
    assert.equal(await ended, 0);
  } finally {
    await browser.close();
    await editor.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  await report(t, results);
});

// Not a skipped test without one: desktop VS Code is optional.
if (vscode) {
  test('inside the extension host of VS Code', { timeout: 420_000 }, async t => {
    const folder = copyOfFixture();
    const results = path.join(temporary, 'vscode.json');
    try {
      const code = await runTests({
        vscodeExecutablePath: vscode,
        extensionDevelopmentPath: root,
        extensionTestsPath: suite,
        extensionTestsEnv: { LONGSIGHT_HOST_RESULTS: results },
        launchArgs: [
          folder,
          '--disable-extensions',
          '--disable-workspace-trust',
          `--user-data-dir=${temporary}/user`,
        ],
      });
      assert.equal(code, 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await report(t, results);
  });
}

/** One subtest per check, so that each is counted. */
async function report(t: TestContext, file: string): Promise<void> {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Result[];
  assert.notEqual(results.length, 0);
  for (const { name, problem } of results) {
    await t.test(name, () => {
      if (problem !== undefined) assert.fail(problem);
    });
  }
}
