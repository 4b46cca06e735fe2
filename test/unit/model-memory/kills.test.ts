import assert from 'node:assert/strict';
import { test } from 'node:test';
import { survive } from '../../bench/kills/survive.ts';
import { tinyModel } from '../engine/tiny-model.ts';

test('killing engine and reader at random moments damages and loses nothing', async () => {
  const { kills, records, damaged, lost, different, whole } = await survive(tinyModel(), 3, 5);
  assert.equal(kills.engine + kills.server + kills.both, 3);
  assert.ok(records > 0);
  assert.deepEqual({ damaged, lost, different }, { damaged: 0, lost: 0, different: 0 });
  assert.ok(whole > 0);
});
