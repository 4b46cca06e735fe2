/** A workbench page, and user actions in it. Every wait has a timeout. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { type Browser, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { type Editor, type LaunchOptions, launch } from './launch.ts';
import { type Requirements, root } from './requirements.ts';
import { stageWithDouble } from './stage.ts';

const screenshots = path.join(root, '.cache/screenshots');
/** Milliseconds; both cores may be busy. */
const patience = 45_000;

export interface OpenOptions extends LaunchOptions {
  /** Folder to open; defaults to a copy of the fixture repository. */
  readonly folder?: string;
  /** Behaviour of the stand-in server; defaults to the real server. */
  readonly double?: 'good' | 'crash' | 'crash-once' | 'hang';
  /**
   * Installs the extension, as users do. Only then are notifications shown, because loading an extension under
   * development requires smoke tests, which suppress them.
   */
  readonly asInstalled?: boolean;
  /** Package to install; defaults to the built folder. */
  readonly vsix?: string;
}

/** A copy, because tests write into it. */
export function copyOfFixture(name = 'quayside'): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), `${path.basename(name)}-`));
  cpSync(path.join(root, 'test/fixtures', name), folder, { recursive: true });
  return folder;
}

export class Workbench {
  readonly page: Page;
  readonly folder: string;
  readonly editor: Editor;
  readonly #browser: Browser;
  readonly #temporary: readonly string[];

  private constructor(
    page: Page,
    folder: string,
    editor: Editor,
    browser: Browser,
    temporary: readonly string[],
  ) {
    this.page = page;
    this.folder = folder;
    this.editor = editor;
    this.#browser = browser;
    this.#temporary = temporary;
  }

