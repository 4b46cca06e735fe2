/** `longsight status`: the device for the models and why, the code model in use, the cache. */
import { engineEntry } from '../engine/entry.ts';
import { createEngine, type EngineStatus } from '../engine/process.ts';
import { libraryIn } from '../models/in-use.ts';
import { bytes, count, counted } from '../protocol/counted.ts';
import { cacheFolder } from '../storage/cache-store.ts';
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
  const codeModel = await libraryIn(cacheFolder(line.cache?.folder ?? '')).current();
  const result = {
    device: settled.device ?? 'none',
    deviceReason: settled.problem ?? settled.deviceReason,
    engine: settled.state,
    modelId,
    ...(codeModel && { codeModel: { name: codeModel.name, path: codeModel.path } }),
    ...(await kept(line)),
  };
  if (line.json) {
    printJson(result);
    return;
  }
  print(`device     ${result.device}: ${result.deviceReason}`);
  print(`engine     ${result.engine}`);
  print(`code model ${codeModel === undefined ? 'none' : `${codeModel.name} (${codeModel.path})`}`);
  print(`tokenizer  ${result.modelId}`);
  if (result.cache !== undefined) {
    const { repositories, leaves } = result.cache;
    print(
      `cache      ${bytes(result.cache.bytes)} in ${result.cache.folder}: ${count(repositories)} ${repositories === 1 ? 'repository' : 'repositories'}, ${counted(leaves, 'model memory record', count(leaves))}`,
    );
  }
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
