/** `longsight status`: the device the model would run on and why, the model, the cache. */
import { engineEntry } from '../engine/entry.ts';
import { createEngine, type EngineStatus } from '../engine/process.ts';
import { modelIdOf } from '../tokens/model-id.ts';
import type { Command } from './main.ts';
import { print, printJson } from './output.ts';
import { tokenizerOf } from './session.ts';

/** A probe that has said nothing by then says enough. */
const patience = 60_000;

export const status: Command = async (line, signal) => {
  const modelId = modelIdOf(tokenizerOf(line));
  const engine = createEngine({ entry: engineEntry(), device: line.device, log: () => {} });
  try {
    const settled = await settle(engine.onStatusChanged.bind(engine), () => engine.start(), signal);
    const result = {
      device: settled.device ?? 'none',
      deviceReason: settled.problem ?? settled.deviceReason,
      engine: settled.state,
      modelId,
    };
    if (line.json) {
      printJson(result);
      return;
    }
    print(`device     ${result.device}: ${result.deviceReason}`);
    print(`engine     ${result.engine}`);
    print(`model      ${result.modelId}`);
  } finally {
    await engine.stop();
  }
};

/** Waits until the engine runs or has given up. */
function settle(
  listen: (listener: (status: EngineStatus) => void) => () => void,
  begin: () => void,
  signal: AbortSignal,
): Promise<EngineStatus> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The engine did not answer.')), patience);
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
