import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, mock } from 'node:test';
import fc from 'fast-check';
import type { ReadReport } from '../../../server/repository/read-report.ts';
import { Repository } from '../../../server/repository/repository.ts';
import { CacheStore, defaultCacheFolder } from '../../../server/storage/cache-store.ts';
import { FakeMemory } from '../repository/fake-memory.ts';
import { FakeTokenizer } from '../sequence/fake-tokenizer.ts';
import { TemporaryFolder } from '../workspace/folder.ts';

const large = 1e9;

interface Session {
  readonly repository: Repository<FakeMemory>;
  readonly reading: ReadReport;
  readonly texts: Record<string, string | undefined>;
}

/** Opens and reads, as a new session does. */
async function session(root: string, cache: string | undefined, hash = 'fake'): Promise<Session> {
  const tokenizer = Object.assign(new FakeTokenizer(), { hash });
  const repository = await Repository.open({
    folders: [{ name: 'test', root }],
    tokenizer,
    memory: new FakeMemory(),
    ...(cache !== undefined && { store: await CacheStore.open(cache, large) }),
  });
  const reading = await repository.read();
  const texts = Object.fromEntries(repository.paths.map(name => [name, repository.textOf(name)]));
  return { repository, reading, texts };
}

/** Advances an hour, after which the files' times are trusted. */
function anHourLater(): void {
  mock.timers.setTime(Date.now() + 3_600_000);
}

/** Runs with a clock that the test controls; the file system's clock continues. */
async function withClock(work: () => Promise<void>): Promise<void> {
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  try {
    await work();
  } finally {
    mock.timers.reset();
  }
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}

/** Looks like a GitHub access token, and not like a placeholder. */
const token = `ghp_${createHash('sha256').update('quayside').digest('hex').slice(0, 36)}`;
const sample = {
  'a.ts': 'const a = 1;\n',
  'src/b.ts': 'import a;\n\n\n',
  'image.bin': Buffer.from([0, 1]),
  'token.ts': `const t = '${token}';\n`,
};

describe('reopening a repository', () => {
  it('reads nothing again, and gives the same result', async () => {
    using folder = new TemporaryFolder(sample);
    using cache = new TemporaryFolder();
    await withClock(async () => {
      const first = await session(folder.root, cache.root);
      anHourLater();
      const second = await session(folder.root, cache.root);
      assert.deepEqual([first.reading.read, first.reading.cached], [4, 0]);
      // The two that were left out are no files from the cache.
      assert.deepEqual([second.reading.read, second.reading.cached], [0, 2]);
      assert.deepEqual(second.texts, first.texts);
      assert.deepEqual([...second.repository.ledger.skipped()], [...first.repository.ledger.skipped()]);
      assert.deepEqual(second.reading.problems, []);
    });
  });

  it('detects a change that keeps size and modification time', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'one', 'b.ts': 'same' });
    using cache = new TemporaryFolder();
    await withClock(async () => {
      await session(folder.root, cache.root);
      anHourLater();
      const { mtime } = statSync(folder.at('a.ts'));
      await new Promise(resolve => setTimeout(resolve, 20));
      folder.write('a.ts', 'two');
      utimesSync(folder.at('a.ts'), mtime, mtime);
      const { reading, texts } = await session(folder.root, cache.root);
      assert.equal(texts['a.ts'], 'two');
      assert.equal(reading.read, 1);
    });
  });

  it('distrusts recent times, but recognizes the content', async () => {
    using folder = new TemporaryFolder(sample);
    using cache = new TemporaryFolder();
    await session(folder.root, cache.root);
    const { reading } = await session(folder.root, cache.root);
    assert.deepEqual([reading.read, reading.cached], [4, 2]);
  });

  it('recognizes files of the previous branch', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'one', 'b.ts': 'same' });
    using cache = new TemporaryFolder();
    await session(folder.root, cache.root);
    folder.write('a.ts', 'two');
    await session(folder.root, cache.root);
    folder.write('a.ts', 'one');
    const { reading, texts } = await session(folder.root, cache.root);
    assert.deepEqual([reading.cached, texts['a.ts']], [2, 'one']);
  });

  it('separates tokenizers', async () => {
    using folder = new TemporaryFolder(sample);
    using cache = new TemporaryFolder();
    await session(folder.root, cache.root, 'one');
    assert.equal((await session(folder.root, cache.root, 'other')).reading.cached, 0);
    assert.equal((await session(folder.root, cache.root, 'one')).reading.cached, 2);
  });

  it('stores no secret in any form', async () => {
    using folder = new TemporaryFolder(sample);
    using cache = new TemporaryFolder();
    await session(folder.root, cache.root);
    for (const file of filesUnder(cache.root))
      assert.ok(!readFileSync(file, 'latin1').includes(token.slice(4, 16)), file);
  });

  it('equals a fresh read after any changes and reopenings', async () => {
    const name = fc.constantFrom('a.ts', 'b.ts', 'c/d.ts', 'c/e.ts');
    const content = fc.oneof(fc.constantFrom('', '\0', 'same\n', 'x'.repeat(60)), fc.string());
    const change = fc.oneof(
      fc.record({ name, content: fc.option(content) }),
      fc.constantFrom('reopen' as const, 'update' as const),
    );
    await withClock(async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 12 }), async changes => {
          using folder = new TemporaryFolder({ 'a.ts': 'first' });
          using cache = new TemporaryFolder();
          let { repository } = await session(folder.root, cache.root);
          for (const step of changes) {
            anHourLater();
            if (step === 'reopen') ({ repository } = await session(folder.root, cache.root));
            else if (step === 'update') await repository.update(['a.ts', 'b.ts', 'c']);
            else if (step.content === null) folder.remove(step.name);
            else folder.write(step.name, step.content);
          }
          const cached = await session(folder.root, cache.root);
          assert.deepEqual(cached.texts, (await session(folder.root, undefined)).texts);
          assert.deepEqual(
            cached.reading.problems.filter(problem => problem.includes('ache')),
            [],
          );
        }),
        { numRuns: 30 },
      );
    });
  });

  it('continues without a writable cache', async () => {
    using folder = new TemporaryFolder(sample);
    using cache = new TemporaryFolder();
    const store = await CacheStore.open(cache.root, large);
    rmSync(cache.root, { recursive: true });
    writeFileSync(cache.root, 'a file now');
    const repository = await Repository.open({
      folders: [{ name: 'test', root: folder.root }],
      tokenizer: new FakeTokenizer(),
      memory: new FakeMemory(),
      store,
    });
    const reading = await repository.read();
    assert.equal(repository.ledger.files, 2);
    assert.match(reading.problems.join(), /Could not write the cache/);
    await assert.rejects(CacheStore.open(cache.root, large), /cache folder .* cannot be used/);
  });
});

