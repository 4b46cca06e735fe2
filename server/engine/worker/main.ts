/**
 * The engine process, the only one that loads native code. It can crash, leak or be killed: its parent (`process.ts`)
 * restarts it. Arguments: `serve` or `probe`, and a device.
 */
import { isMainThread } from 'node:worker_threads';
import { Coders } from '../../coder/coders.ts';
import { messageOf } from '../../protocol/message-of.ts';
import { type Device, deviceNames, isDevice } from '../device.ts';
import type { FromEngine, ProbeResult, ResultOf, ToEngine, WorkName, WorkRequest } from '../messages.ts';
import { check, checkGraph } from './check-graph.ts';
import { Models } from './models.ts';
import { PrefillPool, prefillThreadsOn } from './prefill-pool.ts';
import { servePrefill } from './prefill-thread.ts';
import { productGraph, timeProduct } from './product.ts';
import { type Outcome, workQueue, type YieldPoint } from './queue.ts';
import { type GraphSession, loadRuntime, type Runtime } from './session.ts';

const [mode, device] = process.argv.slice(2);

if (!isMainThread) await servePrefill();
else await main();

async function main(): Promise<void> {
  if (process.send === undefined || !isDevice(device) || (mode !== 'serve' && mode !== 'probe')) {
    console.error(
      'This is the engine process of Longsight; the language server and the command line start it.',
    );
    process.exit(2);
  }

  // The parent exited or disconnected.
  process.once('disconnect', () => process.exit(0));
  // It may have done so while this program was loaded.
  if (!process.connected) process.exit(0);

  try {
    const runtime = await loadRuntime();
    if (mode === 'probe') send({ type: 'probed', result: await probe(runtime, device) });
    else await serve(runtime, device);
  } catch (error) {
    send({ type: 'unusable', problem: messageOf(error) });
  }
}

/** Runs the check graph, then races the device against the CPU. */
async function probe(runtime: Runtime, device: Device): Promise<ProbeResult> {
  const unusable = (detail: string) => ({ usable: false, speed: 0, detail });
  if (!runtime.bundled.includes(device)) return unusable('its libraries are not installed');
  let session: GraphSession;
  try {
    session = await runtime.open(checkGraph(), device);
  } catch (error) {
    return unusable(openingProblem(messageOf(error)));
  }
  const { right, error } = await check(session, 1);
  if (!right) return unusable(`its results are wrong by ${error.toExponential(1)}`);
  const speed = await compareWithCpu(runtime, device);
  return {
    usable: true,
    speed,
    detail: `its results are correct, and matrix products are ${speed.toPrecision(2)} times as fast as on the CPU`,
  };
}

/** Matrix product speed relative to the CPU. Stops early for a much slower device. */
async function compareWithCpu(runtime: Runtime, device: Device): Promise<number> {
  const graph = productGraph(768);
  const milliseconds = async (on: Device, repeats: number) => {
    const session = await runtime.open(graph, on);
    const { milliseconds: median } = await timeProduct(
      session,
      { rows: 256, width: 768, repeats },
      async () => {},
    );
    await session.release();
    return median;
  };
  const cpu = await milliseconds('cpu', 7);
  const once = await milliseconds(device, 1);
  return cpu / (once > 3 * cpu ? once : await milliseconds(device, 7));
}

async function serve(runtime: Runtime, device: Device): Promise<void> {
  const session = await runtime.open(checkGraph(), device);
  const result = await check(session, 1);
  if (!result.right) {
    throw new Error(`results on ${deviceNames[device]} are wrong by ${result.error.toExponential(1)}`);
  }
  const models = new Models(runtime, device);
  const coders = new Coders(runtime, device);
  const showLife = signOfLife();
  const finished = (id: number, outcome: Outcome): void => {
    const residentBytes = process.memoryUsage.rss();
    send(outcome.type === 'result' ? { ...outcome, id, residentBytes } : { ...outcome, id });
  };
  const prefillThreads = prefillThreadsOn(device);
  const pool = new PrefillPool({ entry: new URL(import.meta.url), finished, working: showLife });
  const queue = workQueue((request, between) => {
    const run = () =>
      perform({ runtime, device, session, models, coders, prefillThreads }, request, async () => {
        await between();
        showLife();
      });
    return request.urgent ? pool.meanwhile(run) : run();
  }, finished);
  process.on('message', message => {
    const order = message as ToEngine;
    if (order.type === 'stop') process.exit(0);
    else if (order.type === 'cancel') {
      queue.cancel(order.id);
      pool.cancel(order.id);
    } else if (prefillThreads > 0 && (order.name === 'prefillFile' || order.name === 'prefill'))
      pool.add(order);
    else queue.add(order);
  });
  send({ type: 'ready', device });
}

