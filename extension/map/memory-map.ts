/**
 * The memory map: a page in an editor tab that shows the repository as areas. Its data comes from here; `webview/`
 * renders it.
 */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/message-of.ts';
import { methods } from '../../server/protocol/methods.ts';
import type { Place, RepositoryMap } from '../../server/protocol/requests.ts';
import type { Context } from '../client/context.ts';
import { mapExtentOf } from '../client/extent.ts';
import { openPlace, pathOf } from '../client/places.ts';
import type { Attention, ColourBy, FromPage, ToPage } from '../webview/messages.ts';
import { stateOf } from '../webview/state.ts';
import { mapHtml } from './html.ts';
import { mapLabels, mapTexts } from './texts.ts';

const viewType = 'longsight.map';
/** Milliseconds without a change before the visible map is refreshed, or follows the cursor. */
const settledAfter = 3000;
const cursorAfter = 400;

export function activate(context: Context): void {
  let shown: MapPanel | undefined;
  const keep = (panel: vscode.WebviewPanel): void => {
    const map = new MapPanel(context, panel);
    shown = map;
    panel.onDidDispose(() => {
      if (shown === map) shown = undefined;
      map.dispose();
    });
  };
  context.extension.subscriptions.push(
    { dispose: () => shown?.dispose() },
    vscode.commands.registerCommand('longsight.showMap', (target?: vscode.Uri) => {
      if (shown) shown.reveal();
      else keep(createPanel(context));
      const path = target instanceof vscode.Uri ? pathOf(target) : undefined;
      if (path !== undefined) shown?.show(path);
    }),
    vscode.window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, state) {
        shown?.close();
        keep(panel);
        shown?.restore(stateOf(state).colourBy);
      },
    }),
  );
}

function createPanel({ extension }: Context): vscode.WebviewPanel {
  const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  const title = vscode.l10n.t('Memory Map');
  const panel = vscode.window.createWebviewPanel(viewType, title, column);
  panel.iconPath = vscode.Uri.joinPath(extension.extensionUri, 'media/icon.svg');
  return panel;
}

class MapPanel implements vscode.Disposable {
  readonly #context: Context;
  readonly #panel: vscode.WebviewPanel;
  readonly #subscriptions: vscode.Disposable[];
  #loading = new vscode.CancellationTokenSource();
  #asking: vscode.CancellationTokenSource | undefined;
  #map: RepositoryMap | undefined;
  /** The extent of what the map shows when it was requested. */
  #askedFor: string | undefined;
  #colourBy: ColourBy = 'surprise';
  #later: NodeJS.Timeout | undefined;
  #cursorLater: NodeJS.Timeout | undefined;
  /** The last focused editor: while the map has focus there is no active one. */
  #editor = vscode.window.activeTextEditor;
  /** A folder to show once the page is ready. */
  #wanted: string | undefined;
  #ready = false;

