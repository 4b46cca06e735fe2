import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LatestRun } from '../../../server/suggestions/latest-run.ts';

/** Work that ends when told, and notes what was started and aborted. */
class Scene {
  readonly started: string[] = [];
  readonly aborted: string[] = [];
  readonly #ends = new Map<string, (result: string) => void>();
  readonly #latest = new LatestRun<string, string>((one, other) => one === other, 5);

  ask(question: string, signal?: AbortSignal): Promise<string> {
    const work = (running: AbortSignal): Promise<string> => {
      this.started.push(question);
      return new Promise((resolve, reject) => {
        this.#ends.set(question, resolve);
        running.addEventListener('abort', () => {
          this.aborted.push(question);
          reject(new Error(`${question} was aborted`));
        });
      });
    };
    return this.#latest.run(question, work, signal);
  }

  end(question: string): void {
    this.#ends.get(question)!(`${question}!`);
  }
}

const later = () => new Promise(resolve => setTimeout(resolve, 30));

test('the same work asked for again, after the first caller has left, is not started again', async () => {
  const scene = new Scene();
  const first = new AbortController();
  const left = assert.rejects(scene.ask('a', first.signal), /typed on/);
  first.abort(new Error('typed on'));
  const second = scene.ask('a');
  await left;
  scene.end('a');
  assert.equal(await second, 'a!');
  await later();
  assert.deepEqual([scene.started, scene.aborted], [['a'], []]);
});

test('work that no caller waits for is aborted after a moment', async () => {
  const scene = new Scene();
  const only = new AbortController();
  const left = assert.rejects(scene.ask('a', only.signal));
  only.abort();
  await left;
  assert.deepEqual(scene.aborted, []);
  await later();
  assert.deepEqual(scene.aborted, ['a']);
  const again = scene.ask('a');
  scene.end('a');
  assert.equal(await again, 'a!');
  assert.deepEqual(scene.started, ['a', 'a']);
});

test('other work aborts what runs at once', async () => {
  const scene = new Scene();
  const first = assert.rejects(scene.ask('a'), /a was aborted/);
  const second = scene.ask('b');
  assert.deepEqual(scene.aborted, ['a']);
  await first;
  scene.end('b');
  assert.equal(await second, 'b!');
});

test('work that has ended or failed is started again', async () => {
  const scene = new Scene();
  const first = scene.ask('a');
  scene.end('a');
  await first;
  const second = scene.ask('a');
  scene.end('a');
  await second;
  assert.equal(scene.started.length, 2);
  const failing = new LatestRun<string, string>(() => true);
  const fail = () => Promise.reject(new Error('it is broken'));
  await assert.rejects(failing.run('a', fail), /broken/);
  assert.equal(await failing.run('a', async () => 'mended'), 'mended');
  const aborted = AbortSignal.abort(new Error('too late'));
  await assert.rejects(failing.run('a', fail, aborted), /too late/);
});
