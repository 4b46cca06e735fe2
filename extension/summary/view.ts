/** The repository summary: a native tree in which every statement opens its source. */
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
import { GeneratedSentences } from './generated.ts';
import { treeItem } from './items.ts';
import { nodesOf, type Say, type SummaryNode } from './nodes.ts';

const viewId = 'longsight.summary';
/** Milliseconds without a change before the visible summary is refreshed, so that it does not move during typing. */
const settledAfter = 3000;

/** The view's state without a summary; the manifest chooses welcome texts by it. */
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
  /** Parent of every entry; the editor needs it to reveal one. */
  readonly #parents = new Map<string, SummaryNode>();
  #summary: Summary | undefined;
  readonly #sentences: GeneratedSentences;
  /** Why the latest summary failed. */
  #problem: string | undefined;
  #showing: Showing | undefined;
  #loading: vscode.CancellationTokenSource | undefined;
  /** The extent of the index when the latest summary was requested; if it has changed, the summary may have too. */
  #askedFor: string | undefined;
  #later: NodeJS.Timeout | undefined;
  /** Whether a summary was requested before indexing first completed. */
  #askedEarly = false;

  constructor(context: Context) {
    this.#context = context;
    this.#sentences = new GeneratedSentences(context, () => this.#update(true));
    this.#view = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#subscriptions = [
      this.#changed,
      this.#sentences,
      this.#view,
      this.#view.onDidChangeVisibility(() => {
        this.#update();
        void this.#follow();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => void this.#follow()),
      vscode.workspace.onDidChangeConfiguration(change => {
        if (change.affectsConfiguration('longsight.summary.follow')) void this.#follow();
        if (change.affectsConfiguration('longsight.summary.generated')) this.#sentences.show(this.#summary);
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

  /**
   * Requests and shows the summary; cancels an earlier request.
   * @param complete waits for all files to be looked at closely, without a sign of it
   */
  async load(complete = false): Promise<void> {
    this.#loading?.cancel();
    const loading = new vscode.CancellationTokenSource();
    this.#loading = loading;
    const { client, log } = this.#context;
    this.#askedFor = extentOf(client.status);
    try {
      const request = (): Thenable<Summary> => client.request(methods.summary, { complete }, loading.token);
      const summary = await (complete
        ? request()
        : vscode.window.withProgress({ location: { viewId } }, request));
      if (loading.token.isCancellationRequested) return;
      this.#summary = summary;
      this.#sentences.show(summary);
      this.#problem = undefined;
    } catch (error) {
      if (loading.token.isCancellationRequested) return;
      log.error('Could not generate the summary.', error);
      // Results that need the full index are requested again afterwards.
      if (client.status?.state === 'reading') this.#askedFor = undefined;
      else this.#problem = messageOf(error);
    } finally {
      if (this.#loading === loading) this.#loading = undefined;
      loading.dispose();
    }
    this.#update(true);
    if (!complete && this.#summary?.partial) void this.load(true);
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

  /** Reveals the active file in the tree, if enabled. */
  async #follow(): Promise<void> {
    if (!readSetting('summary.follow') || !this.#view.visible) return;
    const document = vscode.window.activeTextEditor?.document;
    const path = document && pathOf(document.uri);
    const node = path === undefined ? undefined : wayTo(this.#nodes, path).at(-1);
    // A selected entry may be the one that was just clicked.
    if (!node || this.#view.selection.some(selected => selected.path === path)) return;
    try {
      await this.#view.reveal(node, { select: true, focus: false });
    } catch (error) {
      // The tree was refreshed meanwhile; the next file will be revealed.
      this.#context.log.debug('Could not reveal the active file in the summary.', error);
    }
  }

  #update(loaded = false): void {
    // The next server may answer what the last one could not.
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
    // A new tree would drop a click in progress, so keep an equal one.
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

  /** Requests the first summary at once, and a new one some time after an index change, while the view is visible. */
  #keepFresh(): void {
    clearTimeout(this.#later);
    const { connection, status } = this.#context.client;
    const asked = this.#askedFor === extentOf(status);
    if (connection !== 'running') return;
    // During indexing, what is known so far is requested once: facts are available before the end.
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
    // A restarting server's last summary stays in view.
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
    // Avoids a blank view: the summary may not be ready yet.
    if (showing === 'ready' && !this.#summary) return vscode.l10n.t('Summarizing the repository…');
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
    const nodes = nodesOf(this.#summary, say, this.#sentences.known);
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

  /** What to do about it; the error is above, where long sentences wrap. */
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
