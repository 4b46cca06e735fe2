/**
 * Takes the pictures of the documentation from the real editor: `node test/editor/pictures.ts [folder]`, after `npm run build`. Each shows the sidebar
 * and the memory map of a folder (this repository by default) in one theme, and goes to media/screenshots.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { requirements, root } from './requirements.ts';
import { Workbench } from './workbench.ts';

const themes: Readonly<Record<string, string>> = {
  light: 'Light Modern',
  dark: 'Dark Modern',
  'high-contrast': 'Dark High Contrast',
};
const target = path.join(root, 'media/screenshots');
const needed = await requirements();
if ('skip' in needed) throw new Error(needed.skip);
const workbench = await Workbench.open(needed, {
  folder: path.resolve(process.argv[2] ?? root),
  settings: { 'window.commandCenter': false, 'workbench.layoutControl.enabled': false },
});
const { page } = workbench;
const map = workbench.webview();
try {
  page.setDefaultTimeout(180_000);
  await page.setViewportSize({ width: 1120, height: 700 });
  await workbench.openSummary();
  await workbench.statusItem().locator('.codicon-telescope').waitFor();
  await workbench.summaryRow('Start here').waitFor();
  await workbench.command('Longsight: Show Memory Map');
  await map.locator('#legend .ramp').waitFor();
  // A wider sidebar shows full sentences.
  const sidebar = await page.locator('.part.sidebar').boundingBox();
  if (sidebar) {
    const edge = sidebar.x + sidebar.width;
    await page.mouse.move(edge, 300);
    await page.waitForTimeout(500);
    await page.mouse.down();
    await page.mouse.move(edge + 70, 300, { steps: 5 });
    await page.mouse.up();
  }
  await map.locator('#busy:empty').waitFor({ state: 'attached' });
  mkdirSync(target, { recursive: true });
  for (const [name, theme] of Object.entries(themes)) {
    await workbench.theme(theme);
    await map.locator(`body[data-vscode-theme-kind="vscode-${name}"]`).waitFor();
    await page.waitForTimeout(1500);
    await map.locator('#marks').focus();
    await page.keyboard.press('ArrowRight');
    await map.locator('#tooltip:not([hidden])').waitFor();
    await page.screenshot({ path: path.join(target, `${name}.png`) });
    await page.keyboard.press('Escape');
  }
} finally {
  await workbench.close();
}