  static async open(
    { codeServer, chromium: executable }: Requirements,
    options: OpenOptions = {},
  ): Promise<Workbench> {
    const folder = options.folder ?? copyOfFixture();
    const extension = options.double ? stageWithDouble() : root;
    const state = mkdtempSync(path.join(os.tmpdir(), 'longsight-double-'));
    const temporary = [state, ...(options.folder ? [] : [folder]), ...(options.double ? [extension] : [])];
    const editor = await launch(codeServer, {
      ...options,
      ...(options.asInstalled && { installed: options.vsix ?? extension, smokeTest: false }),
      env: { ...doubleEnv(options.double, state), ...options.env },
    });
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({
        executablePath: executable,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-dev-shm-usage',
          // No requests leave this machine, whatever the workbench tries to load.
          '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
        ],
      });
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const page = await context.newPage();
      page.setDefaultTimeout(patience);
      await page.goto(editor.url(options.asInstalled ? { folder } : { folder, extension }));
      await page.locator('.monaco-workbench .part.statusbar').waitFor();
      return new Workbench(page, folder, editor, browser, temporary);
    } catch (error) {
      await browser?.close();
      await editor.stop();
      for (const leftover of temporary) rmSync(leftover, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.editor.stop();
    for (const folder of this.#temporary) rmSync(folder, { recursive: true, force: true });
  }

  /**
   * A step of a test that saves a screenshot, whether it passes or fails. A failure ends the test, because later steps
   * depend on it.
   */
  async step(t: TestContext, name: string, work: () => Promise<void>): Promise<void> {
    let passed = false;
    await t.test(name, { timeout: 3 * patience }, async () => {
      try {
        await work();
        passed = true;
      } finally {
        await this.screenshot(passed ? name : `failed ${name}`);
      }
    });
    if (!passed) throw new Error(`"${name}" failed.`);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    const file = path.join(screenshots, `${name.replace(/[^a-z0-9]+/gi, '-')}.png`);
    await this.page.screenshot({ path: file, timeout: 10_000 }).catch(() => undefined);
    // Screenshots of an earlier run would mislead.
    rmSync(path.join(screenshots, `failed-${path.basename(file)}`), { force: true });
  }

  /** Takes a screenshot of an open list and closes it. */
  async dismiss(name: string): Promise<void> {
    await this.screenshot(name);
    await this.page.keyboard.press('Escape');
    await this.quickInput().waitFor({ state: 'detached' });
  }

  /** Runs a command from the palette by its title. */
  async command(title: string): Promise<void> {
    await this.#fromQuickInput('F1', `>${title}`, title);
  }

  /** Selects a colour theme by name, through the user interface. */
  async theme(name: string): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.quickInput().fill(name);
    await this.quickPickRows().filter({ hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.quickInput().waitFor({ state: 'detached' });
  }

  async commandIsOffered(title: string): Promise<boolean> {
    await this.#pressForQuickInput('F1');
    await this.quickInput().fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const offered = await this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: title })
      .count();
    await this.page.keyboard.press('Escape');
    return offered > 0;
  }

  /** A key pressed while the focus enters or leaves a webview is lost. */
  async #pressForQuickInput(key: string): Promise<void> {
    const until = Date.now() + patience;
    do {
      await this.page.keyboard.press(key);
      await this.quickInput()
        .waitFor({ timeout: 8000 })
        .catch(() => undefined);
    } while (!(await this.quickInput().isVisible()) && Date.now() < until);
  }

  /**
   * Opens a list by key, types into it, and clicks on a result. A late focus change, such as a reappearing page, closes
   * the list.
   */
  async #fromQuickInput(key: string, written: string, shown: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.#pressForQuickInput(key);
      try {
        const timeout = tries < 3 ? 5000 : patience;
        await this.quickInput().fill(written, { timeout });
        await this.quickPickRows().filter({ hasText: shown }).first().click({ timeout });
        return;
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:not([style*="display: none"]) input.input');
  }

  quickPickRows(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** Opens a file of the folder with the cursor at a 1-based line and column. */
  async openFile(file: string, line = 1, column = 1): Promise<void> {
    await this.quickOpen(file, `:${line}:${column}`);
    await this.page.locator('.editor-instance .monaco-editor.focused').first().waitFor();
    await this.cursorIsAt(line, column);
  }

  /** Opens a file of the folder. A click on a list row that is being refiltered does nothing, so it retries. */
  async quickOpen(file: string, place = ''): Promise<void> {
    const name = path.basename(file);
    const tab = this.page.locator('.tab.active').filter({ hasText: name });
    for (let tries = 1; ; tries++) {
      await this.#fromQuickInput('ControlOrMeta+P', file + place, name);
      try {
        await tab.waitFor({ timeout: tries < 3 ? 8000 : patience });
        return;
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  }

  async cursorIsAt(line: number, column?: number): Promise<void> {
    const text = column === undefined ? `Ln ${line},` : `Ln ${line}, Col ${column}`;
    await this.page.locator('.statusbar-item').filter({ hasText: text }).first().waitFor();
  }

  /** Types with pauses, as a user does, so that suggestions are requested. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 30 });
  }

  ghostText(): Locator {
    return this.page.locator('.ghost-text-decoration, .suggest-preview-text .view-line');
  }

  /** Waits for ghost text and returns it. */
  async shownGhostText(): Promise<string> {
    await this.ghostText().first().waitFor();
    const first = await this.page.locator('.ghost-text-decoration').allInnerTexts();
    const below = await this.page.locator('.suggest-preview-text .view-line').allInnerTexts();
    return [first.join(''), ...below].join('\n').replaceAll('\u00a0', ' ');
  }

  /**
   * Waits until the ghost text matches or starts as expected: the rest of an earlier one may still be shown, and later
   * lines come later.
   */
  async ghostTextLike(expected: RegExp | string): Promise<void> {
    const until = Date.now() + patience;
    // The editor's list of words hides a suggestion that does not extend its entry: a user closes it to see the suggestion.
    let closesList = Date.now() + patience / 6;
    for (;;) {
      const text = await this.shownGhostText();
      if (typeof expected === 'string' ? text.startsWith(expected) : expected.test(text)) return;
      if (Date.now() > until) throw new Error(`The ghost text is ${JSON.stringify(text)}, not ${expected}.`);
      if (Date.now() > closesList && (await this.page.locator('.suggest-widget.visible').isVisible())) {
        closesList = Number.POSITIVE_INFINITY;
        await this.page.keyboard.press('Escape');
      }
      await this.page.waitForTimeout(100);
    }
  }

  /** A file's content on disk after saving. */
  async saved(file: string): Promise<string> {
    await this.page.keyboard.press('ControlOrMeta+S');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
    return readFileSync(path.resolve(this.folder, file), 'utf8');
  }

  async openSummary(): Promise<void> {
    await this.page.locator('.activitybar .action-item a[aria-label^="Longsight"]').click();
    await this.page.locator('.sidebar .pane-body').first().waitFor();
  }

  /** The summary's entry that contains a string. */
  summaryRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row').filter({ hasText: text }).first();
  }

  /** Hovers until a tooltip with the text is shown: one interrupted by movement never appears. */
  async tooltip(over: Locator, text: string): Promise<Locator> {
    const tooltip = this.page.locator('.monaco-hover').filter({ hasText: text });
    const until = Date.now() + patience;
    while (!(await tooltip.isVisible()) && Date.now() < until) {
      await this.page.mouse.move(640, 400);
      await over.hover();
      await tooltip.waitFor({ timeout: 5000 }).catch(() => undefined);
    }
    await tooltip.waitFor({ timeout: 1000 });
    return tooltip;
  }

  /** The contents of the active webview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview').frameLocator('#active-frame');
  }

  statusItem(): Locator {
    return this.page.locator('.statusbar-item[id*="longsight.status"]');
  }

  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }
}

function doubleEnv(double: OpenOptions['double'], state: string): Record<string, string> {
  if (!double) return {};
  return {
    LONGSIGHT_TEST_BEHAVIOUR: double,
    LONGSIGHT_TEST_PATIENCE: '1500',
    ...(double === 'crash' ? {} : { LONGSIGHT_TEST_MARK: path.join(state, 'started') }),
  };
}
