/** `longsight status`: the device for the model and why, the model, the cache. */
import { engineEntry } from '../engine/entry.ts';
import { createEngine, type EngineStatus } from '../engine/process.ts';
import { bytes, count } from '../protocol/counted.ts';
import { modelIdOf } from '../tokens/model-id.ts';
import type { CommandLine } from './arguments.ts';
import { openStore, probesOf } from './cache.ts';
import type { Command } from './command.ts';
import { print, printJson } from './output.ts';
import { tokenizerOf } from './session.ts';

/** A probe silent for this long has failed. */
const patience = 60_000;

export const status: Command = async (line, signal) => {
  const modelId = modelIdOf(tokenizerOf(line));
  const settled = await triedEngine(line, signal);
  const result = {
    device: settled.device ?? 'none',
    deviceReason: settled.problem ?? settled.deviceReason,
    engine: settled.state,
    modelId,
    ...(await kept(line)),
  };
  if (line.json) {
    printJson(result);
    return;
  }
  print(`device     ${result.device}: ${result.deviceReason}`);
  print(`engine     ${result.engine}`);
  print(`tokenizer  ${result.modelId}`);
  if (result.cache !== undefined)
    print(
      `cache      ${bytes(result.cache.bytes)} in ${result.cache.folder}: ${count(result.cache.repositories)} repositories, ${count(result.cache.leaves)} model memory records`,
    );
};

/** Starts and stops the engine: returns the device it chose, or why it does not run. */
export async function triedEngine(line: CommandLine, signal: AbortSignal): Promise<EngineStatus> {
  const engine = createEngine({
    entry: engineEntry(),
    device: line.device,
    log: () => {},
    ...probesOf(line),
  });
  try {
    return await settle(engine.onStatusChanged.bind(engine), () => engine.start(), signal);
  } finally {
    await engine.stop();
  }
}

/** Size of the cache, if there is one. */
async function kept(line: CommandLine) {
  const store = await openStore(line);
  if (store === undefined) return {};
  const { bytes: size, repositories } = await store.size();
  return { cache: { folder: store.folder, bytes: size, repositories, leaves: store.leaves().records } };
}

/** Waits until the engine runs or has failed. */
function settle(
  listen: (listener: (status: EngineStatus) => void) => () => void,
  begin: () => void,
  signal: AbortSignal,
): Promise<EngineStatus> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The engine did not respond.')), patience);
    const stop = listen(status => {
      if (status.state !== 'running' && status.state !== 'failed') return;
      clearTimeout(timer);
      stop();
      resolve(status);
    });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    begin();
  });
}
