import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotebookCellKind, type NotebookDocuments } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { fileOf, lineInWhole, wholeOf } from '../../../server/lsp/notebooks.ts';
import { lineIn } from '../../../server/source-text/position.ts';

const cells = ['one()\r\ntwo()\r\n', 'three()', 'four()\nfive()'].map((text, i) =>
  TextDocument.create(`vscode-notebook-cell:/tides.ipynb#${i}`, 'python', 1, text),
);
const notebooks = {
  findNotebookDocumentForCell: (uri: string) =>
    cells.some(cell => cell.uri === uri)
      ? {
          uri: 'file:///tides.ipynb',
          cells: cells.map(cell => ({ kind: NotebookCellKind.Code, document: cell.uri })),
        }
      : undefined,
  getCellTextDocument: ({ document }: { document: string }) => cells.find(({ uri }) => uri === document),
} as unknown as NotebookDocuments<TextDocument>;

test('a line of a cell is found in its notebook', () => {
  for (const cell of cells) {
    const whole = wholeOf(cell, notebooks);
    assert.equal(fileOf(whole).replaceAll('\\', '/').replace(/^\w:/, ''), '/tides.ipynb');
    for (const [i, line] of cell.getText().split(/\r?\n/).entries()) {
      const place = lineIn(whole.text, lineInWhole(whole, i + 1));
      assert.ok('start' in place);
      assert.equal(whole.text.slice(place.start, place.start + place.length), line);
    }
  }
});

test('a document of its own keeps its name and its lines', () => {
  const document = TextDocument.create('untitled:Untitled-1', 'python', 1, 'one()\ntwo()');
  const whole = wholeOf(document, notebooks);
  assert.deepEqual([fileOf(whole), lineInWhole(whole, 2)], ['untitled:Untitled-1', 2]);
});
