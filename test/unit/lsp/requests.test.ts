/** What the server passes on to the worker. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveRequests } from '../../../server/lsp/requests.ts';
import { methods } from '../../../server/protocol/methods.ts';

type Handler = (parameters: unknown, token: unknown) => Promise<unknown>;

const cell = 'vscode-notebook-cell:/harbour/tides.ipynb#W0sZmlsZQ';

/** What the worker is asked about the cell of a notebook. */
async function askedAbout(name: 'unusualLines' | 'lineSummaries'): Promise<unknown> {
  const handlers = new Map<string, Handler>();
  const asked: unknown[] = [];
  serveRequests(
    { onRequest: (method: string, handler: Handler) => void handlers.set(method, handler) } as never,
    { get: () => ({ getText: () => 'level = 1\n' }) } as never,
    { findNotebookDocumentForCell: () => ({ uri: 'file:///harbour/tides.ipynb' }) } as never,
    { ask: async (_: unknown, parameters: unknown) => void asked.push(parameters) } as never,
    { flush: async () => {} } as never,
    {} as never,
  );
  await handlers.get(methods[name].method)!({ uri: cell }, { isCancellationRequested: false });
  return asked[0];
}

test('a cell is judged as a part of its notebook, so that what was read of it is left out', async () => {
  const text = 'level = 1\n';
  assert.deepEqual(await askedAbout('unusualLines'), { file: '/harbour/tides.ipynb', text });
  // The lines of a notebook as it was read are not those of a cell.
  assert.deepEqual(await askedAbout('lineSummaries'), { file: cell, text });
});
