/** The program as a stranger runs it: exit codes, JSON, and messages for invalid input. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import cacache from 'cacache';
import { coderBytes } from '../models/coder.ts';

const root = path.join(import.meta.dirname, '../../..');
const program = path.join(root, 'server/cli/main.ts');
const scratch = mkdtempSync(path.join(tmpdir(), 'longsight-cli-'));
const repository = path.join(scratch, 'quayside');
const cache = path.join(scratch, 'cache');
cpSync(path.join(root, 'test/fixtures/quayside'), repository, { recursive: true });
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly progress: string;
}

function longsight(words: readonly string[], input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: scratch,
      stdio: 'pipe',
      timeout: 60_000,
    });
    let output = '';
    let progress = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      progress += chunk;
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code, output, progress }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

async function json(...words: string[]): Promise<Record<string, unknown>> {
  const { code, output, progress } = await longsight([...words, '--json', '--cache', cache]);
  assert.equal(code, 0, output + progress);
  return JSON.parse(output) as Record<string, unknown>;
}

/** Old enough that their times are trusted. */
const old = new Date(Date.now() - 60_000);
for (const file of readdirSync(repository, { recursive: true, withFileTypes: true })) {
  if (file.isFile()) utimesSync(path.join(file.parentPath, file.name), old, old);
}

test('read reports what was read, from files and from the cache', async () => {
  const first = await json('read', repository);
  assert.ok((first['files'] as number) >= 15);
  assert.ok((first['tokens'] as number) > 1000);
  assert.ok((first['bytes'] as number) > 5000);
  assert.ok(Array.isArray(first['skipped']));
  for (const key of ['seconds', 'tokensPerSecond', 'peakBytes']) assert.ok((first[key] as number) > 0, key);
  assert.equal(typeof first['modelId'], 'string');
  assert.equal(first['device'], 'cpu');
  assert.equal(first['cached'], 0);
  const second = await json('read', repository);
  assert.equal(second['tokens'], first['tokens']);
  assert.equal(second['cached'], first['files']);
});

test('complete suggests code from elsewhere in the repository, with its place', async () => {
  // The start of another file's line, in a new place.
  const file = path.join(repository, 'src/again.ts');
  writeFileSync(file, 'import { type Result, fail');
  const found = await json('complete', repository, '--at', 'src/again.ts:1:27', '--eagerness', '1');
  assert.equal(typeof found['text'], 'string');
  assert.equal(typeof found['confidence'], 'number');
  assert.equal(typeof found['milliseconds'], 'number');
  assert.equal(typeof found['shown'], 'boolean');
  assert.ok(Array.isArray(found['provenance']));
  rmSync(file);
});

test('summarize names the parts and gives every statement its place', async () => {
  const summary = await json('summarize', repository);
  for (const key of ['overview', 'parts', 'startHere', 'keyFiles', 'keySymbols', 'statements']) {
    assert.ok((summary[key] as unknown[]).length > 0, key);
  }
  for (const statement of summary['statements'] as Record<string, unknown>[]) {
    assert.equal(statement['generated'], false);
    assert.ok((statement['line'] as number) >= 1 && (statement['path'] as string).length > 0);
  }
  const part = await json('summarize', repository, '--path', 'src/berths', '--budget', '60');
  assert.equal(part['name'], 'berths');
});

test('unusual ranks lines with what stands in their place elsewhere, and where', async () => {
  const found = await json('unusual', repository, '--top', '5');
  const lines = found['lines'] as Record<string, unknown>[];
  assert.equal(lines.length, 5);
  assert.ok((found['files'] as number) > 3 && (found['checked'] as number) > 50);
  for (const { path: file, line, text } of lines as { path: string; line: number; text: string }[])
    assert.equal(readFileSync(path.join(repository, file), 'utf8').split('\n')[line - 1]!.trim(), text);
  const scores = lines.map(({ score }) => score as number);
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  );
  const { output } = await longsight([
    'unusual',
    repository,
    '--path',
    'src/main.ts',
    '--top',
    '2',
    '--no-cache',
  ]);
  assert.match(output, /^src\/main\.ts:\d+ {2}/);
  assert.match(output, /2 of \d+ lines in 1 file/);
});

