/** The shown folder as a list: an accessible alternative to the map. */
import { element } from './elements.ts';
import type { MapNode } from './tree.ts';

/** Rows created at once; more on demand, because a folder may have tens of thousands. */
const rowsAtOnce = 500;

export interface ListOptions {
  readonly nodes: readonly MapNode[];
  /** Text after the name. */
  words(node: MapNode): string;
  choose(node: MapNode, beside: boolean): void;
  /** `{0}` more. */
  readonly more: (count: number) => string;
}

export function showList(parent: HTMLElement, options: ListOptions): void {
  const list = element('ul', {});
  parent.replaceChildren(list);
  append(list, options, 0);
  list.addEventListener('keydown', event => moveFocus(list, event));
}

function append(list: HTMLElement, options: ListOptions, from: number): void {
  const rows = options.nodes.slice(from, from + rowsAtOnce).map(node => {
    const row = element('button', { type: 'button', className: node.file < 0 ? 'folder' : 'file' }, [
      element('span', { className: 'name', textContent: node.file < 0 ? `${node.name}/` : node.name }),
      element('span', { className: 'words', textContent: options.words(node) }),
    ]);
    row.addEventListener('click', event => options.choose(node, event.ctrlKey || event.metaKey));
    return row;
  });
  const rest = options.nodes.length - from - rows.length;
  if (rest > 0) {
    const more = element('button', { type: 'button', className: 'more', textContent: options.more(rest) });
    more.addEventListener('click', () => {
      more.parentElement?.remove();
      append(list, options, from + rowsAtOnce);
      (list.children[from + rowsAtOnce]?.firstElementChild as HTMLElement | null)?.focus();
    });
    rows.push(more);
  }
  list.append(...rows.map(row => element('li', {}, [row])));
  // One tab stop; arrows move within the list.
  for (const [index, row] of [...list.querySelectorAll('button')].entries())
    row.tabIndex = index === 0 ? 0 : -1;
}

function moveFocus(list: HTMLElement, event: KeyboardEvent): void {
  const rows = [...list.querySelectorAll('button')];
  const at = rows.indexOf(document.activeElement as HTMLButtonElement);
  const targets: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: rows.length - 1,
  };
  const target = rows[targets[event.key] ?? -1];
  if (!target) return;
  event.preventDefault();
  for (const row of rows) row.tabIndex = row === target ? 0 : -1;
  target.focus();
}
