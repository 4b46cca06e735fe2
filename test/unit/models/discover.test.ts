import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { findModels } from '../../../server/models/discover.ts';

const root = mkdtempSync(path.join(tmpdir(), 'longsight-discover-'));
after(() => rmSync(root, { recursive: true, force: true }));

function put(file: string, content: string): string {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  return target;
}

const digest = (letter: string) => letter.repeat(64);
const manifest = (letter: string) =>
  JSON.stringify({
    layers: [
      { mediaType: 'application/vnd.ollama.image.template', digest: `sha256:${digest('0')}` },
      { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest(letter)}` },
    ],
  });

test('models of Ollama, LM Studio, llama.cpp and the hub’s cache, each where its program keeps it', async () => {
  const manifests = 'home/.ollama/models/manifests/registry.ollama.ai';
  put(`${manifests}/library/qwen2.5-coder/1.5b`, manifest('a'));
  put(`${manifests}/someone/tuned/latest`, manifest('b'));
  put(`${manifests}/library/gone/latest`, manifest('c'));
  put(`${manifests}/library/broken/latest`, '{');
  put(`${manifests}/library/hostile/latest`, manifest('a').replaceAll('sha256:', 'sha256:../../'));
  const blobs = 'home/.ollama/models/blobs';
  const official = put(`${blobs}/sha256-${digest('a')}`, 'a');
  const tuned = put(`${blobs}/sha256-${digest('b')}`, 'bb');
  const studio = put('home/.lmstudio/models/publisher/repo/Coder-Q4.gguf', 'ccc');
  put('home/.lmstudio/models/publisher/repo/mmproj-Coder.gguf', 'c');
  put('home/.lmstudio/models/publisher/repo/Large-00001-of-00002.gguf', 'c');
  put('home/.lmstudio/models/publisher/repo/README.md', 'c');
  const cached = put('home/.cache/llama.cpp/org_repo_file.gguf', 'dddd');
  const snapshot = 'home/.cache/huggingface/hub/models--org--repo/snapshots/1a2b/file.gguf';
  put('home/.cache/huggingface/hub/models--org--repo/blobs/5e1f', 'eeeee');
  mkdirSync(path.dirname(path.join(root, snapshot)), { recursive: true });
  symlinkSync('../../blobs/5e1f', path.join(root, snapshot));
  const places = { home: path.join(root, 'home'), environment: {}, platform: 'test' };
  assert.deepEqual(await findModels(places), [
    { name: 'hub:file.gguf', origin: 'hub', path: path.join(root, snapshot), bytes: 5 },
    { name: 'llama.cpp:org_repo_file.gguf', origin: 'llama.cpp', path: cached, bytes: 4 },
    { name: 'lmstudio:Coder-Q4.gguf', origin: 'lmstudio', path: studio, bytes: 3 },
    { name: 'ollama:qwen2.5-coder:1.5b', origin: 'ollama', path: official, bytes: 1 },
    { name: 'ollama:someone/tuned:latest', origin: 'ollama', path: tuned, bytes: 2 },
  ]);
});

test('folders set by environment variables take precedence', async () => {
  put('other/manifests/registry/library/m/t', manifest('d'));
  put(`other/blobs/sha256-${digest('d')}`, 'd');
  put('cache/x.gguf', 'x');
  put('hub/models--a--b/snapshots/1/y.GGUF', 'y');
  put('hub/models--a--c/snapshots/1/y.GGUF', 'yy');
  const environment = {
    OLLAMA_MODELS: path.join(root, 'other'),
    LLAMA_CACHE: path.join(root, 'cache'),
    HF_HUB_CACHE: path.join(root, 'hub'),
  };
  const found = await findModels({ home: path.join(root, 'nobody'), environment, platform: 'linux' });
  assert.deepEqual(
    found.map(({ name }) => name),
    ['hub:y.GGUF', 'hub:y.GGUF-2', 'llama.cpp:x.gguf', 'ollama:m:t'],
  );
});

test('finds none in an empty home', async () => {
  assert.deepEqual(
    await findModels({ home: path.join(root, 'empty'), environment: {}, platform: 'win32' }),
    [],
  );
});
