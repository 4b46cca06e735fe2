import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { SourceFiles } from '../../../server/fitting/source-files.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { fitImport } from '../../../server/source-text/import-paths.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';

const tokenizer = loadTokenizer();
const memory = new CopyMemory(tokenizer);
const texts: Readonly<Record<string, string>> = {
  'src/shared/clock.ts': 'export const now = 1;\n',
  'src/shared/index.ts': "export * from './clock.ts';\n",
  'src/a/one.ts': '\n',
  'src/a/types.ts': 'export type One = 1;\n',
  'src/b/types.ts': 'export type Two = 2;\n',
  'src/b/deep/two.ts': '\n',
  'src/js/esm.ts': 'export const esm = 1;\n',
  'app/core/models.py': 'class Model: pass\n',
  'app/core/views.py': '\n',
  'app/web/__init__.py': '\n',
  'app/web/pages.py': '\n',
  'crates/x/src/lib.rs': 'mod a;\npub struct Thing;\n',
  'crates/x/src/a/mod.rs': 'mod b;\nstruct Inner;\n',
  'crates/x/src/a/b.rs': 'use super::Inner;\n',
};
for (const [path, text] of Object.entries(texts))
  memory.set(path, tokenizer.encodePieces(renderFile(path, text)));
const files = SourceFiles.of(memory, tokenizer);

/** `|` marks the end of the typed text. */
const rows: readonly (readonly [
  marked: string,
  theirs: string,
  ours: string,
  expected: string | undefined,
])[] = [
  [
    "|import { now } from '../shared/clock.ts';",
    'src/a/one.ts',
    'src/b/deep/two.ts',
    "import { now } from '../../shared/clock.ts';",
  ],
  ["import { now } from '../../|shared/clock.ts';", 'src/b/deep/two.ts', 'src/a/one.ts', undefined],
  [
    "|import { now } from '../shared/clock.ts';",
    'src/a/one.ts',
    'src/b/types.ts',
    "import { now } from '../shared/clock.ts';",
  ],
  // Not out of a folder and back into it, unless that is written already.
  [
    "|import type { One } from '../a/types.ts';",
    'src/b/types.ts',
    'src/a/one.ts',
    "import type { One } from './types.ts';",
  ],
  [
    "import type { One } from '../|a/types.ts';",
    'src/b/types.ts',
    'src/a/one.ts',
    "import type { One } from '../a/types.ts';",
  ],
  // Each folder has its own, and the imported name decides.
  [
    "|import type { Two } from '../types';",
    'src/b/deep/two.ts',
    'src/a/one.ts',
    "import type { Two } from '../b/types';",
  ],
  [
    "|import type { One } from './types';",
    'src/b/types.ts',
    'src/a/one.ts',
    "import type { One } from './types';",
  ],
  [
    "|import { now } from '../shared';",
    'src/a/one.ts',
    'src/b/deep/two.ts',
    "import { now } from '../../shared';",
  ],
  [
    "|import { esm } from '../js/esm.js';",
    'src/a/one.ts',
    'src/shared/clock.ts',
    "import { esm } from '../js/esm.js';",
  ],
  // A file outside of the repository.
  ["|import { now } from '../shared';", 'src/a/one.ts', '/home/me/try.ts', undefined],
  ["|import { now } from '../shared';", 'src/a/one.ts', 'C:\\me\\try.ts', undefined],
  ["|import './page.css';", 'src/a/one.ts', '/home/me/try.ts', undefined],
  ["|import x from './nowhere';", 'src/a/one.ts', 'src/b/types.ts', undefined],
  ["|import { now } from './clock.ts';", 'src/shared/index.ts', 'src/shared/clock.ts', undefined],
  ["|import './page.css';", 'src/a/one.ts', 'src/b/types.ts', "import '../a/page.css';"],
  ["|import x from 'library';", 'src/a/one.ts', 'src/b/types.ts', "import x from 'library';"],
  ["|const text = './nowhere';", 'src/a/one.ts', 'src/b/types.ts', "const text = './nowhere';"],
  ["import x from './mine';|", 'src/a/one.ts', 'src/b/types.ts', "import x from './mine';"],
  [
    "|vi.mock('../shared/clock.ts', () => ({}));",
    'src/a/one.ts',
    'src/b/deep/two.ts',
    "vi.mock('../../shared/clock.ts', () => ({}));",
  ],
  ['|from .models import Model', 'app/core/views.py', 'app/web/pages.py', 'from ..core.models import Model'],
  ['|from .models import Model', 'app/core/models.py', 'app/core/views.py', 'from .models import Model'],
  ['from .|models import Model', 'app/core/views.py', 'app/web/pages.py', 'from ..core.models import Model'],
  ['from .m|odels import Model', 'app/core/views.py', 'app/web/pages.py', undefined],
  ['|from .nowhere import thing', 'app/core/views.py', 'app/web/pages.py', undefined],
  ['|mod b;', 'crates/x/src/a/mod.rs', 'crates/x/src/lib.rs', undefined],
  ['|mod a;', 'crates/x/src/lib.rs', 'crates/x/src/lib.rs', 'mod a;'],
  ['|use super::Inner;', 'crates/x/src/a/b.rs', 'crates/x/src/a/b.rs', 'use super::Inner;'],
  ['|use super::Other;', 'crates/x/src/a/b.rs', 'crates/x/src/a/b.rs', undefined],
];

for (const [marked, theirs, ours, expected] of rows) {
  test(`${marked} of ${theirs} in ${ours}`, () => {
    const asked = { line: marked.replace('|', ''), written: marked.indexOf('|'), theirs, ours };
    assert.equal(fitImport(asked, files), expected);
  });
}

test('between open folders no path leads, within one it does', () => {
  const open = new CopyMemory(tokenizer);
  open.folders = ['src', 'app'];
  for (const [path, text] of Object.entries(texts))
    open.set(path, tokenizer.encodePieces(renderFile(path, text)));
  const asked = { line: "import { now } from '../shared';", written: 0, theirs: 'src/a/one.ts' };
  const fit = (ours: string) => fitImport({ ...asked, ours }, SourceFiles.of(open, tokenizer));
  assert.equal(fit('app/web/page.ts'), undefined);
  assert.equal(fit('src/b/deep/two.ts'), "import { now } from '../../shared';");
});
