/** A prefill thread: the other side of `prefill-pool.ts`. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { Models } from './models.ts';
import {
  type FromPrefillThread,
  type PrefillRequest,
  type PrefillThreadData,
  type ToPrefillThread,
  transferables,
} from './prefill-pool.ts';
import { workQueue } from './queue.ts';
import { loadRuntime } from './session.ts';

/** Milliseconds between signs of life. */
const lifeSign = 1000;
/**
 * Runs between garbage collections: each leaves about 3 MB of outputs off-heap, which V8 hardly notices until there are
 * a hundred.
 */
const collectEvery = 8;

export async function servePrefill(): Promise<void> {
  const port = parentPort!;
  const hold = new Int32Array((workerData as PrefillThreadData).hold);
  const say = (message: FromPrefillThread, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  // Messages queue until there is a listener.
  const models = loadRuntime().then(runtime => new Models(runtime, 'cpu', { threads: 1 }));
  const collect = youngCollector();
  let last = performance.now();
  let runs = 0;
  const queue = workQueue(
    async (request, between) => {
      const { name, parameters } = request as PrefillRequest;
      const model = (await models).get(parameters.model);
      const keep = parameters.keep ?? model.config.dilated_span;
      const pause = async (): Promise<void> => {
        await between();
        if (++runs % collectEvery === 0) collect();
        for (let held = Atomics.load(hold, 0); held !== 0; held = Atomics.load(hold, 0))
          Atomics.wait(hold, 0, held, lifeSign);
        if (performance.now() - last < lifeSign) return;
        last = performance.now();
        say({ type: 'working' });
      };
      return name === 'prefillFile'
        ? model.prefillFile(parameters.ids, keep, pause)
        : model.prefill(parameters.files, keep, pause, parameters.edited);
    },
    (id, outcome) => {
      const transfer =
        outcome.type === 'result' ? transferables(outcome.result as Parameters<typeof transferables>[0]) : [];
      say({ type: 'finished', id, outcome }, transfer);
    },
  );
  port.on('message', (order: ToPrefillThread) => {
    if (order.type === 'cancel') queue.cancel(order.id);
    else queue.add(order);
  });
  await models;
}

/** Collects young garbage, in about a millisecond; a no-op if the runtime does not allow it. */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('globalThis.gc') as ((options: { readonly type: 'minor' }) => void) | undefined;
  return () => gc?.({ type: 'minor' });
}