test('start reads, shows the summary, and answers places on standard input', async () => {
  const { code, output, progress } = await longsight(
    ['start', repository, '--no-cache'],
    'src/main.ts:1:1\nnonsense\nsrc/nowhere.ts:1:1\n',
  );
  assert.equal(code, 0, progress);
  assert.match(output, /Overview/);
  assert.match(output, /Parts/);
  assert.match(output + progress, /src\/main\.ts:1:1/);
  assert.match(output + progress, /"nonsense" is not/);
  assert.match(output + progress, /nowhere\.ts/);
});

test('start names the command that lists code models, as it was started', async () => {
  const { progress } = await longsight(['start', repository, '--cache', cache]);
  const named = /No code model is in use.*"node (\S+) model list"/.exec(progress)?.[1];
  assert.equal(path.resolve(scratch, named!), program);
});

test('eval measures each setting, and names those that need a model', async () => {
  const result = await json(
    'eval',
    repository,
    '--lines',
    '10',
    '--seed',
    '3',
    '--settings',
    'file,repo,neural',
  );
  const settings = result['settings'] as Record<string, Record<string, unknown>>;
  for (const name of ['file', 'repo']) {
    for (const figure of [
      'exactMatch',
      'editSimilarity',
      'identifierF1',
      'shown',
      'precisionShown',
      'p50',
      'p95',
    ]) {
      assert.equal(typeof settings[name]![figure], 'number', `${name} ${figure}`);
    }
  }
  assert.match(settings['neural']!['unavailable'] as string, /has not read the repository/);
  assert.ok(result['byClass'] && result['bitsPerByte']);
  const exact = (evaluation: Record<string, unknown>): unknown =>
    Object.entries(evaluation['settings'] as Record<string, { exactMatch?: number }>).map(
      ([name, { exactMatch }]) => [name, exactMatch],
    );
  const again = await json(
    'eval',
    repository,
    '--lines',
    '10',
    '--seed',
    '3',
    '--settings',
    'file,repo,neural',
  );
  assert.deepEqual(exact(again), exact(result));
});

test('status shows the device, the model and the cache', async () => {
  const status = await json('status', '--device', 'cpu');
  assert.equal(status['device'], 'cpu');
  assert.match(status['deviceReason'] as string, /CPU/);
  assert.equal(typeof status['modelId'], 'string');
  assert.equal(status['codeModel'], undefined);
  const { output } = await longsight(['status', '--device', 'cpu', '--cache', cache]);
  assert.match(output, /^code model none\n/m);
  assert.match(output, /: 1 repository, 0 model memory records$/m);
});

test('status names the code model in use', async () => {
  const own = ['--cache', path.join(scratch, 'with-model')];
  const file = path.join(scratch, 'tiny.gguf');
  writeFileSync(file, coderBytes());
  await longsight(['model', 'add', file, ...own]);
  await longsight(['model', 'use', 'tiny', ...own]);
  const { output } = await longsight(['status', '--device', 'cpu', ...own]);
  assert.ok(output.includes(`code model tiny (${file})`), output);
});

test('the cache is measured, verified and pruned', async () => {
  await json('read', repository);
  const size = await json('cache', 'size');
  assert.ok((size['bytes'] as number) > 0);
  const verified = await json('cache', 'verify');
  assert.equal(verified['damaged'], 0);
  const pruned = await json('cache', 'prune');
  assert.ok((pruned['bytes'] as number) <= (size['bytes'] as number));
});

test('a folder that is not our cache is neither pruned nor written to, and a stray file is named', async () => {
  const run = (action: string, folder: string) => longsight(['cache', action, '--cache', folder]);
  const folderWith = (name: string, file: string, text: string): string => {
    const folder = path.join(scratch, name);
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
    return folder;
  };
  const foreign = path.join(scratch, 'foreign');
  await cacache.put(foreign, 'make-fetch-happen:request-cache:https://example.org/a', 'package');
  const tagged = folderWith(
    'tagged',
    'CACHEDIR.TAG',
    'Signature: 8a477f597d28d172789f06886806bc55\n# Of cargo.\n',
  );
  for (const folder of [foreign, tagged, path.join(scratch, 'nowhere')]) {
    const before = existsSync(folder) ? readdirSync(folder) : undefined;
    for (const action of ['size', 'verify', 'prune']) {
      const { code, progress } = await run(action, folder);
      assert.equal(code, 2, folder);
      assert.match(progress, /not a cache folder of Longsight/, folder);
    }
    assert.deepEqual(existsSync(folder) ? readdirSync(folder) : undefined, before);
  }
  // A folder that was there before is no less ours.
  const own = folderWith('own', 'note.txt', '');
  await longsight(['read', repository, '--cache', own]);
  assert.match((await run('verify', own)).output, /intact +[1-9]/);
  writeFileSync(path.join(own, 'content-v2', '.DS_Store'), 'x');
  assert.match((await run('verify', own)).progress, /\.DS_Store is not a file of the cache/);
});

