/** Lets the worker thread use the engine: the server owns the process and relays requests. */
import type { CancellationToken, MessageConnection } from 'vscode-languageserver/node';
import type { ParametersOf, ResultOf, WorkName } from '../engine/messages.ts';
import type { Engine } from '../engine/process.ts';
import type { RequestOf } from '../protocol/requests.ts';

interface EngineWork {
  readonly name: WorkName;
  readonly parameters: ParametersOf<WorkName>;
  readonly urgent: boolean;
}

/** The engines: for what the user waits for, and for work in the background. */
export interface Engines {
  readonly engine: Pick<Engine, 'run'>;
  readonly background: Pick<Engine, 'run'>;
}

function workOf(which: keyof Engines): RequestOf<EngineWork, ResultOf<WorkName>> {
  return { method: `work/${which}` };
}

/** Server side: answers the worker thread's requests. */
export function serveEngines(connection: MessageConnection, engines: Engines): void {
  for (const which of ['engine', 'background'] as const) serveEngine(connection, which, engines[which]);
}

function serveEngine(connection: MessageConnection, which: keyof Engines, engine: Pick<Engine, 'run'>): void {
  connection.onRequest(
    workOf(which).method,
    async ({ name, parameters, urgent }: EngineWork, token: CancellationToken): Promise<unknown> => {
      const abort = new AbortController();
      const listening = token.onCancellationRequested(() => abort.abort());
      try {
        return await engine.run(name, parameters as never, { signal: abort.signal, urgent });
      } finally {
        listening.dispose();
      }
    },
  );
}

/** Worker thread side. */
export function linkedEngine(
  connection: MessageConnection,
  which: keyof Engines,
  newCancellation: () => { readonly token: CancellationToken; cancel(): void },
): Pick<Engine, 'run'> {
  return {
    run<Name extends WorkName>(
      name: Name,
      parameters: ParametersOf<Name>,
      { signal, urgent = false }: { signal?: AbortSignal; urgent?: boolean } = {},
    ): Promise<ResultOf<Name>> {
      signal?.throwIfAborted();
      const cancellation = newCancellation();
      const cancel = () => cancellation.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      return connection
        .sendRequest<ResultOf<Name>>(workOf(which).method, { name, parameters, urgent }, cancellation.token)
        .finally(() => signal?.removeEventListener('abort', cancel));
    },
  };
}
