/** The next place of a change that somebody makes again and again, from the edits of each open document. */
import { type Connection, ErrorCodes, ResponseError, type TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { EditHistory, nextEdit } from '../editing/next-edit.ts';
import { nextEditRequest } from '../protocol/requests.ts';

export function serveNextEdits(connection: Connection, documents: TextDocuments<TextDocument>): void {
  const histories = new Map<string, EditHistory>();
  documents.onDidChangeContent(({ document }) => {
    let history = histories.get(document.uri);
    if (history === undefined) {
      history = new EditHistory();
      histories.set(document.uri, history);
    }
    history.changed(document.getText());
  });
  documents.onDidClose(({ document }) => void histories.delete(document.uri));
  connection.onRequest(nextEditRequest.method, (parameters: { uri?: unknown } | null) => {
    const uri = parameters?.uri;
    if (typeof uri !== 'string') return new ResponseError(ErrorCodes.InvalidParams, '`uri` must be a text.');
    const document = documents.get(uri);
    const history = histories.get(uri);
    if (document === undefined || history === undefined) return null;
    const found = nextEdit(uri, document.getText(), history.edits);
    if (found === undefined) return null;
    const { line, start, end, oldText, newText } = found;
    return { line: line + 1, start: start + 1, end: end + 1, oldText, newText };
  });
}