/** Long prefills would otherwise look like a hang. */
function signOfLife(): () => void {
  let last = performance.now();
  return () => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    send({ type: 'working' });
  };
}

interface WorkContext {
  readonly runtime: Runtime;
  readonly device: Device;
  /** The check graph. */
  readonly session: GraphSession;
  readonly models: Models;
  readonly coders: Coders;
  /** Prefill threads beside this one. */
  readonly prefillThreads: number;
}

async function perform(
  { runtime, device, session, models, coders, prefillThreads }: WorkContext,
  request: WorkRequest,
  between: YieldPoint,
): Promise<ResultOf<WorkName>> {
  switch (request.name) {
    case 'check':
      return check(session, request.parameters.seed);
    case 'product': {
      const product = await runtime.open(productGraph(request.parameters.width), device);
      try {
        return await timeProduct(product, request.parameters, between);
      } finally {
        await product.release();
      }
    }
    case 'openCoder':
      return { title: (await coders.get(request.parameters.coder, between)).title };
    case 'forgetWritten':
      await coders.forget(request.parameters.coder);
      return null;
    case 'readAhead': {
      const writer = await coders.get(request.parameters.coder, between);
      return { read: await writer.readAhead(request.parameters, between) };
    }
    case 'say': {
      const writer = await coders.get(request.parameters.coder, between);
      return { text: await writer.say(request.parameters, between) };
    }
    case 'write': {
      const writer = await coders.get(request.parameters.coder, between);
      return writer.write(request.parameters, between);
    }
    case 'judgeUnits': {
      const writer = await coders.get(request.parameters.coder, between);
      return writer.judge(request.parameters, between);
    }
    case 'loadModel': {
      const model = models.get(request.parameters.model);
      if (request.parameters.warm) await model.warm(between);
      const { loaded, slots } = model;
      return {
        name: loaded.name,
        modelId: loaded.modelId,
        config: loaded.config,
        slots,
        prefillThreads: Math.max(1, prefillThreads),
      };
    }
    case 'prefillFile': {
      const { model: reference, ids, keep } = request.parameters;
      const model = models.get(reference);
      return model.prefillFile(ids, keep ?? model.config.dilated_span, between);
    }
    case 'prefill': {
      const { model: reference, files, keep, edited } = request.parameters;
      const model = models.get(reference);
      return model.prefill(files, keep ?? model.config.dilated_span, between, edited);
    }
    case 'loadMemory': {
      const { model, key, memory } = request.parameters;
      models.get(model).loadMemory(key, memory);
      return { held: true };
    }
    case 'judge': {
      const { model, ids, asked } = request.parameters;
      return models.get(model).judge(ids, asked, between);
    }
    case 'decode': {
      const { model, ids, memory, positions } = request.parameters;
      return models.get(model).decode(ids, memory, positions ?? 1, between);
    }
  }
}

function send(message: FromEngine): void {
  process.send?.(message, undefined, undefined, () => {});
}

/** onnxruntime prefixes messages with source locations; users need only the cause. */
function openingProblem(message: string): string {
  if (/no (supported )?adapters?|failed to get an? .*adapter/i.test(message))
    return 'no graphics adapter was found';
  const [first = ''] = message.replace(/^.*was false\.\s*/s, '').split('\n');
  return first.replace(/\.\s*$/, '');
}
