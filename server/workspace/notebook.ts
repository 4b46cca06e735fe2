/** Converts notebooks to what a person wrote in them: their cells in order. */

interface Cell {
  readonly cell_type?: unknown;
  readonly source?: unknown;
}

/** Languages whose comments begin with `//`; most notebook languages use `#`. */
const slashes: ReadonlySet<string> = new Set(
  'c c++ cpp csharp c# dart f# fsharp go java javascript kotlin php rust scala swift typescript'.split(' '),
);

/**
 * The cells in percent format (`# %%`), which editors and jupytext also recognize: code verbatim, prose as comments.
 * Outputs are dropped.
 * @param text the file: nbformat 3 or 4, see https://nbformat.readthedocs.io
 * @returns undefined if the file is not a notebook
 */
export function cellsOf(text: string): string | undefined {
  const notebook = parsed(text);
  const cells = notebook && cellsIn(notebook);
  if (cells === undefined) return undefined;
  const comment = slashes.has(languageIn(notebook!)) ? '//' : '#';
  const parts: string[] = [];
  for (const cell of cells) {
    const source = textOf(cell.source ?? (cell as { input?: unknown }).input);
    if (source.trim() === '') continue;
    if (cell.cell_type === 'code') parts.push(`${comment} %%\n${source}`);
    else
      parts.push(
        `${comment} %% [markdown]\n${source
          .split('\n')
          .map(line => `${comment} ${line}`.trimEnd())
          .join('\n')}`,
      );
  }
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function cellsIn(notebook: Record<string, unknown>): Cell[] | undefined {
  const sheets = notebook['worksheets'];
  const lists = Array.isArray(sheets)
    ? sheets.map(sheet => (sheet as { cells?: unknown } | null)?.cells)
    : [notebook['cells']];
  if (!lists.every(list => Array.isArray(list))) return undefined;
  return (lists as unknown[][]).flat().filter(cell => typeof cell === 'object' && cell !== null) as Cell[];
}

function languageIn(notebook: Record<string, unknown>): string {
  const metadata = notebook['metadata'] as
    | { language_info?: { name?: unknown }; kernelspec?: { language?: unknown } }
    | undefined;
  const name = metadata?.language_info?.name ?? metadata?.kernelspec?.language;
  return typeof name === 'string' ? name.toLowerCase() : 'python';
}

/** Lines as one string or a list, each with its line end. */
function textOf(source: unknown): string {
  const text = Array.isArray(source) ? source.filter(line => typeof line === 'string').join('') : source;
  return typeof text === 'string' ? text.replace(/\r\n?/g, '\n').trimEnd() : '';
}
