/** The repository summary: a native tree that opens the source of everything it says. */
import * as vscode from 'vscode';
import { type Summary, summaryRequest } from '../server/protocol/requests.ts';
import type { Context } from './context.ts';
import { extentOf } from './extent.ts';
import { openPlaceCommand, placeLink, uriOf } from './places.ts';
import { nodesOf, type SummaryNode } from './summary-nodes.ts';
import { fullCount, shortCount } from './words.ts';

const viewId = 'longsight.summary';
/** Milliseconds without a change before the summary in view is renewed: nobody wants it to move while they type. */
const settledAfter = 3000;

/** What the view shows when it does not show a summary; the manifest's welcome texts are chosen by it. */
type Showing =
  | 'noFolder'
  | 'untrusted'
  | 'starting'
  | 'idle'
  | 'reading'
  | 'paused'
  | 'failed'
  | 'empty'
  | 'ready';

export function activate(context: Context): void {
  const view = new SummaryView(context);
  context.extension.subscriptions.push(
    view,
    vscode.commands.registerCommand('longsight.refreshSummary', () => view.load()),
    vscode.commands.registerCommand('longsight.summarize', async () => {
      await vscode.commands.executeCommand(`${viewId}.focus`);
      await view.load();
    }),
  );
}

class SummaryView implements vscode.TreeDataProvider<SummaryNode>, vscode.Disposable {
  readonly #context: Context;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<SummaryNode>;
  readonly #subscriptions: vscode.Disposable[];
  #nodes: SummaryNode[] = [];
  #summary: Summary | undefined;
  /** Why the latest summary could not be had. */
  #problem: string | undefined;
  #showing: Showing | undefined;
  #loading: vscode.CancellationTokenSource | undefined;
  /** What was read when the latest summary was asked for; when that has changed, so may the summary have. */
  #askedFor: string | undefined;
  #later: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.#view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(() => this.#update()),
      context.client.onDidChange(() => this.#update()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#update()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#update()),
    ];
    this.#update();
  }

  dispose(): void {
    clearTimeout(this.#later);
    this.#loading?.cancel();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  getChildren(node?: SummaryNode): SummaryNode[] {
    return [...(node ? node.children : this.#nodes)];
  }

  getTreeItem(node: SummaryNode): vscode.TreeItem {
    return treeItem(node);
  }

  /** Asks for the summary and shows it; what an earlier call still waits for is cancelled. */
  async load(): Promise<void> {
    this.#loading?.cancel();
    const loading = new vscode.CancellationTokenSource();
    this.#loading = loading;
    const { client, log } = this.#context;
    this.#askedFor = extentOf(client.status);
    try {
      const summary = await vscode.window.withProgress({ location: { viewId } }, () =>
        client.request(summaryRequest, {}, loading.token),
      );
      if (loading.token.isCancellationRequested) return;
      this.#summary = summary;
      this.#problem = undefined;
    } catch (error) {
      if (loading.token.isCancellationRequested) return;
      log.error('The summary could not be had.', error);
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
      loading.dispose();
    }
    this.#update(true);
  }

  #update(loaded = false): void {
    // What a server that has gone could not answer, the next one may.
    if (this.#context.client.connection !== 'running') this.#problem = undefined;
    const before = this.#showing;
    const showing = this.#toShow();
    this.#showing = showing;
    if (showing !== before) void vscode.commands.executeCommand('setContext', 'longsight.view', showing);
    (this.#view as { message: string | undefined }).message = this.#message(showing);
    this.#view.description = this.#description(showing);
    if (loaded || showing !== before || showing === 'failed') {
      this.#nodes = this.#nodesToShow(showing);
      this.#changed.fire(undefined);
    }
    this.#keepFresh();
  }

  /** Asks for the first summary at once, and for a new one a while after something else was read, if anybody looks. */
  #keepFresh(): void {
    clearTimeout(this.#later);
    const { connection, status } = this.#context.client;
    if (connection !== 'running' || this.#showing !== 'ready' || this.#askedFor === extentOf(status)) return;
    if (this.#summary && !this.#view.visible) return;
    this.#later = setTimeout(() => void this.load(), this.#summary ? settledAfter : 0);
  }

  #toShow(): Showing {
    const { connection, status } = this.#context.client;
    if (!vscode.workspace.workspaceFolders?.length) return 'noFolder';
    if (!vscode.workspace.isTrusted) return 'untrusted';
    if (connection === 'failed' || (connection === 'running' && status?.state === 'failed')) return 'failed';
    // A server that is started again keeps the summary it had in view.
    if (!status) return 'starting';
    if (this.#problem !== undefined && status.state !== 'reading') return 'failed';
    if (status.state === 'reading') return 'reading';
    if (status.files === 0) return status.state === 'ready' ? 'empty' : status.state;
    return 'ready';
  }

  #message(showing: Showing): string | undefined {
    const { status } = this.#context.client;
    if (showing === 'starting') return vscode.l10n.t('Starting …');
    if (showing === 'failed') return this.#why();
    if (showing !== 'reading' || !status) return undefined;
    if (status.filesTotal === 0) return vscode.l10n.t('Looking for files to read …');
    return vscode.l10n.t(
      'Reading: {0} of {1} files, {2} tokens so far.',
      fullCount(status.files),
      fullCount(status.filesTotal),
      shortCount(status.tokens),
    );
  }

  #description(showing: Showing): string {
    const { status } = this.#context.client;
    if (showing !== 'ready' || !status) return '';
    return vscode.l10n.t('{0} tokens · {1} files', shortCount(status.tokens), fullCount(status.files));
  }

  #nodesToShow(showing: Showing): SummaryNode[] {
    if (showing === 'failed') return this.#failureNodes();
    if (showing !== 'ready' && showing !== 'reading') return [];
    return this.#summary ? nodesOf(this.#summary, (text, ...values) => vscode.l10n.t(text, ...values)) : [];
  }

  #why(): string {
    const { problem, status } = this.#context.client;
    return problem ?? status?.problem ?? this.#problem ?? vscode.l10n.t('Something went wrong.');
  }

  /** What to do about it; what went wrong stands above, where a long sentence wraps. */
  #failureNodes(): SummaryNode[] {
    const { client } = this.#context;
    const down = client.connection === 'failed';
    const retry = down
      ? 'longsight.restartEngine'
      : this.#problem
        ? 'longsight.refreshSummary'
        : 'longsight.read';
    return [
      actionNode(retry, vscode.l10n.t('Try Again'), 'refresh'),
      actionNode('longsight.showLog', vscode.l10n.t('Show Log'), 'output'),
    ];
  }
}