describe('a damaged cache', () => {
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    [
      'with bits that flipped',
      bytes =>
        bytes.length === 0 ? bytes : Buffer.from(bytes.map((byte, at) => (at % 97 === 5 ? byte ^ 4 : byte))),
    ],
    ['cut in half', bytes => bytes.subarray(0, bytes.length >> 1)],
    ['emptied', () => Buffer.alloc(0)],
    ['full of noise', bytes => Buffer.alloc(bytes.length, 'noise')],
  ];
  for (const part of ['content', 'index', 'whole']) {
    for (const [name, damage] of damages) {
      it(`${name} (${part}) is dropped, and built again`, async () => {
        using folder = new TemporaryFolder(sample);
        using cache = new TemporaryFolder();
        await withClock(async () => {
          const first = await session(folder.root, cache.root);
          anHourLater();
          for (const file of filesUnder(cache.root))
            if (part === 'whole' || file.includes(`${path.sep}${part}-`))
              writeFileSync(file, damage(readFileSync(file)));
          const second = await session(folder.root, cache.root);
          assert.deepEqual(second.texts, first.texts);
          // A damaged index only loses entries; damaged content is detected and reported.
          if (part === 'content') assert.match(second.reading.problems.join(), /cache was damaged/);
          anHourLater();
          const third = await session(folder.root, cache.root);
          assert.deepEqual([third.reading.read, third.reading.cached], [0, 2]);
          assert.deepEqual(third.reading.problems, []);
        });
      });
    }
  }

  it('loses only damaged packs', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'a b;\n'.repeat(1000), 'b.bin': Buffer.from([0]) });
    using cache = new TemporaryFolder();
    await withClock(async () => {
      const first = await session(folder.root, cache.root);
      anHourLater();
      const packs = filesUnder(cache.root).filter(file => statSync(file).size > 5000);
      assert.equal(packs.length, 1);
      writeFileSync(packs[0]!, 'damaged');
      const second = await session(folder.root, cache.root);
      assert.deepEqual(second.texts, first.texts);
      assert.deepEqual([second.reading.read, second.reading.cached], [1, 0]);
    });
  });
});

