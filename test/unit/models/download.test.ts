import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { type DownloadOptions, download, FetchError, partOf } from '../../../server/models/download.ts';
import { cutting, openHub, serving } from './server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'longsight-download-'));
const bytes = randomBytes(300_000);
const expected = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
const target = path.join(folder, 'model.gguf');
const part = partOf(target);
const hub = await openHub(serving(bytes));
const direct: DownloadOptions = { environment: {} };
const url = `${hub.url}/model.gguf`;

beforeEach(() => {
  hub.handler = serving(bytes);
  hub.asked.length = 0;
  rmSync(target, { force: true });
  rmSync(part, { force: true });
});
after(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

test('downloads a whole file, and progress ends at its size', async () => {
  const seen: number[] = [];
  await download(url, target, expected, { ...direct, onProgress: done => seen.push(done) });
  assert.deepEqual(readFileSync(target), bytes);
  assert.equal(seen[0], 0);
  assert.equal(seen.at(-1), bytes.length);
  assert.deepEqual(
    [...seen].sort((left, right) => left - right),
    seen,
  );
  assert.ok(!existsSync(part));
});

test('resumes an earlier attempt', async () => {
  writeFileSync(part, bytes.subarray(0, 123_456));
  await download(url, target, expected, direct);
  assert.deepEqual(hub.asked, ['/model.gguf bytes=123456-']);
  assert.deepEqual(readFileSync(target), bytes);
});

test('does not download a complete part again', async () => {
  writeFileSync(part, bytes);
  await download(url, target, expected, direct);
  assert.deepEqual(hub.asked, []);
  assert.deepEqual(readFileSync(target), bytes);
});

test('starts over if the server does not support ranges', async () => {
  hub.handler = (_request, response) => response.end(bytes);
  writeFileSync(part, bytes.subarray(0, 1000));
  await download(url, target, expected, direct);
  assert.deepEqual(readFileSync(target), bytes);
});

test('resumes a lost connection as long as there is progress', async () => {
  hub.handler = cutting(bytes, 70_000);
  await download(url, target, expected, { ...direct, retries: 3 });
  assert.deepEqual(readFileSync(target), bytes);
  // At most 70,000 bytes per connection; bytes in flight at the cut may be lost.
  assert.ok(hub.asked.length >= 5);
});

test('gives up on a stalled connection, and keeps the part', async () => {
  hub.handler = (request, response) => {
    if (request.headers.range === undefined) cutting(bytes, 5000)(request, response);
    else response.destroy();
  };
  await assert.rejects(download(url, target, expected, { ...direct, retries: 1 }), FetchError);
  assert.ok(!existsSync(target));
  assert.deepEqual(readFileSync(part), bytes.subarray(0, statSync(part).size));
  assert.ok(statSync(part).size > 0);
});

test('retries busy servers, and no others', async () => {
  let times = 0;
  hub.handler = (request, response) => {
    if (times++ === 0) response.writeHead(503).end();
    else serving(bytes)(request, response);
  };
  await download(url, target, expected, direct);
  assert.equal(times, 2);
  times = 0;
  rmSync(target);
  hub.handler = (_request, response) => {
    times++;
    response.writeHead(404).end('not here');
  };
  await assert.rejects(download(url, target, expected, direct), /answered with status 404/);
  assert.equal(times, 1);
  assert.ok(!existsSync(part));
});

test('rejects a wrong file by size, checksum, or endless data', async () => {
  const other = Buffer.from(bytes);
  other[1000]! ^= 1;
  hub.handler = serving(other);
  await assert.rejects(download(url, target, expected, direct), /SHA-256 [0-9a-f]{64} instead of/);
  hub.handler = serving(bytes.subarray(1));
  await assert.rejects(
    download(url, target, expected, direct),
    /has 299999 bytes instead of 300000: it is a different file/,
  );
  hub.handler = (_request, response) => response.end(Buffer.concat([bytes, bytes]));
  await assert.rejects(download(url, target, expected, direct), /it is a different file/);
  assert.ok(!existsSync(target));
});

test('removes a damaged part, so that the next attempt starts over', async () => {
  writeFileSync(part, Buffer.alloc(1000));
  await assert.rejects(download(url, target, expected, direct), /was deleted/);
  await download(url, target, expected, direct);
  assert.deepEqual(readFileSync(target), bytes);
});

test('follows redirects with the range', async () => {
  hub.handler = (request, response) => {
    if (request.url === '/model.gguf') response.writeHead(302, { location: '/elsewhere' }).end();
    else serving(bytes)(request, response);
  };
  writeFileSync(part, bytes.subarray(0, 10));
  await download(url, target, expected, direct);
  assert.deepEqual(hub.asked, ['/model.gguf bytes=10-', '/elsewhere bytes=10-']);
});

test('cancellation takes effect at once and keeps the part', async () => {
  hub.handler = (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 50_000));
  };
  const stop = new AbortController();
  const reason = new Error('stopped');
  await assert.rejects(
    download(url, target, expected, {
      ...direct,
      signal: stop.signal,
      onProgress: done => {
        if (done > 0) setTimeout(() => stop.abort(reason), 20);
      },
    }),
    reason,
  );
  assert.ok(statSync(part).size > 0);
});

test('names an unreachable server', async () => {
  await assert.rejects(
    download('http://127.0.0.1:9/model.gguf', target, expected, { ...direct, retries: 0 }),
    /The connection to 127\.0\.0\.1:9 failed \(ECONNREFUSED\)/,
  );
});

test('distinguishes a full disk from a lost connection', {
  skip: process.platform !== 'linux' && 'only Linux has /dev/full',
}, async () => {
  symlinkSync('/dev/full', part);
  await assert.rejects(download(url, target, expected, direct), (error: Error) => {
    assert.ok(!(error instanceof FetchError));
    assert.match(error.message, /The disk is full/);
    return true;
  });
});

test('reports lack of space before downloading', async () => {
  await assert.rejects(
    download(url, target, { ...expected, bytes: 2 ** 60 }, direct),
    /Not enough disk space in .*: \d+ MB needed, \d+ MB free/,
  );
  assert.deepEqual(hub.asked, []);
});

test('uses the environment’s proxy, unless the host is excluded', async t => {
  const through: string[] = [];
  const proxy = await openHub((request, response) => {
    through.push(String(request.url));
    const onward = httpRequest(url, { headers: request.headers }, answer => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  });
  t.after(() => proxy.close());
  const distant = 'http://models.example/model.gguf';
  await download(distant, target, expected, { environment: { HTTP_PROXY: proxy.url } });
  assert.deepEqual(through, [distant]);
  assert.deepEqual(readFileSync(target), bytes);
  rmSync(target);
  await download(url, target, expected, { environment: { http_proxy: proxy.url, NO_PROXY: '127.0.0.1' } });
  assert.equal(through.length, 1);
});
