/** Rules that the compiler cannot enforce: layering, the top level, generated files, file sizes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  circles,
  importsOf,
  largestFile,
  largestRoom,
  layerOf,
  linesOf,
  rooms,
  root,
  sources,
  tracked,
  upwardImports,
} from './structure.ts';

test('a room imports only from the layers below it', () => {
  assert.deepEqual(upwardImports(), []);
});

test('no files import each other in a circle', () => {
  assert.deepEqual(circles(), []);
});

test('every room has a layer', () => {
  assert.deepEqual(
    rooms()
      .map(({ name }) => name)
      .filter(name => layerOf(name) < 0),
    [],
  );
});

test('no room of server/ or extension/ is over its size', () => {
  const tooLarge = rooms().filter(({ name, lines }) => name !== 'kernels' && lines > largestRoom);
  assert.deepEqual(
    tooLarge.map(({ name, lines }) => `${name}: ${lines} lines`),
    [],
  );
});

const soleImporters: readonly (readonly [module: string, allowed: RegExp])[] = [
  ['onnxruntime-node', /^(server\/engine\/worker\/session\.ts|test\/(kernels|bench)\/.*)$/],
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

test('telemetry is off before onnxruntime is loaded', () => {
  const late = sources.filter(file => {
    const names = importsOf(file);
    const at = names.indexOf('onnxruntime-node');
    const loads = !/import type [^;]*'onnxruntime-node'/.test(readFileSync(path.join(root, file), 'utf8'));
    return at >= 0 && loads && !names.slice(0, at).some(name => name.endsWith('/no-telemetry.ts'));
  });
  assert.deepEqual(late, []);
});

test('the top level has exactly the entries of the layout', () => {
  const allowed = new Set(
    (
      'package.json package-lock.json tsconfig.json extension server kernels media test ' +
      'README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md SECURITY.md LICENSE'
    ).split(' '),
  );
  const top = new Set(tracked.map(file => file.split('/')[0]!));
  assert.deepEqual(
    [...top].filter(name => !name.startsWith('.') && !allowed.has(name)),
    [],
  );
});

test('the manifest and the README say what the settings table says', () => {
  // Fails, naming the files, if `npm run generate` would change something.
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

test('no file is over 400 lines, and those over 250 are listed', t => {
  const sized = sources
    .map(file => ({ file, lines: linesOf(file) }))
    .sort((left, right) => right.lines - left.lines);
  for (const { file, lines } of sized) if (lines > 250) t.diagnostic(`${file}: ${lines} lines`);
  assert.deepEqual(
    sized.filter(({ lines }) => lines > largestFile),
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
