/** The next place for a repeated change, from the edits of each open document. */
import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { EditHistory, nextEdit } from '../editing/next-edit.ts';
import type { NextEdit } from '../protocol/requests.ts';

export class NextEdits {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #histories = new Map<string, EditHistory>();

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
    documents.onDidChangeContent(({ document }) => {
      let history = this.#histories.get(document.uri);
      if (history === undefined) {
        history = new EditHistory();
        this.#histories.set(document.uri, history);
      }
      history.changed(document.getText());
    });
    documents.onDidClose(({ document }) => void this.#histories.delete(document.uri));
  }

  /** Null if no change repeats, and for documents that are not open. */
  in(uri: string): NextEdit | null {
    const document = this.#documents.get(uri);
    const history = this.#histories.get(uri);
    if (document === undefined || history === undefined) return null;
    const found = nextEdit(uri, document.getText(), history.edits);
    if (found === undefined) return null;
    const { line, start, end, oldText, newText } = found;
    return { line: line + 1, start: start + 1, end: end + 1, oldText, newText };
  }
}
