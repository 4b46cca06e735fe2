import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { InitializeParams } from 'vscode-languageserver/node';
import { changedFolders, foldersOf, initialFolders, pathOfUri } from '../../../server/lsp/folders.ts';

const at = (root: string) => pathToFileURL(root).href;
const params = (some: Partial<InitializeParams>): InitializeParams => ({
  processId: null,
  rootUri: null,
  capabilities: {},
  ...some,
});

const clients: readonly [
  name: string,
  params: InitializeParams,
  folders: { name: string; root: string }[],
][] = [
  ['nothing', params({}), []],
  ['an old path', params({ rootPath: '/one' }), [{ name: 'one', root: '/one' }]],
  ['a root', params({ rootUri: at('/one'), rootPath: '/old' }), [{ name: 'one', root: '/one' }]],
  [
    'folders before a root',
    params({ rootUri: at('/old'), workspaceFolders: [{ name: 'A', uri: at('/a b') }] }),
    [{ name: 'A', root: '/a b' }],
  ],
  ['no folder open', params({ rootUri: at('/old'), workspaceFolders: [] }), []],
  ['folders on no disk', params({ workspaceFolders: [{ name: 'v', uri: 'vscode-vfs://github/a/b' }] }), []],
];

test('finds folders however the client names them', () => {
  for (const [name, given, folders] of clients) assert.deepEqual(initialFolders(given), folders, name);
});

test('documents not on disk and broken URIs have no path', () => {
  for (const uri of ['untitled:Untitled-1', 'file:///%ZZ', 'git:/a.ts?HEAD', '']) {
    assert.equal(pathOfUri(uri), undefined, uri);
  }
});

test('folders come and go, and a renamed one is not listed twice', () => {
  const [a, b] = foldersOf([
    { name: 'a', uri: at('/a') },
    { name: 'b', uri: at('/b') },
  ]);
  const renamed = { name: 'c', root: a!.root };
  assert.deepEqual(changedFolders([a!], [b!], []), [a, b]);
  assert.deepEqual(changedFolders([a!, b!], [], [a!]), [b]);
  assert.deepEqual(changedFolders([a!, b!], [renamed], []), [b, renamed]);
});
