import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytesOf, compileGlob } from '../../../server/workspace/ignore/glob.ts';
import { IgnoreRules } from '../../../server/workspace/ignore/rules.ts';
import { TemporaryFolder } from './folder.ts';

/** Whether git ignores each path, which need not exist, with only this pattern. */
function ignoredByGit(folder: TemporaryFolder, pattern: string, paths: readonly string[]): string[] {
  folder.write('.gitignore', `${pattern}\n`);
  const { stdout } = spawnSync('git', ['check-ignore', '--stdin', '-z', '--no-index', '-v', '-n'], {
    cwd: folder.root,
    input: paths.join('\0'),
    encoding: 'utf8',
  });
  // Source, line, pattern and path, for each path.
  const fields = stdout.split('\0');
  const ignored: string[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4)
    if (fields[at] !== '' && !fields[at + 2]!.startsWith('!')) ignored.push(fields[at + 3]!);
  return ignored;
}

/** As git: the highest ignored parent decides. */
function ignoredByUs(pattern: string, path: string): boolean {
  const rules = new IgnoreRules(pattern, false);
  const names = path.split('/');
  return names.some((_, at) => {
    const isFolder = at < names.length - 1;
    return rules.decide(names.slice(0, at + 1).join('/'), isFolder) === 'ignored';
  });
}

const pieces = fc.constantFrom(
  ...[
    [
      'a',
      'b',
      'é',
      '*',
      '**',
      '?',
      '/',
      '/**/',
      '**/',
      '[ab]',
      '[!a]',
      '[^é]',
      '[a-c]',
      '[[:alpha:]]',
      '\\*',
      '\\a',
    ],
    ['[', ']', '.', '!', '#', ' ', '\\ ', '[]a]', '[a-]', '***', '[[:digit:]x]', '\\'],
  ].flat(),
);

const name = fc.stringMatching(/^[abc.é*]{1,3}$/).filter(text => !/^\.+$/.test(text));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(names => names.join('/'));

describe('patterns of .gitignore', () => {
  it('match what git matches', () => {
    using folder = new TemporaryFolder();
    folder.git('init', '-q');
    let both = 0;
    fc.assert(
      fc.property(
        fc.array(pieces, { minLength: 1, maxLength: 6 }).map(parts => parts.join('')),
        fc.uniqueArray(path, { minLength: 30, maxLength: 30 }),
        (pattern, paths) => {
          const expected = new Set(ignoredByGit(folder, pattern, paths));
          for (const one of paths)
            assert.equal(ignoredByUs(pattern, one), expected.has(one), `${pattern} on ${one}`);
          both += expected.size;
        },
      ),
      {
        numRuns: 150,
        // Git looks for a double star at the start of what follows the literal part.
        examples: [['a**/a', ['aa', 'ab/a', 'ab/c/a', 'a/a', 'b/a', 'a']]],
      },
    );
    assert.ok(both > 100, `${both} paths were ignored at all`);
  });

  for (const [pattern, text] of [
    [`${'**/a/'.repeat(12)}x`, 'a/'.repeat(400)],
    [`${'*a'.repeat(60)}b`, 'a'.repeat(2000)],
    [`${'[ab]*'.repeat(100)}c`, 'ab'.repeat(1000)],
  ] as const)
    it(`end in time on ${pattern.slice(0, 20)}…`, () => {
      // Exponential growth would outlive the machine.
      assert.equal(compileGlob(pattern)!(text), false);
    });

  it('match bytes, ignoring case only for ASCII letters', () => {
    assert.equal(compileGlob('?')!(bytesOf('é')), false);
    assert.equal(compileGlob('??')!(bytesOf('é')), true);
    assert.equal(compileGlob('*.MD', true)!('readme.md'), true);
    assert.equal(compileGlob('[A-C]x', true)!('bX'), true);
    assert.equal(compileGlob('*.md')!('a/readme.md'), false);
  });
});
