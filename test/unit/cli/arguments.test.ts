import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandLine, parseCommandLine, UsageError } from '../../../server/cli/arguments.ts';
import { usage } from '../../../server/cli/commands.ts';

function parsed(words: string): CommandLine {
  const line = parseCommandLine(words.split(' '));
  assert.ok(typeof line === 'object');
  return line;
}

test('parses a full command line', () => {
  const line = parsed(
    'complete some/folder --at src/a.ts:12:5 --json --device cpu --no-cache --eagerness 0.9',
  );
  assert.equal(line.command, 'complete');
  assert.deepEqual(line.operands, ['some/folder']);
  assert.deepEqual(line.at, { path: 'src/a.ts', line: 12, column: 5 });
  assert.equal(line.json, true);
  assert.equal(line.device, 'cpu');
  assert.equal(line.cache, undefined);
  assert.equal(line.eagerness, 0.9);
});

test('missing options have defaults', () => {
  const line = parsed('eval .');
  assert.equal(line.lines, 200);
  assert.equal(line.seed, 1);
  assert.equal(line.device, 'auto');
  assert.deepEqual(line.cache, { folder: undefined });
  assert.equal(line.settings, undefined);
  assert.equal(line.protocol, 'lines');
  assert.equal(line.files, 10);
});

test('a plot can be written to a file, where there is one', () => {
  assert.equal(parsed('bench . --plot plot.svg').plot, 'plot.svg');
  assert.throws(() => parsed('map . --plot plot.svg'), /does not take --plot/);
});

test('a comparison without a revision is with the last commit, wherever the folder stands', () => {
  const of = (words: string) => {
    const { operands, diff } = parsed(words);
    return [...operands, diff];
  };
  assert.deepEqual(of('unusual . --diff'), ['.', 'HEAD']);
  assert.deepEqual(of('unusual . --diff main'), ['.', 'main']);
  assert.deepEqual(of('unusual --diff main .'), ['.', 'main']);
  assert.deepEqual(of('unusual --diff .'), ['.', 'HEAD']);
  assert.deepEqual(of('unusual --top 3 --diff server'), ['server', 'HEAD']);
  assert.throws(() => parsed('unusual --diff no-such-folder'), /requires <folder>/);
  assert.throws(() => parsed('unusual --diff=.'), /requires <folder>/);
});

test('keeps colons in a path', () => {
  assert.deepEqual(parsed('complete . --at C:/src/a.ts:1:2').at, { path: 'C:/src/a.ts', line: 1, column: 2 });
});

const wrong: readonly [words: string, says: RegExp][] = [
  ['reed .', /Unknown command "reed".*read/],
  ['read', /requires <folder>/],
  ['read a b', /"b"/],
  ['read . --lines 5', /does not take --lines/],
  ['eval . --lines five', /--lines must be a whole number of at least 1, not "five"/],
  ['eval . --lines 0', /at least 1/],
  ['eval . --seed -1', /seed/],
  ['eval . --protocol talking', /one of lines, typing, not "talking"/],
  ['eval . --files 0', /--files must be a whole number of at least 1/],
  ['complete . --at src/a.ts', /path>:<line>:<column>/],
  ['complete . --at src/a.ts:0:1', /counted from 1/],
  ['complete . --eagerness 2', /from 0 to 1/],
  ['read . --device tpu', /auto, cpu/],
  ['read . --nonsense', /nonsense/],
];

for (const [words, says] of wrong) {
  test(`"${words}" is refused with a reason`, () => {
    assert.throws(
      () => parseCommandLine(words.split(' ')),
      (error: unknown) => error instanceof UsageError && says.test(error.message),
    );
  });
}

test('shows help without arguments, for --help and help, with every command', () => {
  for (const words of [[], ['--help'], ['help'], ['read', '-h']])
    assert.equal(parseCommandLine(words), 'help');
  for (const command of [
    'start',
    'read',
    'complete',
    'summarize',
    'where',
    'eval',
    'bench',
    'export',
    'cache',
    'status',
  ]) {
    assert.match(usage(), new RegExp(`longsight ${command}\\b`));
  }
});

test('the help of a command has its options, and no other command', () => {
  for (const words of [
    ['eval', '--help'],
    ['help', 'eval'],
  ]) {
    const help = usage(words);
    assert.match(help, /longsight eval .*\n[\s\S]*--seed <n>.*\n[\s\S]*coder,coder:file,mixed[\s\S]*--json/);
    assert.doesNotMatch(help, /longsight read|--svg|\[/);
  }
});
