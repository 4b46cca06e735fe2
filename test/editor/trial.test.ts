/**
 * The places of one repository of the trial at which a suggestion helped, as users see them: default settings, no model. The whole trial
 * is `npm run bench -- editor-trial`.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { type Result, runTrial } from './trial/drive.ts';
import { kerbside } from './trial/kerbside.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;
const places = kerbside.places.filter(({ expected }) => expected === 'useful');

test('suggestions at places of a web service', { skip, timeout: 600_000 }, async t => {
  assert.ok(!('skip' in needed));
  const results = await runTrial(needed, { ...kerbside, places }, one => t.diagnostic(described(one)));
  const withOutcome = (wanted: Result['outcome']) => results.filter(({ outcome }) => outcome === wanted);
  // On a busy machine an answer may come too late to be seen, so not every place has to succeed.
  assert.ok(withOutcome('useful').length > places.length / 2, results.map(described).join('\n'));
  assert.deepEqual(withOutcome('wrong').map(described), []);
});

function described({ place, outcome, shown }: Result): string {
  return `${outcome} in ${place.file}: ${JSON.stringify(place.typed)} → ${JSON.stringify(shown)}`;
}
