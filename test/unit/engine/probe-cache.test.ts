import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Device } from '../../../server/engine/device.ts';
import { chooseDevice } from '../../../server/engine/probe.ts';
import { ProbeCache } from '../../../server/engine/probe-cache.ts';

const root = mkdtempSync(path.join(tmpdir(), 'longsight-probes-'));
after(() => rmSync(root, { recursive: true, force: true }));
const file = path.join(root, 'cache', 'devices.json');
const slow = { usable: true, speed: 0.2, detail: 'slow' };
const day = 24 * 60 * 60 * 1000;

test('a failed probe is cached for a day, unless the device improves, and despite a damaged file', () => {
  const probes = new ProbeCache(file);
  assert.equal(probes.refusal('webgpu'), undefined);
  probes.keep('webgpu', slow, 1000);
  probes.keep('cuda', { usable: true, speed: 9, detail: 'fast' }, 1000);
  const again = new ProbeCache(file);
  assert.deepEqual(again.refusal('webgpu', 1000 + day), slow);
  assert.equal(again.refusal('webgpu', 1001 + day), undefined);
  assert.equal(again.refusal('webgpu', 999), undefined);
  assert.equal(again.refusal('cuda', 1000), undefined);
  again.keep('webgpu', { ...slow, speed: 3 }, 2000);
  assert.equal(probes.refusal('webgpu', 2000), undefined);
  writeFileSync(file, '{');
  probes.keep('webgpu', slow, 3000);
  assert.deepEqual(probes.refusal('webgpu', 3000), slow);
});

test('a recently failed device is not probed again, unless named', async () => {
  const probes = new ProbeCache(path.join(root, 'other.json'));
  let tried = 0;
  const probe = async (device: Device) => {
    tried++;
    probes.keep(device, slow);
    return slow;
  };
  for (const expected of [1, 1]) {
    const { device, reason } = await chooseDevice('auto', probe, ['webgpu', 'cpu'], probes);
    assert.deepEqual([device, tried], ['cpu', expected]);
    assert.match(reason, /WebGPU is slower than the CPU here: slow/);
  }
  assert.equal((await chooseDevice('webgpu', probe, ['webgpu', 'cpu'], probes)).device, 'webgpu');
  assert.equal(tried, 2);
});
