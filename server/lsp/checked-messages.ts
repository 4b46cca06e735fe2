/**
 * Validates messages before the library acts on them: it trusts their parameters, and a document without text would
 * fail later, elsewhere. A malformed request is answered with an error; a malformed notification cannot be answered and
 * is dropped with a line in the log.
 */
import * as v from 'valibot';
import {
  ErrorCodes,
  Message,
  type MessageStrategy,
  type NotificationMessage,
  type RequestMessage,
} from 'vscode-languageserver/node';
import { methods } from '../protocol/methods.ts';
import { indentationNotification } from '../protocol/requests.ts';
import { check, fields, flag, string, wholeNumber } from '../protocol/validate.ts';

const integer = v.pipe(v.number('must be a number'), v.integer('must be a whole number'));
const position = fields({ line: wholeNumber(0), character: wholeNumber(0) });
const named = fields({ uri: string });
const versioned = fields({ uri: string, version: integer });
const item = fields({ uri: string, languageId: string, version: integer, text: string });
const changes = v.array(
  fields({ range: v.nullish(fields({ start: position, end: position })), text: string }),
  'must be a list',
);
const cells = v.array(fields({ kind: integer, document: string }), 'must be a list');
const listOf = <Schema extends v.GenericSchema>(schema: Schema) => v.array(schema, 'must be a list');

/** A number or a string that a client chose. */
const token = v.union([integer, string], 'must be a whole number or a string');

const notifications: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  ['textDocument/didOpen', fields({ textDocument: item })],
  ['textDocument/didChange', fields({ textDocument: versioned, contentChanges: changes })],
  ['textDocument/didSave', fields({ textDocument: named })],
  ['textDocument/didClose', fields({ textDocument: named })],
  ['textDocument/willSave', fields({ textDocument: named })],
  [
    'notebookDocument/didOpen',
    fields({
      notebookDocument: fields({ uri: string, version: integer, cells }),
      cellTextDocuments: listOf(item),
    }),
  ],
  [
    'notebookDocument/didChange',
    fields({
      notebookDocument: versioned,
      change: fields({
        cells: v.nullish(
          fields({
            structure: v.nullish(
              fields({
                array: fields({
                  start: wholeNumber(0),
                  deleteCount: wholeNumber(0),
                  cells: v.nullish(cells),
                }),
                didOpen: v.nullish(listOf(item)),
                didClose: v.nullish(listOf(named)),
              }),
            ),
            data: v.nullish(cells),
            textContent: v.nullish(listOf(fields({ document: versioned, changes }))),
          }),
        ),
      }),
    }),
  ],
  ['notebookDocument/didSave', fields({ notebookDocument: named })],
  ['notebookDocument/didClose', fields({ notebookDocument: named, cellTextDocuments: listOf(named) })],
  ['workspace/didChangeWatchedFiles', fields({ changes: listOf(named) })],
  [
    'workspace/didChangeWorkspaceFolders',
    fields({
      event: fields({
        added: listOf(fields({ uri: string, name: string })),
        removed: listOf(fields({ uri: string, name: string })),
      }),
    }),
  ],
  // Its contents are validated where settings are read.
  ['workspace/didChangeConfiguration', fields({})],
  [indentationNotification.method, fields({ uri: string, insertSpaces: flag, tabSize: wholeNumber(1) })],
  ['$/progress', fields({ token })],
  ['$/setTrace', fields({ value: string })],
  ['window/workDoneProgress/cancel', fields({ token })],
]);

/** Of `textDocument/inlineCompletion`. Clients do not always send the context that the protocol requires. */
const completionParameters = fields({
  textDocument: named,
  position,
  context: v.nullish(
    fields({
      triggerKind: v.nullish(v.number('must be a number')),
      selectedCompletionInfo: v.nullish(
        fields({ range: fields({ start: position, end: position }), text: string }),
      ),
    }),
  ),
});
export type CompletionParameters = v.InferOutput<typeof completionParameters>;

const requests: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
  [
    'initialize',
    fields({
      capabilities: fields({}),
      rootUri: v.nullish(string),
      rootPath: v.nullish(string),
      workspaceFolders: v.nullish(listOf(fields({ uri: string, name: string }))),
    }),
  ],
  ['textDocument/inlineCompletion', completionParameters],
  ['textDocument/willSaveWaitUntil', fields({ textDocument: named })],
  ['workspace/executeCommand', fields({ command: string, arguments: v.nullish(listOf(v.unknown())) })],
  // Their fields are validated where they are answered, which fills in what is missing.
  ...Object.values(methods).map(({ method }): [string, v.GenericSchema] => [method, v.nullish(fields({}))]),
]);

/** Client libraries put the parameter of a method that they do not know into a list, if it is null. */
const inList: ReadonlySet<string> = new Set(Object.values(methods).map(({ method }) => method));

function parametersOf({ method, params }: RequestMessage | NotificationMessage): unknown {
  return Array.isArray(params) && params.length < 2 && inList.has(method) ? params[0] : params;
}

/** The method of a refused request; its parameters are the error's code and its message. */
export const refusedMethod = 'longsight/refused';

/** @param warn gets a sentence about each dropped notification */
export function checkedMessages(warn: (problem: string) => void): MessageStrategy {
  let isInitialized = false;
  let isShutDown = false;
  return {
    handleMessage(message, next) {
      const isRequest = Message.isRequest(message);
      if (!isRequest && !Message.isNotification(message)) return next(message);
      const refuse = (code: number, problem: string) =>
        next({ ...message, method: refusedMethod, params: [code, problem] } as Message);
      if (isShutDown && message.method !== 'exit') {
        // What is started now could outlive the client.
        return isRequest ? refuse(ErrorCodes.InvalidRequest, 'The server was shut down.') : undefined;
      }
      const schema = (isRequest ? requests : notifications).get(message.method);
      const checked = schema && check(schema, parametersOf(message));
      if (checked !== undefined && 'problem' in checked) {
        if (isRequest) return refuse(ErrorCodes.InvalidParams, checked.problem);
        return warn(`Ignored a malformed ${message.method}: ${checked.problem}`);
      }
      if (message.method === 'initialize') isInitialized = true;
      if (message.method === 'shutdown') isShutDown = isInitialized;
      return next(message);
    },
  };
}
