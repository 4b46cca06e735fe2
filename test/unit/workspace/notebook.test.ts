import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashOf, textOf } from '../../../server/workspace/read.ts';

function textOfNotebook(content: unknown): string | undefined {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const file = { path: 'a.ipynb', absolute: '/a.ipynb', bytes: 0, modified: 0, changed: 0, wanted: false };
  const source = textOf({ file, bytes }, hashOf(bytes));
  return 'text' in source ? source.text : undefined;
}

const image = 'QUJD'.repeat(50_000);

describe('notebooks', () => {
  it('are read by cell, without outputs', () => {
    const text = textOfNotebook({
      nbformat: 4,
      metadata: { language_info: { name: 'python' } },
      cells: [
        { cell_type: 'markdown', source: ['# Title\n', 'words'] },
        { cell_type: 'code', source: 'import os\nprint(1)', outputs: [{ data: { 'image/png': image } }] },
        { cell_type: 'code', source: ['x = 1\n', 'x'] },
        { cell_type: 'code', source: [] },
      ],
    });
    assert.equal(
      text,
      '# %% [markdown]\n# # Title\n# words\n\n# %%\nimport os\nprint(1)\n\n# %%\nx = 1\nx\n',
    );
  });

  it('of other languages have their comments', () => {
    const text = textOfNotebook({
      metadata: { kernelspec: { language: 'rust' } },
      cells: [
        { cell_type: 'markdown', source: 'a' },
        { cell_type: 'code', source: 'let x = 1;' },
      ],
    });
    assert.equal(text, '// %% [markdown]\n// a\n\n// %%\nlet x = 1;\n');
  });

  it('of format 3 are read, too', () => {
    const text = textOfNotebook({
      nbformat: 3,
      worksheets: [{ cells: [{ cell_type: 'code', input: ['x = 1'] }] }],
    });
    assert.equal(text, '# %%\nx = 1\n');
  });

  it('that are invalid are plain text', () => {
    for (const text of ['not JSON', '{"cells": 1}', '[]', 'null', '{"cells": [null, 1, "x", {"source": {}}]'])
      assert.equal(textOfNotebook(text), text);
    assert.equal(textOfNotebook({ cells: [null, 3, { cell_type: 'code', source: 7 }] }), undefined);
  });
});
