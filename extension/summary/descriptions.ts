/**
 * Summaries of the repository, a folder, a file or a selection: virtual Markdown documents, shown in the editor's
 * preview.
 */
import * as posix from 'node:path/posix';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/message-of.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { DescribeParameters } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { extentOf } from '../client/extent.ts';
import { pathOf, uriOf } from '../client/places.ts';
import { encodedPath, withSourceLinks } from './source-links.ts';

const scheme = 'longsight';
/** Milliseconds without a change before what is shown is refreshed. */
const settledAfter = 3000;

export function activate(context: Context): void {
  const provider = new Descriptions(context);
  const register = (name: string, run: (...rest: never[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`longsight.${name}`, run);
  context.extension.subscriptions.push(
    provider,
    vscode.workspace.registerTextDocumentContentProvider(scheme, provider),
    register('summarize', () => show({})),
    register('summarizeFolder', (target: unknown) => showPath(target, true)),
    register('summarizeFile', (target: unknown) => showPath(target, false)),
    register('summarizeSelection', showSelection),
    register('summarizeEntry', (entry: { path?: string }) => entry.path && show({ path: entry.path })),
  );
}

class Descriptions implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #context: Context;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #extent: string | undefined;
  #later: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#subscription = context.client.onDidChange(() => this.#renewLater());
  }

  dispose(): void {
    clearTimeout(this.#later);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const parameters = JSON.parse(uri.query) as DescribeParameters;
    const { client, log } = this.#context;
    try {
      const { markdown } = await client.request(methods.describe, parameters, token);
      return withSourceLinks(markdown, hrefOf);
    } catch (error) {
      log.error('Could not generate a summary.', error);
      return vscode.l10n.t('Could not generate the summary: {0}', messageOf(error));
    }
  }

  /** The summary shown may be out of date. */
  #renewLater(): void {
    const { status, connection } = this.#context.client;
    const extent = extentOf(status);
    if (connection !== 'running' || status?.state !== 'ready' || extent === this.#extent) return;
    clearTimeout(this.#later);
    this.#later = setTimeout(() => {
      this.#extent = extent;
      for (const { uri } of vscode.workspace.textDocuments)
        if (uri.scheme === scheme) this.#changed.fire(uri);
    }, settledAfter);
  }
}

/** Shows a description in the preview; the document's name becomes the tab's label. */
async function show(parameters: DescribeParameters): Promise<void> {
  const { path, lines } = parameters;
  const of = path ? posix.basename(path) : (vscode.workspace.name ?? 'repository');
  const name = `${vscode.l10n.t('Summary of {0}', lines ? `${of}:${lines.first}-${lines.last}` : of)}.md`;
  const uri = vscode.Uri.from({ scheme, path: `/${name}`, query: JSON.stringify(parameters) });
  await closeEarlier(uri);
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}

/** The summary shown last, and the end of its tab's label. */
let shown: { uri: string; name: string } | undefined;

/**
 * Closes the previous preview. Reusing it sometimes fails (seen in 1.139): the editor shows the new title and keeps the
 * old text. A locked preview, whose label begins with a bracket, stays.
 */
async function closeEarlier(uri: vscode.Uri): Promise<void> {
  const earlier = shown;
  shown = { uri: uri.toString(), name: posix.basename(uri.path) };
  if (!earlier || earlier.uri === shown.uri) return;
  const previews = vscode.window.tabGroups.activeTabGroup.tabs.filter(
    ({ input, label }) =>
      input instanceof vscode.TabInputWebview &&
      input.viewType.endsWith('markdown.preview') &&
      label.endsWith(earlier.name) &&
      !label.startsWith('['),
  );
  if (previews.length > 0) await vscode.window.tabGroups.close(previews, true);
}

/**
 * @param target from a menu: a resource or tree entry; from the palette undefined, meaning the active file, or its
 * folder with `folder`
 */
async function showPath(target: unknown, folder: boolean): Promise<void> {
  const path = targetPath(target);
  if (path === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open a file in the repository.'));
    return;
  }
  const uri = uriOf(path);
  const named = folder && uri && !(await isFolder(uri)) ? posix.dirname(path) : path;
  await show(named === '.' || named === '' ? {} : { path: named });
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.Directory;
  } catch {
    // A missing file is described by what is known of it.
    return true;
  }
}

async function showSelection(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const path = editor && pathOf(editor.document.uri);
  if (!editor || path === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open a file in the repository.'));
    return;
  }
  const { start, end } = editor.selection;
  // A selection that ends at the start of a line does not include it.
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  await show({ path, lines: { first: start.line + 1, last } });
}

/** The protocol path that a command is about. */
export function targetPath(target: unknown): string | undefined {
  if (target instanceof vscode.Uri) return pathOf(target);
  if (typeof target === 'object' && target !== null && 'path' in target && typeof target.path === 'string')
    return target.path;
  const document = vscode.window.activeTextEditor?.document;
  return document && pathOf(document.uri);
}

function hrefOf(path: string): string | undefined {
  const uri = uriOf(path);
  const first = vscode.workspace.workspaceFolders?.[0];
  if (!uri || !first || uri.scheme !== first.uri.scheme) return undefined;
  return `/${encodedPath(posix.relative(first.uri.path, uri.path))}`;
}