const bad: readonly [what: string, words: readonly string[], says: RegExp][] = [
  ['no folder', ['read', path.join(scratch, 'nowhere')], /nowhere.*does not exist/],
  [
    'a place in no folder',
    ['complete', path.join(scratch, 'nowhere'), '--at', 'a:1:1'],
    /folder .*nowhere does not exist/,
  ],
  ['a file for a folder', ['read', path.join(repository, 'README.md')], /README\.md is a file/],
  ['a place outside the repository', ['complete', repository, '--at', '../x.ts:1:1'], /outside/],
  ['a file that is not there', ['complete', repository, '--at', 'src/nowhere.ts:1:1'], /nowhere\.ts/],
  ['a line that is not there', ['complete', repository, '--at', 'src/main.ts:9999:1'], /9999/],
  [
    'a column that is not there',
    ['complete', repository, '--at', 'src/berths/berth.ts:11:9'],
    /has 1 character; column 9/,
  ],
  ['no place', ['complete', repository], /--at/],
  ['nothing unusual to look at', ['unusual', repository, '--path', 'nowhere'], /nowhere/],
  ['an unknown revision', ['unusual', repository, '--diff', 'no-such-branch'], /git/],
  ['a revision that is none', ['unusual', repository, '--diff=--output=x'], /git/],
  ['none of the lines', ['unusual', repository, '--top', '0'], /--top must be a whole number/],
  ['a part that is not there', ['summarize', repository, '--path', 'nowhere'], /nowhere/],
  ['an unknown setting', ['eval', repository, '--settings', 'magic'], /magic/],
  ['a model that is not there', ['read', repository, '--model', path.join(scratch, 'no-model')], /no-model/],
  ['an unknown cache command', ['cache', 'polish'], /polish/],
  ['a model to no ONNX file', ['export', 'model.bin'], /does not end in \.onnx/],
  ['a model into no folder', ['export', 'nowhere/model.onnx'], /nowhere.* does not exist/],
];

for (const [what, words, says] of bad) {
  test(`${what} is a clear error with exit code 2`, async () => {
    const { code, output, progress } = await longsight([...words, '--json', '--cache', cache]);
    assert.equal(code, 2, output + progress);
    const { error } = JSON.parse(output) as { error: string };
    assert.match(error, says);
    const plain = await longsight([...words, '--cache', cache]);
    assert.equal(plain.code, 2);
    assert.equal(plain.output, '');
    assert.match(plain.progress, says);
  });
}

test('a message repeats only the start of a long argument', async () => {
  const long = 'no-such-thing '.repeat(300);
  for (const words of [[long], ['unusual', repository, '--path', long]]) {
    const { code, progress } = await longsight([...words, '--cache', cache]);
    assert.equal(code, 2, progress);
    const said = progress.split('\n').filter(line => line.includes('no-such-thing'));
    assert.ok(said.length > 0, progress);
    for (const line of said) assert.ok(line.length < 400, line);
  }
});

test('an empty folder is read without an error', async () => {
  const empty = mkdtempSync(path.join(scratch, 'empty-'));
  const read = await json('read', empty);
  assert.equal(read['files'], 0);
  assert.equal(read['tokens'], 0);
});

test('where lists similar places', async () => {
  const { places } = (await json('where', repository, '--at', 'src/berths/planner.ts:21:1')) as {
    places: { path: string; line: number; endLine: number; text: string; score: number }[];
  };
  assert.ok(places.length > 0);
  const lines = readFileSync(path.join(repository, places[0]!.path), 'utf8').split('\n');
  assert.equal(places[0]!.text, lines[places[0]!.line - 1]!.trim());
  assert.equal((await longsight(['where', repository])).code, 2);
});

test('a piped summary is not cut', async () => {
  const wide = path.join(scratch, 'wide');
  mkdirSync(wide);
  const sentence = `Quay ${'plans berths and ties ships, '.repeat(7)}and reads tides.`;
  writeFileSync(path.join(wide, 'README.md'), `# Quay\n\n${sentence}\n`);
  const { code, output } = await longsight(['summarize', wide, '--cache', cache]);
  assert.equal(code, 0);
  assert.ok(output.includes(`${sentence}  (README.md:3)`));
});
