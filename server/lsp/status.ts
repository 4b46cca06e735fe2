/** Combines the status of indexing and engine, and sends it to the client on change. */
import type { Connection } from 'vscode-languageserver/node';
import { deviceNames } from '../engine/device.ts';
import type { Engine } from '../engine/process.ts';
import { throttle } from '../host/throttle.ts';
import { type Status, statusNotification } from '../protocol/requests.ts';
import type { RepositoryClient } from './repository-client.ts';

/** Milliseconds between notifications. */
const interval = 250;

export function serveStatus(
  connection: Connection,
  repository: RepositoryClient,
  engine: Engine,
): () => Status {
  const status = () => statusOf(repository, engine);
  let sent = '';
  const changed = throttle(() => {
    const now = status();
    // Skip when nothing has changed.
    const text = JSON.stringify(now);
    if (text === sent) return;
    sent = text;
    void connection.sendNotification(statusNotification.method, now);
  }, interval);
  repository.onChanged(changed);
  engine.onStatusChanged(changed);
  return status;
}

function statusOf(repository: RepositoryClient, engine: Engine): Status {
  const { state, device, deviceReason, problem: engineProblem } = engine.status;
  const { problem: repositoryProblem, ...stats } = repository.stats;
  // Engine problems are reported as `engine`; they do not affect the index.
  const problem = repositoryProblem ?? engineProblem;
  return {
    ...stats,
    device: device === undefined ? '' : deviceNames[device],
    deviceReason,
    engine: state,
    ...(problem === undefined ? {} : { problem }),
  };
}
