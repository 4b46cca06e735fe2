/** The repository summary: a native tree that opens the source of everything it says. */
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/message-of.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { Summary } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { extentOf } from '../client/extent.ts';
import { pathOf } from '../client/places.ts';
import { readSetting, writeSetting } from '../client/settings.ts';
import { dateText, fullCount, shortCount } from '../client/words.ts';
import { actionNode, activityNode, coverageNode } from './coverage-nodes.ts';
import { filtered, wayTo } from './filter.ts';
import { treeItem } from './items.ts';
import { nodesOf, type Say, type SummaryNode } from './nodes.ts';

const viewId = 'longsight.summary';
/** Milliseconds without a change before the summary in view is renewed, so that it does not move during typing. */
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
    vscode.commands.registerCommand('longsight.filterSummary', () => view.askForFilter()),
    vscode.commands.registerCommand('longsight.clearFilter', () => view.filter('')),
    vscode.commands.registerCommand('longsight.followEditor', () => writeSetting('summary.follow', true)),
    vscode.commands.registerCommand('longsight.unfollowEditor', () => writeSetting('summary.follow', false)),
  );
}

class SummaryView implements vscode.TreeDataProvider<SummaryNode>, vscode.Disposable {
  readonly #context: Context;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<SummaryNode>;
  readonly #subscriptions: vscode.Disposable[];
  #nodes: readonly SummaryNode[] = [];
  #query = '';
  /** What every entry lies in; the editor asks for it when it reveals one. */
  readonly #parents = new Map<string, SummaryNode>();
  #summary: Summary | undefined;
  /** Why the latest summary could not be had. */
  #problem: string | undefined;
  #showing: Showing | undefined;
  #loading: vscode.CancellationTokenSource | undefined;
  /** What was read when the latest summary was asked for; when that has changed, so may the summary have. */
  #askedFor: string | undefined;
  #later: NodeJS.Timeout | undefined;
  /** Whether a summary was asked for before the first reading had ended. */
  #askedEarly = false;

  constructor(context: Context) {
    this.#context = context;
    this.#view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(() => {
        this.#update();
        void this.#follow();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => void this.#follow()),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('longsight.summary.follow')) void this.#follow();
      }),
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

  getParent(node: SummaryNode): SummaryNode | undefined {
    return this.#parents.get(node.id);
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
        client.request(methods.summary, {}, loading.token),
      );
      if (loading.token.isCancellationRequested) return;
      this.#summary = summary;
      this.#problem = undefined;
    } catch (error) {
      if (loading.token.isCancellationRequested) return;
      log.error('Could not generate the summary.', error);
      // What cannot be said while it is read is asked for again afterwards.
      if (client.status?.state === 'reading') this.#askedFor = undefined;
      else this.#problem = messageOf(error);
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
      loading.dispose();
    }
    this.#update(true);
  }

  async askForFilter(): Promise<void> {
    const query = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter Summary'),
      placeHolder: vscode.l10n.t('Text to search for; leave empty to show all entries'),
      value: this.#query,
    });
    if (query === undefined) return;
    await vscode.commands.executeCommand(`${viewId}.focus`);
    this.filter(query);
  }

  filter(query: string): void {
    this.#query = query.trim();
    void vscode.commands.executeCommand('setContext', 'longsight.filtered', this.#query !== '');
    this.#update(true);
  }

  /** Shows the file in front among the parts, where the person wants that. */
  async #follow(): Promise<void> {
    if (!readSetting('summary.follow') || !this.#view.visible) return;
    const document = vscode.window.activeTextEditor?.document;
    const path = document && pathOf(document.uri);
    const node = path === undefined ? undefined : wayTo(this.#nodes, path).at(-1);
    // An entry that is selected already may be the one that was clicked to get here.
    if (!node || this.#view.selection.some(selected => selected.path === path)) return;
    try {
      await this.#view.reveal(node, { select: true, focus: false });
    } catch (error) {
      // The tree was renewed meanwhile, and the next file is followed again.
      this.#context.log.debug('Could not reveal the active file in the summary.', error);
    }
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
    if (loaded || showing !== before || showing === 'failed') this.#setNodes(this.#nodesToShow(showing));
    this.#keepFresh();
  }

  #setNodes(nodes: readonly SummaryNode[]): void {
    const left = filtered(nodes, this.#query);
    // A new tree drops a click in progress, so an equal tree is kept.
    if (JSON.stringify(left) === JSON.stringify(this.#nodes)) return;
    this.#nodes = left;
    this.#parents.clear();
    const note = (parent: SummaryNode): void => {
      for (const child of parent.children) {
        this.#parents.set(child.id, parent);
        note(child);
      }
    };
    for (const node of this.#nodes) note(node);
    this.#changed.fire(undefined);
    void this.#follow();
  }

  /** Asks for the first summary at once, and for a new one a while after something else was read, if anybody looks. */
  #keepFresh(): void {
    clearTimeout(this.#later);
    const { connection, status } = this.#context.client;
    const asked = this.#askedFor === extentOf(status);
    if (connection !== 'running') return;
    // While a repository is read, what is known of it so far is asked for once: facts come before the reading's end.
    if (this.#showing === 'reading' && !this.#summary && !this.#askedEarly) {
      this.#askedEarly = true;
      void this.load();
    }
    if (this.#showing !== 'ready' || asked || (this.#summary && !this.#view.visible)) return;
    const settled = this.#summary && !this.#summary.earlier ? settledAfter : 0;
    this.#later = setTimeout(() => void this.load(), settled);
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
    if (showing === 'starting') return vscode.l10n.t('Starting…');
    if (showing === 'failed') return this.#why();
    if (showing !== 'reading' || !status) return undefined;
    if (status.filesTotal === 0) return vscode.l10n.t('Looking for files…');
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
    if (this.#query !== '') return vscode.l10n.t('filter: {0}', this.#query);
    return vscode.l10n.t('{0} tokens · {1} files', shortCount(status.tokens), fullCount(status.files));
  }

  #nodesToShow(showing: Showing): SummaryNode[] {
    if (showing === 'failed') return this.#failureNodes();
    if (showing !== 'ready' && showing !== 'reading') return [];
    const { status } = this.#context.client;
    if (!this.#summary) return [];
    const say = vscode.l10n.t as Say;
    const nodes = nodesOf(this.#summary, say);
    const { activity } = this.#summary;
    const known = nodes.map(node =>
      node.id === 'overview' && activity
        ? { ...node, children: [...node.children, activityNode(activity, say, dateText)] }
        : node,
    );
    return status && showing === 'ready' && nodes.length > 0
      ? [...known, coverageNode(status, say, fullCount)]
      : known;
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
