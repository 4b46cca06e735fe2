/** The memory map's page: holds the state, and updates the map, the list and the controls. */
import type { RepositoryMap } from '../../server/protocol/requests.ts';
import { type Colouring, colouringOf } from './colouring.ts';
import { element, find } from './elements.ts';
import { showLegend } from './legend.ts';
import { showList } from './list.ts';
import type { Attention, FromPage, Texts, ToPage } from './messages.ts';
import { type Palette, paletteOf } from './palette.ts';
import { filesFound, search } from './search.ts';
import { Stage } from './stage.ts';
import { type State, stateOf } from './state.ts';
import { lineage, type MapNode, nodeAt, treeOf } from './tree.ts';
import { fill, whole } from './words.ts';

/** The editor's API for a webview page. */
interface Host {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: State): void;
}

declare function acquireVsCodeApi(): Host;

/** Milliseconds without typing before searching. */
const searchAfter = 120;

class Page {
  readonly #host: Host;
  readonly #texts: Texts;
  readonly #parts = {
    crumbs: find('crumbs', HTMLOListElement),
    colourBy: find('colourBy', HTMLSelectElement),
    query: find('query', HTMLInputElement),
    found: find('found', HTMLElement),
    asList: find('asList', HTMLButtonElement),
    refresh: find('refresh', HTMLButtonElement),
    stage: find('stage', HTMLElement),
    list: find('list', HTMLElement),
    legend: find('legend', HTMLElement),
    trouble: find('trouble', HTMLElement),
    busy: find('busy', HTMLElement),
    spoken: find('spoken', HTMLElement),
  };
  readonly #stage: Stage;
  #state: State;
  #palette: Palette;
  #map: RepositoryMap | undefined;
  #root: MapNode | undefined;
  /** As last shown. */
  #colouring: Colouring | undefined;
  #attention: Attention = { scores: [] };
  #current: string | undefined;
  #trouble: string | undefined;
  #timer: number | undefined;

  constructor(host: Host, texts: Texts) {
    this.#host = host;
    this.#texts = texts;
    this.#state = stateOf(host.getState());
    this.#palette = paletteOf(document.body);
    this.#stage = new Stage(
      {
        stage: this.#parts.stage,
        tiles: find('tiles', HTMLCanvasElement),
        marks: find('marks', HTMLCanvasElement),
        tooltip: find('tooltip', HTMLElement),
      },
      {
        choose: (node, beside) => this.#choose(node, beside),
        leave: () => this.#leave(),
        describe: node => this.#describe(node),
        selected: node => {
          this.#parts.spoken.textContent = this.#describe(node).join(', ');
        },
      },
    );
    this.#listen();
    host.postMessage({ type: 'ready', colourBy: this.#state.colourBy });
  }

  #listen(): void {
    const { colourBy, query, asList, refresh } = this.#parts;
    colourBy.value = this.#state.colourBy;
    query.value = this.#state.query;
    addEventListener('message', event => this.#take(event.data as ToPage));
    colourBy.addEventListener('change', () => {
      this.#change(stateOf({ ...this.#state, colourBy: colourBy.value }));
      this.#host.postMessage({ type: 'colourBy', colourBy: this.#state.colourBy });
    });
    query.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#change({ ...this.#state, query: query.value }), searchAfter);
    });
    query.addEventListener('keydown', event => {
      if (event.key === 'Enter') this.#openFirstFound();
    });
    asList.addEventListener('click', () => this.#change({ ...this.#state, asList: !this.#state.asList }));
    refresh.addEventListener('click', () => this.#host.postMessage({ type: 'refresh' }));
    // The editor signals a theme change on the body and in the variables above it.
    const themes = new MutationObserver(() => {
      this.#palette = paletteOf(document.body);
      this.#show();
    });
    const attributes = { attributes: true, attributeFilter: ['class', 'style'] };
    themes.observe(document.body, attributes);
    themes.observe(document.documentElement, attributes);
  }

  #take(message: ToPage): void {
    switch (message.type) {
      case 'map':
        this.#map = message.map;
        this.#root = treeOf(message.map);
        this.#trouble = this.#root.files === 0 ? this.#texts.empty : undefined;
        break;
      case 'trouble':
        this.#trouble = message.text;
        break;
      case 'measuring':
        this.#parts.busy.textContent = message.measuring ? this.#texts.measuring : '';
        return;
      case 'attention':
        this.#attention = message.attention;
        if (this.#state.colourBy !== 'attention') return;
        break;
      case 'show':
        this.#change({ ...this.#state, path: message.path });
        return;
      case 'reveal':
        this.#current = message.path;
        this.#stage.markCurrent(this.#currentFile());
        return;
    }
    this.#show();
  }

  #change(state: State): void {
    this.#state = state;
    this.#host.setState(state);
    this.#show();
  }

  #show(): void {
    const { stage, list, legend, trouble, asList, found } = this.#parts;
    const nothing = this.#trouble !== undefined && !this.#root?.files;
    trouble.textContent = this.#trouble ?? '';
    trouble.hidden = this.#trouble === undefined;
    asList.setAttribute('aria-pressed', String(this.#state.asList));
    stage.hidden = nothing || this.#state.asList;
    list.hidden = nothing || !this.#state.asList;
    if (!this.#map || !this.#root || nothing) return;
    const colouring = colouringOf(
      this.#map,
      this.#state.colourBy,
      this.#attention,
      this.#palette,
      this.#texts,
    );
    this.#colouring = colouring;
    const shown = this.#shownFolder(this.#root);
    const matches = search(this.#root, this.#state.query);
    found.textContent = matches
      ? fill(this.#texts.found, whole(filesFound(matches).length), whole(this.#root.files))
      : '';
    this.#showCrumbs(shown);
    showLegend(legend, colouring.legend, this.#palette);
    if (this.#state.asList) this.#showAsList(shown, matches);
    else
      this.#stage.show({
        shown,
        palette: this.#palette,
        found: matches,
        current: this.#currentFile(),
        colourOf: node => colouring.colourOf(node),
        relations: colouring.relations,
      });
  }

  #shownFolder(root: MapNode): MapNode {
    const node = nodeAt(root, this.#state.path);
    return node.file < 0 ? node : (node.parent ?? root);
  }

  #currentFile(): MapNode | undefined {
    if (!this.#root || this.#current === undefined) return undefined;
    const node = nodeAt(this.#root, this.#current);
    return node.path === this.#current ? node : undefined;
  }

  #showCrumbs(shown: MapNode): void {
    const line = lineage(shown);
    this.#parts.crumbs.replaceChildren(
      ...line.map(node => {
        const crumb = element('button', { type: 'button', textContent: node.name });
        if (node === shown) crumb.setAttribute('aria-current', 'location');
        crumb.addEventListener('click', () => this.#choose(node, false));
        return element('li', {}, [crumb]);
      }),
    );
  }

  /** For a search, the matches below the folder; otherwise its contents. */
  #showAsList(shown: MapNode, matches: ReadonlySet<MapNode> | undefined): void {
    const inside = (node: MapNode): boolean => shown.path === '' || node.path.startsWith(`${shown.path}/`);
    const nodes = matches ? filesFound(matches).filter(inside) : shown.children;
    showList(this.#parts.list, {
      nodes,
      words: node => this.#describe(node).slice(1).join(' · '),
      choose: (node, beside) => {
        this.#choose(node, beside);
        if (node.file < 0) this.#parts.list.querySelector('button')?.focus();
      },
      more: count => fill(this.#texts.more, whole(count)),
    });
  }

  #choose(node: MapNode, beside: boolean): void {
    if (node.file < 0) {
      this.#change({ ...this.#state, path: node.path });
      this.#parts.spoken.textContent = this.#describe(node).join(', ');
      return;
    }
    const line = this.#lineToOpen(node.file);
    this.#host.postMessage({ type: 'open', path: node.path, line, beside });
  }

  /** Where surprise is shown, what surprises most; else the line that describes the file. */
  #lineToOpen(file: number): number {
    const { peaks, lines } = this.#map?.files ?? { peaks: [], lines: [] };
    return (this.#state.colourBy === 'surprise' ? peaks[file] : undefined) ?? lines[file] ?? 1;
  }

  #leave(): void {
    const parent = this.#root && this.#shownFolder(this.#root).parent;
    if (parent) this.#choose(parent, false);
  }

  #openFirstFound(): void {
    clearTimeout(this.#timer);
    this.#change({ ...this.#state, query: this.#parts.query.value });
    const matches = this.#root && search(this.#root, this.#state.query);
    const [first] = matches ? filesFound(matches).sort((left, right) => right.size - left.size) : [];
    if (first) this.#choose(first, false);
  }

  #describe(node: MapNode): string[] {
    if (!this.#map || !this.#colouring) return [];
    const { texts, peaks } = this.#map.files;
    const words = this.#colouring.words(node);
    const size = fill(this.#texts.tokens, whole(node.size));
    if (node.file < 0)
      return [`${node.path || node.name}/`, fill(this.#texts.files, whole(node.files)), size, words];
    const said = texts[node.file];
    const peak = this.#state.colourBy === 'surprise' ? peaks[node.file] : undefined;
    const where = peak ? [fill(this.#texts.peak, whole(peak))] : [];
    return [node.path, size, words, ...where, ...(said ? [said] : [])];
  }
}

const texts = JSON.parse(document.body.dataset['texts'] ?? '{}') as Texts;
new Page(acquireVsCodeApi(), texts);
