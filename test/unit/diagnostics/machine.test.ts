import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineFigures, processorName, versionFigures } from '../../../server/diagnostics/machine.ts';

test('a processor is named by its maker and product, and by no other word', () => {
  assert.equal(processorName('Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz'), 'Intel Xeon Platinum 8481C');
  assert.equal(processorName('AMD Ryzen 9 7950X 16-Core Processor'), 'AMD Ryzen 7950X');
  assert.equal(processorName('Apple M3 Max'), 'Apple M3 Max');
  assert.equal(processorName('Intel(R) Core(TM) i7-1260P'), 'Intel Core i7-1260P');
  assert.equal(processorName('zanzibar-build-host of Jane'), 'unknown');
  assert.equal(processorName(''), 'unknown');
});

test('the versions and the machine are there', async () => {
  const versions = await versionFigures('0.1.0');
  assert.match(String(versions['onnxruntime']), /^\d+\.\d+/);
  assert.match(String(versions['git']), /^\d+\.\d+/);
  assert.equal(versions['node'], process.versions.node);
  const machine = machineFigures();
  assert.ok(Number(machine['memory (MB)']) > 100 && Number(machine['processor cores']) >= 1);
});
