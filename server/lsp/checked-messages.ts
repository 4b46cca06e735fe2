/**
 * Validates LSP notifications before the library acts on them: it trusts their parameters, and a document without text
 * would fail later, elsewhere. A notification cannot be answered, so a malformed one is dropped with a line in the log.
 */
import * as v from 'valibot';
import { Message, type MessageStrategy } from 'vscode-languageserver/node';
import { check, fields, string, wholeNumber } from '../protocol/validate.ts';

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

const schemas: ReadonlyMap<string, v.GenericSchema> = new Map<string, v.GenericSchema>([
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
]);

/** For `initialize`, which the library inspects before any handler. */
const initializeParameters = fields({
  capabilities: fields({}),
  rootUri: v.nullish(string),
  rootPath: v.nullish(string),
  workspaceFolders: v.nullish(listOf(fields({ uri: string, name: string }))),
});

/** The method of a malformed `initialize`; its parameter is the problem. */
export const refusedMethod = 'longsight/refused';

/** @param warn gets a sentence about each dropped notification */
export function checkedMessages(warn: (problem: string) => void): MessageStrategy {
  return {
    handleMessage(message, next) {
      if (Message.isRequest(message) && message.method === 'initialize') {
        const checked = check(initializeParameters, message.params);
        if ('value' in checked) return next(message);
        return next({ ...message, method: refusedMethod, params: [checked.problem] } as Message);
      }
      if (!Message.isNotification(message)) return next(message);
      const schema = schemas.get(message.method);
      const checked = schema && check(schema, message.params);
      if (checked === undefined || 'value' in checked) return next(message);
      warn(`Ignored a malformed ${message.method}: ${checked.problem}`);
    },
  };
}
