import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { candidates, type Device, type DeviceSetting } from '../../../server/engine/device.ts';
import type { ProbeResult } from '../../../server/engine/messages.ts';
import { chooseDevice, probeDevice } from '../../../server/engine/probe.ts';

const fixtures = path.join(import.meta.dirname, '../../fixtures/engine');
const fast: ProbeResult = { usable: true, speed: 5, detail: 'five times as fast' };
const slow: ProbeResult = { usable: true, speed: 0.2, detail: 'five times as slow' };
const broken: ProbeResult = { usable: false, speed: 0, detail: 'its process was killed by SIGABRT' };

const linux = candidates('linux', 'x64');
const table: readonly {
  readonly setting: DeviceSetting;
  readonly probes: Partial<Record<Device, ProbeResult>>;
  readonly available?: readonly Device[];
  readonly device: Device;
  readonly reason: RegExp;
}[] = [
  { setting: 'cpu', probes: {}, device: 'cpu', reason: /^The CPU is used, as configured\.$/ },
  { setting: 'auto', probes: {}, available: ['cpu'], device: 'cpu', reason: /^The CPU is used\.$/ },
  { setting: 'auto', probes: { cuda: fast }, device: 'cuda', reason: /^CUDA is used: five times as fast\.$/ },
  {
    setting: 'auto',
    probes: { cuda: broken, webgpu: fast },
    device: 'webgpu',
    reason: /^WebGPU is used: .* CUDA cannot be used: its process was killed by SIGABRT\.$/,
  },
  {
    setting: 'auto',
    probes: { cuda: broken, webgpu: slow },
    device: 'cpu',
    reason:
      /^The CPU is used\. CUDA cannot be used: .* WebGPU is slower than the CPU here: five times as slow\.$/,
  },
  { setting: 'webgpu', probes: { webgpu: slow }, device: 'webgpu', reason: /^WebGPU is used/ },
  {
    setting: 'webgpu',
    probes: { webgpu: broken },
    device: 'cpu',
    reason: /^The CPU is used\. WebGPU cannot/,
  },
  { setting: 'coreml', probes: {}, device: 'cpu', reason: /Core ML does not exist on this platform/ },
];

test('chooses a device by its probe, and names rejected ones in the reason', async () => {
  for (const { setting, probes, available = linux, device, reason } of table) {
    const probe = async (asked: Device): Promise<ProbeResult> => {
      const result = probes[asked];
      assert.ok(result, `${asked} should not have been probed for ${setting}`);
      return result;
    };
    const choice = await chooseDevice(setting, probe, available);
    assert.equal(choice.device, device);
    assert.match(choice.reason, reason);
  }
});

test('every platform ends with the CPU', () => {
  for (const platform of ['linux', 'win32', 'darwin', 'sunos']) {
    for (const architecture of ['x64', 'arm64', 'riscv64']) {
      assert.equal(candidates(platform, architecture).at(-1), 'cpu');
    }
  }
});

const ends = [
  { file: 'never-starts.mjs', detail: /^its process exited with code 7$/ },
  { file: 'unusable.mjs', detail: /^there is no onnxruntime for this machine/ },
  { file: 'hangs.mjs', detail: /^it did not respond within 0\.3 seconds$/ },
  { file: 'no-such-file.mjs', detail: /^its process exited with code 1$/ },
] as const;

test('any end of the probe process is a result', async () => {
  for (const { file, detail } of ends) {
    // Only the hanging one should time out.
    const timeLimit = file === 'hangs.mjs' ? 300 : 20_000;
    const result = await probeDevice('cuda', { entry: path.join(fixtures, file), log: () => {}, timeLimit });
    assert.equal(result.usable, false);
    assert.match(result.detail, detail, file);
  }
});

test('an aborted probe ends its process at once', async () => {
  const entry = path.join(fixtures, 'hangs.mjs');
  const result = await probeDevice('cuda', { entry, log: () => {}, signal: AbortSignal.abort() });
  assert.deepEqual(result, { usable: false, speed: 0, detail: 'the probe was cancelled' });
});