  constructor(context: Context, panel: vscode.WebviewPanel) {
    this.#context = context;
    this.#panel = panel;
    const { webview } = panel;
    const file = (name: string): vscode.Uri => vscode.Uri.joinPath(context.extension.extensionUri, name);
    this.#subscriptions = [
      webview.onDidReceiveMessage((message: FromPage) => this.#take(message)),
      panel.onDidChangeViewState(() => this.#keepFresh()),
      context.client.onDidChange(() => this.#keepFresh()),
      vscode.window.onDidChangeActiveTextEditor(editor => this.#follow(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#follow(textEditor)),
    ];
    webview.options = { enableScripts: true, localResourceRoots: [file('dist'), file('media')] };
    webview.html = mapHtml({
      nonce: randomBytes(16).toString('hex'),
      script: webview.asWebviewUri(file('dist/map.js')).toString(),
      style: webview.asWebviewUri(file('media/map.css')).toString(),
      language: vscode.env.language,
      labels: mapLabels(),
      texts: mapTexts(),
    });
  }

  reveal(): void {
    this.#panel.reveal();
  }

  close(): void {
    this.#panel.dispose();
  }

  restore(colourBy: ColourBy): void {
    this.#colourBy = colourBy;
  }

  /** Shows a folder, or the folder of a file. */
  show(path: string): void {
    this.#wanted = path;
    if (this.#ready) this.#post({ type: 'show', path });
  }

  dispose(): void {
    clearTimeout(this.#later);
    clearTimeout(this.#cursorLater);
    this.#loading.cancel();
    this.#asking?.cancel();
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #post(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }

  #take(message: FromPage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#colourBy = message.colourBy;
        // A hidden page has lost everything except its state.
        if (this.#map && this.#askedFor === mapExtentOf(this.#context.client.status))
          this.#post({ type: 'map', map: this.#map });
        else void this.#load();
        if (this.#wanted !== undefined) this.#post({ type: 'show', path: this.#wanted });
        this.#wanted = undefined;
        this.#follow(this.#editor);
        return;
      case 'colourBy':
        this.#colourBy = message.colourBy;
        if (message.colourBy === 'attention') void this.#attend();
        if (message.colourBy === 'surprise') void this.#measure();
        return;
      case 'open':
        void openPlace(message, this.#columnFor(message.beside));
        return;
      case 'refresh':
        void this.#load();
        if (this.#colourBy === 'attention') void this.#attend();
    }
  }

  /** Opens a file beside the map rather than over it, where possible. */
  #columnFor(beside: boolean): vscode.ViewColumn {
    const column = this.#editor?.viewColumn;
    if (beside || column === undefined || column === this.#panel.viewColumn) return vscode.ViewColumn.Beside;
    return column;
  }

  async #load(): Promise<void> {
    this.#loading.cancel();
    const loading = new vscode.CancellationTokenSource();
    this.#loading = loading;
    this.#askedFor = mapExtentOf(this.#context.client.status);
    if (await this.#ask(false, loading.token)) await this.#measure();
  }

  /** Measures missing surprise if the colours show it; the map stays visible meanwhile. */
  async #measure(): Promise<void> {
    if (this.#colourBy !== 'surprise' || !this.#map?.files.surprise.includes(null)) return;
    this.#post({ type: 'measuring', measuring: true });
    await this.#ask(true, this.#loading.token);
    this.#post({ type: 'measuring', measuring: false });
  }

  /** @returns whether there is a map now */
  async #ask(measure: boolean, token: vscode.CancellationToken): Promise<boolean> {
    const { client, log } = this.#context;
    try {
      const map = await client.request(methods.map, { measure }, token);
      if (token.isCancellationRequested) return false;
      this.#map = map;
      this.#post({ type: 'map', map });
      return true;
    } catch (error) {
      if (token.isCancellationRequested) return false;
      log.error('Could not load the memory map.', error);
      this.#post({ type: 'trouble', text: messageOf(error) });
      // The next server may succeed.
      this.#askedFor = undefined;
      return false;
    }
  }

  #keepFresh(): void {
    clearTimeout(this.#later);
    const { connection, status } = this.#context.client;
    if (!this.#ready || !this.#panel.visible || connection !== 'running') return;
    if (status?.state !== 'ready' || this.#askedFor === mapExtentOf(status)) return;
    this.#later = setTimeout(() => void this.#load(), this.#map?.files.names.length ? settledAfter : 0);
  }

  #follow(editor: vscode.TextEditor | undefined): void {
    if (!editor || pathOf(editor.document.uri) === undefined) return;
    this.#editor = editor;
    clearTimeout(this.#cursorLater);
    this.#cursorLater = setTimeout(() => {
      const path = pathOf(editor.document.uri);
      if (path !== undefined) this.#post({ type: 'reveal', path });
      if (this.#colourBy === 'attention') void this.#attend();
    }, cursorAfter);
  }

  async #attend(): Promise<void> {
    this.#asking?.cancel();
    const editor = this.#editor;
    const path = editor && pathOf(editor.document.uri);
    if (!editor || path === undefined) return this.#post({ type: 'attention', attention: { scores: [] } });
    const asking = new vscode.CancellationTokenSource();
    this.#asking = asking;
    const { line, character } = editor.selection.active;
    const position = { uri: editor.document.uri.toString(), line: line + 1, column: character + 1 };
    try {
      const { places } = await this.#context.client.request(methods.where, position, asking.token);
      if (asking.token.isCancellationRequested) return;
      const attention: Attention = { cursor: { path, line: position.line }, scores: strongest(places) };
      this.#post({ type: 'attention', attention });
    } catch (error) {
      if (!asking.token.isCancellationRequested)
        this.#context.log.warn('Could not find code similar to the line at the cursor.', error);
    }
  }
}

function strongest(places: readonly (Place & { readonly score: number })[]): Attention['scores'] {
  const scores = new Map<string, number>();
  for (const { path, score } of places) scores.set(path, Math.max(score, scores.get(path) ?? 0));
  return [...scores].map(([path, score]) => ({ path, score }));
}
