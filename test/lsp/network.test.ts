/**
 * The README's promise: nothing leaves the machine. A server indexes, completes, summarizes, reads in the background and keeps an engine idle
 * for half a minute in its own network namespace, and its system calls show the sockets and files it requested.
 * Telemetry, if on, shows within seconds.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { methods } from '../../server/protocol/methods.ts';
import { TemporaryFolder } from '../unit/workspace/folder.ts';
import { TestClient, uriOf, usual } from './client.ts';
import { copyRepository } from './repository.ts';

const idleSeconds = 30;
const folder = new TemporaryFolder();
const own = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-network-')));
after(() => {
  folder[Symbol.dispose]();
  rmSync(own, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const places = { cache: path.join(own, 'cache'), home: path.join(own, 'home'), tmp: path.join(own, 'tmp') };
for (const place of Object.values(places)) mkdirSync(place);
const trace = path.join(own, 'trace');
const isolated = [
  'unshare',
  '--net',
  'strace',
  '--follow-forks',
  '--quiet=all',
  '--seccomp-bpf',
  '--string-limit=400',
];

/** Why the test cannot run here; undefined if it can. */
function obstacle(): string | undefined {
  try {
    execFileSync('unshare', [...isolated.slice(1), '--trace=socket', '--output=/dev/null', 'true'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch (error) {
    return `namespaces or strace are missing: ${String(error).split('\n')[0]}`;
  }
}

test('sends nothing, and writes only to the cache, temporary files and the workspace', async t => {
  const missing = obstacle();
  if (missing !== undefined) {
    console.log(`${'='.repeat(80)}\nTHE NETWORK PROOF IS SKIPPED: ${missing}\n${'='.repeat(80)}`);
    t.skip(missing);
    return;
  }
  const root = realpathSync(copyRepository(folder));
  const client = new TestClient({
    folders: [root],
    cache: places.cache,
    initializationOptions: { ...usual, read: { inBackground: true } },
    wrapper: [...isolated, '--trace=network,open,openat,creat', `--output=${trace}`],
    environment: { HOME: places.home, TMPDIR: places.tmp, ORT_DISABLE_TELEMETRY: '0' },
  });
  await client.initialize();
  await client.whenStatus(({ state }) => state === 'ready');
  const uri = uriOf(path.join(root, 'src/new.ts'));
  const text = "import { Planner } from './planner.ts';\n\nconst planner = new ";
  await client.open(uri, text);
  await client.complete(uri, { line: 2, character: 20 });
  await client.request(methods.summary, {});
  const { engine } = await client.request(methods.restartEngine, null);
  assert.equal(engine, 'running');
  await setTimeout(1000 * idleSeconds);
  await client.whenStatus(({ background }) => (background?.judged ?? 0) > 0);
  assert.equal(await client.stop(), 0);

  const lines = readFileSync(trace, 'utf8').split('\n');
  assert.ok(
    lines.some(line => line.includes('openat(')),
    'the trace holds calls',
  );
  assert.deepEqual(lines.filter(isForeignSocket), []);
  assert.deepEqual(
    [...new Set(lines.map(writtenFile))].filter(file => file !== undefined && !isOwn(file, root)),
    [],
  );
  assert.deepEqual(readdirSync(places.home), []);
  assert.deepEqual(
    readdirSync(places.tmp).filter(name => !name.startsWith('longsight-')),
    [],
  );
});

/** Local sockets connect our processes; the C library uses one to query a name service cache. */
function isForeignSocket(line: string): boolean {
  if (/\b(?:socket|socketpair)\(AF_UNIX|\bsocketpair\(/.test(line)) return false;
  if (/\bconnect\(/.test(line)) return !/AF_UNIX, sun_path="[^"]*nscd/.test(line);
  if (/\b(?:sendto|sendmsg|sendmmsg)\(/.test(line)) return /AF_INET|AF_NETLINK|sin_addr/.test(line);
  return /\bsocket\(/.test(line) || /\bbind\([^)]*AF_INET/.test(line);
}

/** The file that a call opened for writing. */
function writtenFile(line: string): string | undefined {
  const call = /\b(?:openat|open|creat)\((?:AT_FDCWD, )?"([^"]*)", ([A-Z_|]+).*\) = \d+/.exec(line);
  return call !== null && /O_WRONLY|O_RDWR|O_CREAT/.test(call[2]!) ? call[1] : undefined;
}

function isOwn(file: string, root: string): boolean {
  return [own, root, '/dev/', '/proc/', '/sys/fs/cgroup/'].some(place => file.startsWith(place));
}
