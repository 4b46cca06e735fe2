import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkRequest } from '../../../../server/engine/messages.ts';
import { type Outcome, workQueue } from '../../../../server/engine/worker/queue.ts';

function request(id: number, urgent = false): WorkRequest {
  return { type: 'work', name: 'check', id, urgent, parameters: { seed: id } };
}

/** A queue whose work finishes after three pauses; `finished` resolves after `count` outcomes. */
function recordedQueue(count: number) {
  const outcomes: [id: number, outcome: Outcome][] = [];
  let done = () => {};
  const finished = new Promise<void>(resolve => {
    done = resolve;
  });
  const queue = workQueue(
    async ({ id }, between) => {
      for (let pauses = 0; pauses < 3; pauses++) await between();
      if (id < 0) throw new Error('no such tensor');
      return { error: id, right: true, milliseconds: 0 };
    },
    (id, outcome) => {
      outcomes.push([id, outcome]);
      if (outcomes.length === count) done();
    },
  );
  return { queue, outcomes, finished };
}

test('urgent work precedes waiting work and interrupts running work', async () => {
  const { queue, outcomes, finished } = recordedQueue(5);
  for (const id of [1, 2, 3]) queue.add(request(id));
  queue.add(request(4, true));
  queue.add(request(5, true));
  await finished;
  assert.deepEqual(
    outcomes.map(([id]) => id),
    [4, 5, 1, 2, 3],
  );
});

test('rejects cancelled work, running or waiting, and continues with the rest', async () => {
  const { queue, outcomes, finished } = recordedQueue(3);
  for (const id of [1, 2, 3]) queue.add(request(id));
  queue.cancel(1);
  queue.cancel(2);
  await finished;
  const rejected = { type: 'rejected', problem: 'cancelled', cancelled: true };
  assert.deepEqual(outcomes.slice(0, 2), [
    [1, rejected],
    [2, rejected],
  ]);
  assert.equal(outcomes[2]?.[1].type, 'result');
});

test('rejects work that throws with its message, and continues with the rest', async () => {
  const { queue, outcomes, finished } = recordedQueue(2);
  queue.add(request(-1));
  queue.add(request(2));
  await finished;
  assert.deepEqual(outcomes[0], [-1, { type: 'rejected', problem: 'no such tensor', cancelled: false }]);
  assert.equal(outcomes[1]?.[1].type, 'result');
});

test('cancelling finished work does not affect later work', async () => {
  const { queue, outcomes, finished } = recordedQueue(2);
  queue.add(request(1));
  queue.add(request(2));
  queue.cancel(7);
  await finished;
  assert.deepEqual(
    outcomes.map(([, { type }]) => type),
    ['result', 'result'],
  );
});
