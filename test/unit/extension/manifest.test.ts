/**
 * The manifest refers to commands, menus, files and contexts in many places, and the editor ignores missing ones
 * silently.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

interface Item {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
}

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly markdown: string };
}

interface Contributes {
  readonly commands: readonly {
    readonly command: string;
    readonly icon?: string;
    readonly enablement?: string;
  }[];
  readonly menus: Readonly<Record<string, readonly Item[]>>;
  readonly submenus: readonly { readonly id: string }[];
  readonly viewsWelcome: readonly { readonly contents: string; readonly when?: string }[];
  readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
}

const root = path.join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { contributes } = JSON.parse(read('package.json')) as { contributes: Contributes };
const commands = new Set(contributes.commands.map(({ command }) => command));
const submenus = new Set(contributes.submenus.map(({ id }) => id));
const sources = globSync('extension/**/*.ts', { cwd: root }).map(read);

test('menus name declared commands and submenus, and every submenu is in a menu', () => {
  const items = Object.values(contributes.menus).flat();
  for (const { command, submenu } of items) {
    if (command) assert.ok(commands.has(command), command);
    if (submenu) assert.ok(submenus.has(submenu), submenu);
  }
  for (const id of submenus) {
    assert.ok(items.some(({ submenu }) => submenu === id));
    assert.ok(contributes.menus[id]?.length);
  }
});

test('every command is offered with an icon, and once', () => {
  assert.equal(commands.size, contributes.commands.length);
  assert.deepEqual(
    contributes.commands.filter(({ icon }) => !icon),
    [],
  );
});

test('conditions use contexts that the extension sets', () => {
  const { commands: declared, menus, viewsWelcome } = contributes;
  const conditions = [
    ...declared.map(({ enablement }) => enablement),
    ...[...Object.values(menus).flat(), ...viewsWelcome].map(item => item.when),
  ].join(' ');
  // Not `config.longsight.…`, which is a setting.
  const asked = [...conditions.matchAll(/(?<![.\w])longsight\.(\w+)/g)].map(match => match[1]!);
  const set = new Set(
    sources
      .flatMap(text => [...text.matchAll(/setContext\('(\w+)'|'longsight\.(\w+)'/g)])
      .map(match => match[1] ?? match[2]),
  );
  assert.ok(asked.length > 0);
  assert.deepEqual(
    // `view == longsight.summary` names the view.
    [...new Set(asked)].filter(name => name !== 'summary' && !set.has(name)),
    [],
  );
});

test('buttons of welcome texts and of the walkthrough run commands that exist', () => {
  const steps = contributes.walkthroughs.flatMap(walkthrough => walkthrough.steps);
  const texts = [
    ...contributes.viewsWelcome.map(({ contents }) => contents),
    ...steps.map(({ description }) => description),
  ];
  const named = texts.flatMap(text =>
    [...text.matchAll(/command:(longsight\.[\w.]+)/g)].map(match => match[1]!),
  );
  assert.ok(named.length > 8);
  // The editor provides a command that focuses a view.
  assert.deepEqual(
    named.filter(name => !commands.has(name) && name !== 'longsight.summary.focus'),
    [],
  );
});

test('the walkthrough has its pages, they have their pictures, and the package holds both', () => {
  const allowed = read('.vscodeignore');
  const pages = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown));
  assert.ok(pages.length > 0);
  for (const page of pages) {
    const pictures = [...read(page).matchAll(/!\[[^\]]{10,}\]\(([^)]+)\)/g)].map(match => match[1]!);
    assert.equal(pictures.length, 1, page);
    for (const file of [page, path.posix.join(path.posix.dirname(page), pictures[0]!)]) {
      assert.ok(existsSync(path.join(root, file)), file);
      assert.ok(allowed.includes(`!${path.posix.dirname(file)}/*${path.posix.extname(file)}`), file);
    }
  }
});