/** An entry that runs a command (its id) instead of opening a place. */
function actionNode(id: string, label: string, icon: string): SummaryNode {
  const plain = { description: '', text: label, generated: false, expanded: false, children: [] };
  return { ...plain, id, label, icon, spoken: label };
}

function treeItem(node: SummaryNode): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const state = node.children.length === 0 ? None : node.expanded ? Expanded : Collapsed;
  const item = new vscode.TreeItem(node.label, state);
  item.id = node.id;
  item.description = node.description;
  item.accessibilityInformation = { label: node.spoken };
  item.contextValue = [node.place && 'place', node.copyText !== undefined && 'text']
    .filter(Boolean)
    .join(' ');
  setIcon(item, node);
  if (node.text || node.place) item.tooltip = tooltip(node);
  // A click on a folder opens and closes it; its source is an inline action.
  if (node.place && node.children.length === 0)
    item.command = { command: openPlaceCommand, title: vscode.l10n.t('Open'), arguments: [node.place] };
  else if (node.id.startsWith('longsight.')) item.command = { command: node.id, title: node.label };
  return item;
}

/** Files and folders take the icons of the user's theme, which go by the resource's name. */
function setIcon(item: vscode.TreeItem, node: SummaryNode): void {
  if (node.icon !== 'file-theme' && node.icon !== 'folder-theme') {
    item.iconPath = new vscode.ThemeIcon(node.icon);
    return;
  }
  item.iconPath = node.icon === 'file-theme' ? vscode.ThemeIcon.File : vscode.ThemeIcon.Folder;
  const uri = node.copyText === undefined ? undefined : uriOf(node.copyText);
  if (uri) item.resourceUri = uri;
}

function tooltip(node: SummaryNode): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = { enabledCommands: [openPlaceCommand] };
  text.appendText(node.text);
  if (node.generated)
    text.appendMarkdown('\n\n$(sparkle) ').appendText(vscode.l10n.t('Written by the model.'));
  if (node.place) text.appendMarkdown(`\n\n$(go-to-file) ${placeLink(node.place)}`);
  return text;
}
