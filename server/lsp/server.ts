/** The language server over a connection, whatever carries it: puts the features together when a client initialises. */
import {
  type Connection,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { createEngine, type Engine } from '../engine/process.ts';
import { restartEngineRequest } from '../protocol/requests.ts';
import { readClient } from './client.ts';
import { connectionLog } from './log.ts';
import { Reading } from './reading.ts';
import { Settings } from './settings.ts';
import { serveStatus } from './status.ts';

export interface ServerOptions {
  /** The file of the engine process. */
  readonly engineEntry: string;
  readonly version: string;
}

/** Answers nothing but `initialize` until that has come. */
export function serve(connection: Connection, options: ServerOptions): void {
  const early = connection.onRequest(
    () => new ResponseError(ErrorCodes.ServerNotInitialized, 'The server has not been initialised.'),
  );
  connection.onInitialize(params => {
    early.dispose();
    return start(connection, params, options);
  });
}

function start(
  connection: Connection,
  params: InitializeParams,
  { engineEntry, version }: ServerOptions,
): InitializeResult {
  const log = connectionLog(connection);
  const client = readClient(params);
  const settings = new Settings(connection, client, log, params.initializationOptions);
  const reading = new Reading();
  const engine = createEngine({ entry: engineEntry, device: settings.current['engine.device'], log });
  const status = serveStatus(connection, reading, engine);
  settings.onChanged((now, before) => {
    if (now['engine.device'] !== before['engine.device']) engine.restart(now['engine.device']);
  });
  connection.onRequest(restartEngineRequest.method, async () => {
    engine.restart(settings.current['engine.device']);
    await settled(engine);
    return status();
  });
  connection.onInitialized(async () => {
    log('info', `Longsight ${version} serves ${client.name}.`);
    await settings.follow();
    engine.start();
  });
  connection.onShutdown(() => engine.stop());
  return {
    serverInfo: { name: 'Longsight', version },
    capabilities: {
      positionEncoding: 'utf-16',
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}

/** Resolves when the engine runs, or will not. */
function settled(engine: Engine): Promise<void> {
  return new Promise(resolve => {
    const stop = engine.onStatusChanged(({ state }) => {
      if (state !== 'running' && state !== 'failed' && state !== 'stopped') return;
      stop();
      resolve();
    });
  });
}
