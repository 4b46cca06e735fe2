/** A third of the trial of sixty places: what people are shown with the default settings and without a model. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { requirements } from './requirements.ts';
import { runTrial } from './trial/drive.ts';
import { kerbside } from './trial/kerbside.ts';
import { count } from './trial/place.ts';

const needed = await requirements();
const skip = 'skip' in needed && needed.skip;

test('what is suggested at twenty places of a web service', { skip, timeout: 300_000 }, async t => {
  assert.ok(!('skip' in needed));
  const results = await runTrial(needed, kerbside, ({ place, outcome, shown }) =>
    t.diagnostic(`${outcome} ${place.file}: ${JSON.stringify(place.typed)} ${JSON.stringify(shown)}`),
  );
  const { help, useful, silent, allWrong, all } = count(results);
  assert.ok(useful >= 0.55 * help, `useful at ${useful} of ${help} places`);
  assert.ok(allWrong <= 0.06 * all, `wrong at ${allWrong} of ${all} places`);
  assert.ok(silent <= 0.3 * help, `silent at ${silent} of ${help} places`);
});
