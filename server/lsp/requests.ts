/**
 * Serves the table of requests: validates parameters, answers or forwards to the worker, and turns failures into
 * sentences.
 */
import {
  type CancellationToken,
  type Connection,
  ErrorCodes,
  LSPErrorCodes,
  type NotebookDocuments,
  ResponseError,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { messageOf } from '../protocol/message-of.ts';
import { type Answer, type AnsweredBy, type CheckedParameters, methods } from '../protocol/methods.ts';
import type { RequestOf } from '../protocol/requests.ts';
import { check } from '../protocol/validate.ts';
import { pathOfUri } from './folders.ts';
import { fileOf, lineInWhole, wholeOf } from './notebooks.ts';
import type { RepositoryClient } from './repository-client.ts';
import type { UnsavedDocuments } from './unsaved-documents.ts';

/** One handler per request that the server answers itself. */
export type ServerHandlers = {
  readonly [Name in AnsweredBy<'server'>]: (
    parameters: CheckedParameters<Name>,
    token: CancellationToken,
  ) => Answer<Name> | Promise<Answer<Name>>;
};

type Handler = (parameters: unknown, token: CancellationToken) => unknown;

export function serveRequests(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  notebooks: NotebookDocuments<TextDocument>,
  repository: RepositoryClient,
  unsaved: UnsavedDocuments,
  handlers: ServerHandlers,
): void {
  for (const [name, type] of Object.entries(methods)) {
    const handler: Handler =
      type.answeredBy === 'server'
        ? (handlers[name as keyof ServerHandlers] as Handler)
        : async (parameters, token) => {
            // What is under review is what the editor has, saved or not.
            if (name === 'unusualChanges') await unsaved.flush();
            const there = await located(name, parameters);
            return repository.ask(type as RequestOf<unknown, unknown>, there, token);
          };
    connection.onRequest(type.method, async (...given: unknown[]): Promise<unknown> => {
      const token = given.pop() as CancellationToken;
      const checked = check(type.parameters, given[0] ?? {});
      if ('problem' in checked) throw new ResponseError(ErrorCodes.InvalidParams, checked.problem);
      try {
        return await handler(checked.value, token);
      } catch (error) {
        if (token.isCancellationRequested)
          throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
        throw error instanceof ResponseError
          ? error
          : new ResponseError(ErrorCodes.InternalError, messageOf(error));
      }
    });
  }

  /** Sends unsaved documents to the worker first, and replaces a document's URI by its file and text. */
  async function located(name: string, parameters: unknown): Promise<unknown> {
    if (typeof parameters !== 'object' || parameters === null || !('uri' in parameters)) {
      await unsaved.flush();
      return parameters;
    }
    const { uri, ...others } = parameters as { uri: string };
    await unsaved.flush(uri);
    const document = documents.get(uri);
    if (document === undefined) return { ...others, file: pathOfUri(uri) ?? uri };
    // What was read of a notebook has the cell as well, which would be like itself.
    const notebook = name === 'unusualLines' ? notebooks.findNotebookDocumentForCell(uri)?.uri : undefined;
    if (name !== 'readAhead')
      return { ...others, file: pathOfUri(notebook ?? uri) ?? uri, text: document.getText() };
    // A cell is completed as a part of its notebook.
    const whole = wholeOf(document, notebooks);
    const { line } = others as CheckedParameters<'readAhead'>;
    return { ...others, file: fileOf(whole), text: whole.text, line: lineInWhole(whole, line) };
  }
}