describe('a cache that several processes use', () => {
  it('is correct whoever wrote last, and whoever was killed meanwhile', async () => {
    using folder = new TemporaryFolder();
    using cache = new TemporaryFolder();
    for (let at = 0; at < 60; at++) folder.write(`f${at}.ts`, `const x${at} = 1;\n`.repeat(20));
    const killed = [0, 40, 80].map(milliseconds => writer(folder.root, cache.root, milliseconds));
    const finished = [writer(folder.root, cache.root), writer(folder.root, cache.root)];
    await Promise.all(killed);
    assert.deepEqual(await Promise.all(finished), ['[]\n', '[]\n']);
    const { texts, reading } = await session(folder.root, cache.root);
    assert.deepEqual(texts, (await session(folder.root, undefined)).texts);
    assert.deepEqual([reading.cached, reading.problems], [60, []]);
  });
});

/** Runs a process that reads into the cache, to its end or until killed some time after it starts writing. */
function writer(root: string, cache: string, killAfter?: number): Promise<string> {
  const child = spawn(process.execPath, [
    path.join(import.meta.dirname, '../repository/cache-writer.ts'),
    root,
    cache,
  ]);
  let output = '';
  child.stdout.on('data', chunk => {
    output += chunk;
  });
  const kill = (): void => {
    const begun = readdirSync(cache).length > 0;
    setTimeout(begun ? () => child.kill('SIGKILL') : kill, begun ? killAfter : 5);
  };
  if (killAfter !== undefined) kill();
  return new Promise(resolve => child.on('close', () => resolve(output)));
}

describe('the store', () => {
  it('reports its size, verifies itself, and prunes least recently used entries', async () => {
    using cache = new TemporaryFolder();
    const store = await CacheStore.open(cache.root, large);
    await withClock(async () => {
      for (const repository of ['old', 'middle', 'new']) {
        await store.put(repository, 'list', Buffer.from(`list of ${repository}`));
        await store.put(repository, 'pack', Buffer.alloc(1000, repository));
        anHourLater();
      }
      await store.put('old', 'list', Buffer.from('used again'));
      const size = await store.size();
      assert.deepEqual([size.entries, size.repositories], [6, 3]);
      assert.ok(size.bytes > 3000);
      assert.deepEqual(await store.verify(), { intact: 6, damaged: 0, reclaimedBytes: 0 });
      assert.ok((await store.prune(2500)) >= 1000);
      assert.equal(await store.get('middle', 'pack'), undefined);
      assert.ok(await store.get('old', 'pack'));
      await store.prune(0, 'new');
      assert.equal(await store.get('old', 'list'), undefined);
      for (const name of ['list', 'pack']) assert.ok(await store.get('new', name));
    });
  });

  it('finds and removes damaged entries', async () => {
    using cache = new TemporaryFolder();
    const store = await CacheStore.open(cache.root, large);
    await store.put('one', 'good', Buffer.from('good'));
    await store.put('one', 'bad', Buffer.from('original'));
    const bad = filesUnder(cache.root).find(file => readFileSync(file, 'utf8').endsWith('original'))!;
    writeFileSync(bad, 'falsified');
    const { intact, damaged } = await store.verify();
    assert.deepEqual([intact, damaged > 0], [1, true]);
    assert.equal(await store.get('one', 'bad'), undefined);
    assert.equal(Buffer.from((await store.get('one', 'good')) as Uint8Array).toString(), 'good');
    assert.equal((await store.verify()).damaged, 0);
  });

  it('leaves no old versions behind', async () => {
    using cache = new TemporaryFolder();
    const store = await CacheStore.open(cache.root, large);
    for (let version = 0; version < 20; version++)
      await store.put('one', 'list', Buffer.alloc(10_000, version));
    assert.ok((await store.size()).bytes < 30_000);
  });

  it('is no part of the repository that it lies in', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'const a = 1;\n' });
    const cache = path.join(folder.root, 'kept', 'cache');
    await session(folder.root, cache);
    assert.ok(filesUnder(cache).length > 2);
    const { repository } = await session(folder.root, cache);
    assert.deepEqual([...repository.paths], ['a.ts']);
    execFileSync('git', ['init', '-q', folder.root]);
    const listed = await session(folder.root, cache);
    assert.deepEqual([...listed.repository.paths], ['a.ts']);
  });

  it('does not hide the other contents of a folder', async () => {
    using folder = new TemporaryFolder({ 'a.ts': 'const a = 1;\n' });
    await CacheStore.open(folder.root, large);
    assert.deepEqual(readdirSync(folder.root), ['a.ts']);
  });

  it('is in the operating system’s cache folder', () => {
    assert.equal(defaultCacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux'), path.join('/x', 'longsight'));
    assert.match(defaultCacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux'), /\.cache.longsight$/);
    assert.match(defaultCacheFolder({}, 'darwin'), /Library.Caches.longsight$/);
    assert.match(defaultCacheFolder({ LOCALAPPDATA: 'C:\\Local' }, 'win32'), /Local.longsight.Cache$/);
  });
});
