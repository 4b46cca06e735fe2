/** Types at places of a fixture repository in the real editor, like a user, and records the suggestions. */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Requirements } from '../requirements.ts';
import { copyOfFixture, Workbench } from '../workbench.ts';
import {
  lineOf,
  type Outcome,
  outcomeOf,
  type Place,
  type Trial,
  textBefore,
  withoutIndentation,
} from './place.ts';

export interface Result {
  readonly place: Place;
  readonly outcome: Outcome;
  /** The accepted text, without indentation. */
  readonly shown: string;
}

/** Milliseconds after the last key within which a suggestion must appear: more than a user waits, because a test machine may be busy. */
const patience = 8000;
/** Milliseconds for which a user looks at a place before typing there. */
const looked = 1500;
/** The last keys of a place are typed with pauses, earlier ones without. */
const slowKeys = 16;

/**
 * Opens the trial's repository with default settings and types at each of its places.
 * @param env for the editor: with the user's cache folder, the code model in use takes part
 */
export async function runTrial(
  needed: Requirements,
  trial: Trial,
  tell: (result: Result) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Result[]> {
  const folder = copyOfFixture(`trial/${trial.name}`);
  const workbench = await Workbench.open(needed, { folder, env });
  try {
    await workbench.statusItem().locator('.codicon-telescope').waitFor();
    const results: Result[] = [];
    let file = '';
    for (const place of trial.places) {
      const result = await tryAt(workbench, place, place.file === file);
      file = place.file;
      results.push(result);
      tell(result);
    }
    return results;
  } finally {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param isOpen whether the file is in front already: then the cursor gets there by keys, which takes less than opening it again */
async function tryAt(workbench: Workbench, place: Place, isOpen: boolean): Promise<Result> {
  const { page, folder } = workbench;
  const text = readFileSync(path.join(folder, place.file), 'utf8');
  const line = lineOf(text, place);
  if (isOpen) {
    await page.keyboard.press('ControlOrMeta+Home');
    for (let down = 1; down < line; down++) await page.keyboard.press('ArrowDown');
  } else await workbench.openFile(place.file, line, 1);
  await page.keyboard.press('End');
  await page.waitForTimeout(looked);
  await page.keyboard.press('Enter');
  await type(workbench, place.typed);
  const isShown = await workbench
    .ghostText()
    .first()
    .waitFor({ timeout: patience })
    .then(
      () => true,
      () => false,
    );
  let outcome: Outcome = 'silent';
  let shown = '';
  if (isShown) {
    // A first suggestion may be replaced by a better one.
    await page.waitForTimeout(400);
    await page.keyboard.press('Tab');
    // The extension moves the cursor into an empty body, which would undo the selection that is copied.
    await page.waitForTimeout(500);
    const after = withoutIndentation(await copiedBefore(workbench));
    const before = textBefore(text, place);
    outcome = outcomeOf(before, after, place.wanted);
    shown = after.startsWith(before) ? after.slice(before.length) : after.slice(-60);
  }
  await undone(workbench);
  return { place, outcome, shown };
}

async function type({ page }: Workbench, typed: string): Promise<void> {
  for (const [i, key] of Array.from(typed).entries()) {
    if (key === '\b') await page.keyboard.press('Backspace');
    else if (key === '↓') {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
    } else if (key === '\n') {
      // Enter would accept the selected entry of an open list: a user sees that and closes it.
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
    } else await page.keyboard.type(key);
    await page.waitForTimeout(typed.length - i > slowKeys ? 2 : 30);
  }
}

/** The editor's text from its start to the cursor. */
async function copiedBefore({ page }: Workbench): Promise<string> {
  await page.keyboard.press('ControlOrMeta+Shift+Home');
  await page.evaluate("navigator.clipboard.writeText('')");
  await page.keyboard.press('ControlOrMeta+C');
  for (let tries = 0; tries < 40; tries++) {
    const text = await page.evaluate<string>('navigator.clipboard.readText()');
    if (text !== '') return text.replaceAll('\r\n', '\n');
    await page.waitForTimeout(50);
  }
  throw new Error('Nothing was copied.');
}

async function undone({ page }: Workbench): Promise<void> {
  const dirty = page.locator('.tab.active.dirty');
  await page.keyboard.press('Escape');
  for (let tries = 0; tries < 100 && (await dirty.count()) > 0; tries++) {
    await page.keyboard.press('ControlOrMeta+Z');
    await page.waitForTimeout(20);
  }
  if ((await dirty.count()) > 0) throw new Error('What was typed could not be undone.');
}
