/** What the compiler cannot hold: the order of the stages, the shape of the top level, drift of generated text, sizes of files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '../../..');
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(file => file !== '');
const sources = tracked.filter(file => /\.m?ts$/.test(file) && !file.startsWith('test/fixtures/'));

/** Data flows this way only; a stage may import those before it. The last two pairs are blind to each other. */
const stages: readonly (readonly string[])[] = [
  ['workspace'],
  ['sequence'],
  ['tokens'],
  ['engine'],
  ['decoder'],
  ['memory'],
  ['completion', 'summary'],
  ['lsp', 'cli'],
];

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(match => match[1]!);
}

function stageOf(file: string): number {
  const room = /^server\/([^/]+)\//.exec(file)?.[1];
  return stages.findIndex(rooms => rooms.includes(room ?? ''));
}

test('inside server/, a stage imports only itself, protocol and the stages before it', () => {
  const wrong: string[] = [];
  for (const file of sources.filter(source => source.startsWith('server/'))) {
    const from = stageOf(file);
    for (const target of importsOf(file).filter(name => name.startsWith('.'))) {
      const imported = path.posix.join(path.posix.dirname(file), target);
      const to = stageOf(imported);
      if (to < 0) continue;
      const sameRoom = imported.split('/')[1] === file.split('/')[1];
      if (to > from || (to === from && !sameRoom)) wrong.push(`${file} imports ${imported}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every folder of server/ is a stage or the protocol', () => {
  const rooms = new Set(
    sources.filter(file => /^server\/[^/]+\//.test(file)).map(file => file.split('/')[1]!),
  );
  assert.deepEqual(
    [...rooms].filter(room => room !== 'protocol' && stageOf(`server/${room}/x`) < 0),
    [],
  );
});

const soleImporters: readonly (readonly [module: string, allowed: RegExp])[] = [
  ['onnxruntime-node', /^(server\/engine\/session\.ts|test\/(kernels|bench)\/.*)$/],
  ['vscode', /^(extension|test\/editor)\//],
];

for (const [module, allowed] of soleImporters) {
  test(`${module} is imported where it may be only`, () => {
    assert.deepEqual(
      sources.filter(file => importsOf(file).includes(module) && !allowed.test(file)),
      [],
    );
  });
}

test('the top level holds what the layout names and nothing else', () => {
  const allowed = new Set(
    (
      'package.json package-lock.json tsconfig.json extension server kernels media test ' +
      'README.md ARCHITECTURE.md CHANGELOG.md LICENSE'
    ).split(' '),
  );
  const top = new Set(tracked.map(file => file.split('/')[0]!));
  assert.deepEqual(
    [...top].filter(name => !name.startsWith('.') && !allowed.has(name)),
    [],
  );
});

test('the manifest and the README say what the settings table says', () => {
  // Fails, naming the files, where `npm run generate` would change something.
  assert.doesNotThrow(() =>
    execFileSync(process.execPath, ['.config/generate.ts', '--check'], { cwd: root }),
  );
});

test('ARCHITECTURE.md names only tests and folders that exist', () => {
  const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const named = [...text.matchAll(/`((?:test|server|kernels|extension|media|\.config)\/[\w./-]*)`/g)].map(
    match => match[1]!,
  );
  assert.ok(named.length > 10);
  const exists = (name: string): boolean =>
    tracked.some(file => file === name || file.startsWith(name.replace(/\/?$/, '/')));
  assert.deepEqual(
    named.filter(name => !exists(name)),
    [],
  );
});

test('files stay of one subject: none over 400 lines, those over 250 are named', t => {
  const sized = sources
    .map(file => ({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length - 1 }))
    .sort((left, right) => right.lines - left.lines);
  for (const { file, lines } of sized) if (lines > 250) t.diagnostic(`${file}: ${lines} lines`);
  assert.deepEqual(
    sized.filter(({ lines }) => lines > 400),
    [],
  );
});

test('no file holds a conflict mark, a machine path or a focused test', () => {
  const wrong: string[] = [];
  for (const file of tracked.filter(
    name => /\.(m?ts|py|md|json|sh)$/.test(name) && !name.startsWith('test/fixtures/'),
  )) {
    const text = readFileSync(path.join(root, file), 'utf8');
    if (/^(<{7}|>{7}) /m.test(text)) wrong.push(`${file}: conflict mark`);
    if (/\/(?:root|work)\/\w/.test(text) && file !== 'test/unit/house/tidy.test.ts')
      wrong.push(`${file}: machine path`);
    if (/\b(?:test|it|describe)\.(?:only|todo)\(/.test(text))
      wrong.push(`${file}: focused or unwritten test`);
  }
  assert.deepEqual(wrong, []);
});
