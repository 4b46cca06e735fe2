/** Documents for people: sizes, paths, the index of benchmarks, and unwanted wording. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root, sources, tracked } from './structure.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const longest: readonly (readonly [file: string, lines: number])[] = [
  ['ARCHITECTURE.md', 200],
  ['README.md', 200],
  ['CONTRIBUTING.md', 200],
];

for (const [file, most] of longest) {
  test(`${file} has at most ${most} lines`, () => {
    assert.ok(read(file).split('\n').length <= most);
  });
}

const decisions = tracked.filter(file => /^\.docs\/decisions\/.*\.md$/.test(file));

test('decisions are numbered without gaps, short, and listed in ARCHITECTURE.md', () => {
  const architecture = read('ARCHITECTURE.md');
  decisions.sort().forEach((file, index) => {
    const number = String(index + 1).padStart(3, '0');
    assert.ok(path.basename(file).startsWith(`${number}-`), file);
    assert.ok(read(file).startsWith(`# ${number}. `), file);
    assert.ok(read(file).split('\n').length <= 40, file);
    assert.ok(architecture.includes(`(${file})`), `ARCHITECTURE.md does not list ${file}`);
  });
  assert.ok(decisions.length > 0);
});

test('documents name only existing files and folders', () => {
  const wrong: string[] = [];
  for (const file of ['CONTRIBUTING.md', 'README.md', 'test/bench/README.md', ...decisions]) {
    for (const [, name] of read(file).matchAll(
      /`((?:test|server|kernels|extension|media|\.config|\.docs|\.vscode)\/[\w./-]*)`/g,
    )) {
      const exists = tracked.some(one => one === name || one.startsWith(name!.replace(/\/?$/, '/')));
      if (!exists) wrong.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the index of benchmarks names each of them, and none that does not exist', () => {
  const files = tracked.filter(file => /^test\/bench\/[\w-]+\.ts$/.test(file));
  const texts = files.map(read);
  // Files imported by another benchmark are parts of it.
  const names = files
    .map(file => path.basename(file))
    .filter(name => !texts.some(text => text.includes(`from './${name}'`)))
    .map(name => name.replace(/\.ts$/, ''))
    .sort();
  const listed = [...read('test/bench/README.md').matchAll(/^\| `([\w-]+)/gm)].map(match => match[1]!).sort();
  assert.deepEqual(listed, names);
});

/** Wording that reads as translated, and claims that were false, with replacements. */
const unwanted: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bnobody\b/i, 'say who, or use the passive'],
  [/\banew\b/i, 'again, from scratch'],
  [/\bmust be a text\b|\blist of texts\b/i, 'a string, a list of strings'],
  [/\b(?:could|can|is|are) not (?:to )?be had\b|\bto be had\b/i, 'cannot be computed, could not load'],
  [/\bcannot be worked with\b/i, 'invalid'],
  [/\bwithout a word\b/i, 'disconnected'],
  [/\bany ?more tokens than\b/i, 'over the limit'],
  [/\bfrom the model\b/i, 'the copy memory makes suggestions; name the file'],
  [/\bWhat of the\b/, 'name the thing itself'],
  [/\bhas gone\b/i, 'no longer exists, disconnected'],
];

test('user-facing text has none of the unwanted wording', () => {
  const wrong: string[] = [];
  const check = (file: string, text: string): void => {
    for (const [pattern, instead] of unwanted) {
      const match = pattern.exec(text);
      if (match) wrong.push(`${file}: "${match[0]}" in "${text.slice(0, 80)}"; write: ${instead}`);
    }
  };
  for (const file of sources.filter(name => /^(server|extension)\//.test(name))) {
    for (const text of literals(read(file))) check(file, text);
  }
  for (const file of tracked.filter(name => /^media\/.*\.(md|svg)$/.test(name))) check(file, read(file));
  for (const file of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md']) {
    for (const line of read(file).split('\n')) check(file, line);
  }
  const { contributes, description } = JSON.parse(read('package.json')) as Record<string, unknown>;
  check('package.json', JSON.stringify({ contributes, description }));
  assert.deepEqual(wrong, []);
});

/** String literals with a space in them: messages, not names. Skips comments. */
function literals(source: string): string[] {
  return source
    .split('\n')
    .filter(line => !/^\s*(\/\*\*|\*|\/\/)/.test(line))
    .flatMap(line => [...line.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)])
    .map(match => match[1] ?? match[2] ?? match[3] ?? '')
    .filter(text => text.includes(' '));
}
