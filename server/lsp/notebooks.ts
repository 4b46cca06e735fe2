/** Notebook cells: a cell is completed in the context of all code cells. */
import { NotebookCellKind, type NotebookDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { pathOfUri } from './folders.ts';

/** The whole text that a document belongs to. */
export interface Whole {
  /** URI of the notebook, or of the document itself. */
  readonly uri: string;
  readonly text: string;
  /** Where the document starts in it. */
  readonly start: number;
}

/** Separates cells. */
const gap = '\n\n';

export function wholeOf(document: TextDocument, notebooks: NotebookDocuments<TextDocument>): Whole {
  const own = document.getText();
  const notebook = notebooks.findNotebookDocumentForCell(document.uri);
  if (notebook === undefined) return { uri: document.uri, text: own, start: 0 };
  const before: string[] = [];
  const after: string[] = [];
  let side = before;
  for (const cell of notebook.cells) {
    if (cell.document === document.uri) {
      side = after;
      continue;
    }
    const other = notebooks.getCellTextDocument(cell);
    // Cells in other languages, and prose, do not help here.
    if (cell.kind === NotebookCellKind.Code && other?.languageId === document.languageId)
      side.push(other.getText());
  }
  const head = before.map(text => text + gap).join('');
  return {
    uri: notebook.uri,
    text: head + own + after.map(text => gap + text).join(''),
    start: head.length,
  };
}

/** The file that the worker knows a document by: the notebook's for a cell. */
export function fileOf({ uri }: Whole): string {
  return pathOfUri(uri) ?? uri;
}

/** A document's line in the whole text, both 1-based. */
export function lineInWhole({ text, start }: Whole, line: number): number {
  return line + (text.slice(0, start).match(/\r\n?|\n/g)?.length ?? 0);
}
