import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TokenCache } from '../../../server/repository/token-cache.ts';
import { CacheStore } from '../../../server/storage/cache-store.ts';
import type { SourceFile } from '../../../server/workspace/source.ts';
import { TemporaryFolder } from '../workspace/folder.ts';

function fileOf(path: string, modified = 1): SourceFile {
  return { path, absolute: `/${path}`, bytes: 10, modified, changed: modified, wanted: false };
}

function tokensOf(length: number, value = 1): Uint16Array {
  return new Uint16Array(length).fill(value);
}

async function open(folder: TemporaryFolder): Promise<TokenCache> {
  const store = await CacheStore.open(folder.at('cache'), 1e9);
  return TokenCache.open(store, [{ name: 'test', root: folder.root }], 'tokenizer');
}

/** How many of the versions a new window finds. */
async function countKept(folder: TemporaryFolder, path: string, versions: number): Promise<number> {
  const cache = await open(folder);
  let kept = 0;
  for (let version = 0; version < versions; version++)
    if ((await cache.findByContent(fileOf(path), `hash ${version}`)) !== undefined) kept++;
  return kept;
}

describe('the cache of a repository’s tokens', () => {
  it('gives a file its tokens without keeping those of others', async () => {
    using folder = new TemporaryFolder();
    const cache = await open(folder);
    for (let at = 0; at < 50; at++)
      cache.note(fileOf(`${at}.ts`), `hash ${at}`, { tokens: tokensOf(1000, at) });
    const found = await cache.findByContent(fileOf('7.ts'), 'hash 7');
    assert.ok(found !== undefined && 'tokens' in found.outcome);
    assert.deepEqual(found.outcome.tokens, tokensOf(1000, 7));
    assert.equal(found.outcome.tokens.buffer.byteLength, 2000);
  });

  it('keeps earlier versions while they take no more space than the current ones', async () => {
    using folder = new TemporaryFolder();
    const cache = await open(folder);
    cache.note(fileOf('other.ts'), 'hash', { tokens: tokensOf(3000) });
    for (let version = 0; version < 40; version++)
      cache.note(fileOf('a.ts', version), `hash ${version}`, { tokens: tokensOf(1000, version) });
    await cache.save();
    assert.equal(await countKept(folder, 'a.ts', 40), 5);
  });

  it('counts what is known of files that are gone as earlier versions', async () => {
    using folder = new TemporaryFolder();
    const cache = await open(folder);
    cache.note(fileOf('other.ts'), 'hash', { tokens: tokensOf(3000) });
    for (let at = 0; at < 40; at++) {
      cache.note(fileOf(`${at}.ts`), 'hash 0', { tokens: tokensOf(1000) });
      cache.forget(`${at}.ts`);
    }
    await cache.save();
    let kept = 0;
    for (let at = 0; at < 40; at++) kept += await countKept(folder, `${at}.ts`, 1);
    assert.equal(kept, 3);
  });

  it('drops nothing after a reading that was stopped', async () => {
    using folder = new TemporaryFolder();
    const before = await open(folder);
    for (let version = 0; version < 5; version++)
      before.note(fileOf(`${version}.ts`), `hash ${version}`, { tokens: tokensOf(1000) });
    await before.save();
    const stopped = await open(folder);
    stopped.note(fileOf('new.ts'), 'hash', { tokens: tokensOf(10) });
    await stopped.save(false);
    for (let version = 0; version < 5; version++)
      assert.equal(await countKept(folder, `${version}.ts`, version + 1), 1);
  });
});
