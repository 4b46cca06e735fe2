/** What users may send to strangers: figures, and nothing recognizable, wherever it was planted. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type Diagnostics, diagnosticsText } from '../../server/protocol/diagnostics.ts';
import { methods } from '../../server/protocol/methods.ts';
import { TemporaryFolder } from '../unit/workspace/folder.ts';
import { uriOf } from './client.ts';
import { clientOf } from './scene.ts';

const root = path.join(import.meta.dirname, '../..');
/** In none of our words. */
const mark = 'zanzibar';
const planted = {
  [`${mark}-folder/${mark}.ts`]: `/** ${mark} */\nexport function ${mark}Function(${mark}: string) {\n  return ${mark}.length;\n}\n`,
  'src/a.ts': `import { ${mark}Function } from '../${mark}-folder/${mark}.ts';\n\nconst a = ${mark}Function('${mark}');\n`,
  [`${mark}.env`]: `${mark.toUpperCase()}_TOKEN=${mark}Value12345678\n`,
  [`${mark}.min.js`]: 'a=1',
  [`${mark}.bin`]: 'a\0b',
  'package.json': JSON.stringify({ name: `@${mark}/${mark}`, author: mark }),
};

function plant(folder: TemporaryFolder): string {
  const repository = folder.at(`${mark}-repository`);
  mkdirSync(repository);
  const git = (...words: string[]) => execFileSync('git', words, { cwd: repository, stdio: 'pipe' });
  git('init', '-q', '-b', `${mark}-branch`);
  git('config', 'user.name', mark);
  git('remote', 'add', mark, `https://${mark}:${mark}@${mark}.example/${mark}.git`);
  for (const [name, text] of Object.entries(planted)) folder.write(`${mark}-repository/${name}`, text);
  symlinkSync(`/${mark}`, path.join(repository, `${mark}-link`));
  chmodSync(path.join(repository, `${mark}.bin`), 0o000);
  return repository;
}

/** Every value is a number, a flag, or plain words; none was planted or names this machine. */
function assertClean(diagnostics: Diagnostics): void {
  const all = JSON.stringify(diagnostics) + diagnosticsText(diagnostics);
  assert.doesNotMatch(all, new RegExp(mark, 'i'));
  for (const own of [hostname(), userInfo().username, root, process.cwd(), userInfo().homedir])
    if (own.length > 4) assert.ok(!all.includes(own), own);
  for (const [section, figures] of Object.entries(diagnostics))
    for (const [name, figure] of Object.entries(figures)) {
      assert.match(name, /^[\w %:.()]+$/, section);
      if (typeof figure === 'string') assert.match(figure, /^[\w .:-]{1,200}$/, `${section} ${name}`);
      else if (typeof figure === 'number') assert.ok(Number.isFinite(figure), `${section} ${name}`);
      else assert.equal(typeof figure, 'boolean', `${section} ${name}`);
    }
}

test('the server gives figures and no names', { timeout: 120_000 }, async () => {
  using folder = new TemporaryFolder();
  const repository = plant(folder);
  const client = clientOf({
    folders: [repository],
    cache: folder.at(`${mark}-cache`),
    environment: { USER: mark, LOGNAME: mark, HOSTNAME: mark },
    clientInfo: { name: `${mark} editor`, version: `1.2.3-${mark}` },
    initializationOptions: {
      engine: { device: 'cpu', model: '' },
      cache: { folder: folder.at(`${mark}-cache`), maxSize: 100 },
      read: { inBackground: false, exclude: [`${mark}-excluded/**`] },
      languages: { [mark]: false, '*': true },
      [mark]: mark,
      trace: mark,
    },
  });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
  const uri = uriOf(path.join(repository, `src/${mark}-new.ts`));
  const text = `import { ${mark}Function } from`;
  await client.open(uri, text);
  await client.complete(uri, { line: 0, character: text.length });
  const diagnostics = await client.request(methods.diagnostics, null);
  assertClean(diagnostics);
  const { versions, reading, suggestions, trouble } = diagnostics;
  assert.deepEqual(diagnostics['changed settings'], {
    'engine.device': 'cpu',
    'cache.folder': 'changed',
    'cache.maxSize': 100,
    'read.inBackground': false,
    'read.exclude': '1 entries',
    languages: '2 entries',
  });
  assert.equal(versions?.['client'], 'other');
  assert.equal(versions?.['client version'], '1.2.3');
  assert.equal(reading?.['state'], 'ready');
  assert.equal(reading?.['files'], 3);
  assert.equal(reading?.['skipped: secret'], 1);
  assert.deepEqual(diagnostics['reading in the background'], { state: 'off' });
  assert.equal(suggestions?.['answers'], 1);
  // The invalid setting was reported to the user.
  assert.equal(trouble?.['warnings logged'], 1);
  assert.equal(trouble?.['indexing thread crashes'], 0);
  await client.stop();
});

test('a server without a folder gives figures too', async () => {
  const client = clientOf();
  await client.initialize();
  const diagnostics = await client.request(methods.diagnostics, null);
  assertClean(diagnostics);
  assert.equal(diagnostics['reading']?.['folders'], 0);
  await client.stop();
});

test('the command line gives figures and no names', { timeout: 120_000 }, () => {
  using folder = new TemporaryFolder();
  const repository = plant(folder);
  const program = path.join(root, 'server/cli/main.ts');
  const run = (...words: string[]) =>
    spawnSync(process.execPath, ['--no-warnings', program, 'diagnostics', ...words], {
      encoding: 'utf8',
      cwd: folder.root,
      env: { ...process.env, HOME: folder.at(`${mark}-home`), USER: mark, LOGNAME: mark },
    });
  const options = ['--cache', folder.at(`${mark}-cache`), '--device', 'cpu'];
  const { status, stdout, stderr } = run(repository, '--json', ...options);
  assert.equal(status, 0, stderr);
  const diagnostics = JSON.parse(stdout) as Diagnostics;
  assertClean(diagnostics);
  assert.equal(diagnostics['reading']?.['files'], 3);
  assert.equal(diagnostics['device']?.['engine'], 'running');
  assert.equal(diagnostics['options']?.['own cache folder'], true);
  const text = run(...options).stdout;
  assert.match(text, /^Longsight diagnostics\n/);
  assert.doesNotMatch(text, new RegExp(mark, 'i'));
  assert.equal(run('/nowhere', ...options).status, 2);
});
