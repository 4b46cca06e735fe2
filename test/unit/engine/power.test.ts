import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { drawsFromBattery, onBattery, type Supply, watchPower } from '../../../server/engine/power.ts';

const supply = (type: string, fields: Partial<Supply> = {}): Supply => ({
  type,
  online: '',
  status: '',
  scope: '',
  ...fields,
});
const mains = (online: string): Supply => supply('Mains', { online });
const battery = (status: string, scope = ''): Supply => supply('Battery', { status, scope });

test('parses each system’s power status', () => {
  for (const [said, expected] of [
    [[], false],
    [[mains('1')], false],
    [[mains('0'), battery('Discharging')], true],
    [[mains('1'), battery('Charging')], false],
    // A weak charger: the battery discharges although it is plugged in.
    [[supply('USB', { online: '1' }), battery('Discharging')], false],
    [[battery('Discharging'), supply('USB', { online: '0' })], true],
    [[battery('Full')], false],
    [[mains('1'), battery('Discharging', 'Device')], false],
    [[battery('Discharging', 'Device')], false],
    ["Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t84%; discharging; 4:05 remaining", true],
    ["Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t84%; charging", false],
    ['False\r\n', true],
    ['True\r\n', false],
    ['', false],
  ] as const)
    assert.equal(drawsFromBattery(said), expected, JSON.stringify(said));
});

test('an unknown system has no battery', async () => {
  assert.equal(await onBattery('plan9'), false);
  assert.equal(typeof (await onBattery()), 'boolean');
});

test('reports each change once, until the listener is removed', async () => {
  const answers = [true, true, false, false, true];
  const told: boolean[] = [];
  let asked = 0;
  let enough = (): void => {};
  const done = new Promise<void>(resolve => {
    enough = resolve;
  });
  const stop = watchPower(
    now => told.push(now),
    async () => {
      if (asked === answers.length - 1) enough();
      return answers[Math.min(asked++, answers.length - 1)]!;
    },
    1,
  );
  await Promise.race([done, setTimeout(5000)]);
  await setTimeout(5);
  stop();
  assert.deepEqual(told, [true, false, true]);
  const before = asked;
  await setTimeout(5);
  assert.equal(asked, before);
});
