/** The C# types that markup names: XAML by prefixes, Razor in directives and code. Plain text in between names none. */
import type { Import } from './definition.ts';
import type { Use } from './uses.ts';

export interface MarkupUses {
  readonly imports: readonly Import[];
  readonly uses: ReadonlyMap<string, Use>;
}

const longestLine = 2000;

/** Whether a markup file's imports apply to all markup below its folder. */
export function importsForFolder(path: string): boolean {
  return /(?:^|\/)(?:_Imports\.razor|_ViewImports\.cshtml)$/.test(path);
}

/** @returns undefined for files that are no such markup */
export function markupUses(path: string, text: string): MarkupUses | undefined {
  const lines = text.split('\n').map(line => line.slice(0, longestLine));
  if (/\.a?xaml$/i.test(path)) return inXaml(lines);
  return /\.(?:razor|cshtml)$/i.test(path) ? inRazor(lines) : undefined;
}

class Names {
  readonly uses = new Map<string, Use>();

  add(name: string, line: number): void {
    const known = this.uses.get(name);
    this.uses.set(name, { count: (known?.count ?? 0) + 1, bareLine: known?.bareLine ?? line, called: false });
  }

  /** Capitalized identifiers that are no members; dotted names as a whole. */
  addAll(code: string, line: number): void {
    const bare = code.replace(/"(?:[^"\\]|\\.)*"|\/\/.*$/g, '""');
    for (const [name] of bare.matchAll(/(?<![\w.@])(?:[A-Za-z_]\w*\.)*[A-Z]\w*/g)) {
      this.add(name.split('.')[0]!, line);
      if (name.includes('.')) this.add(name, line);
    }
  }
}

/** `xmlns:views="clr-namespace:Shop.Views"`, then `views:Cart`. */
function inXaml(lines: readonly string[]): MarkupUses {
  const imports: Import[] = [];
  const prefixes = new Map<string, string>();
  const names = new Names();
  for (const [at, line] of lines.entries()) {
    for (const [, prefix, space] of line.matchAll(/xmlns:(\w+)="(?:clr-namespace|using):([\w.]+)/g)) {
      prefixes.set(prefix!, space!);
      imports.push({ target: space!, line: at + 1, all: true });
    }
    for (const [, prefix, name] of line.matchAll(/(?<![\w:])(\w+):([A-Z]\w*)/g)) {
      const space = prefixes.get(prefix!);
      if (space !== undefined) names.add(`${space}.${name}`, at + 1);
    }
  }
  return { imports, uses: names.uses };
}

function inRazor(lines: readonly string[]): MarkupUses {
  const imports: Import[] = [];
  const names = new Names();
  /** Open braces of a code block; undefined outside. */
  let depth: number | undefined;
  for (const [at, line] of lines.entries()) {
    const using = /^\s*@using (?:static )?([\w.]+)/.exec(line)?.[1];
    if (using !== undefined) imports.push({ target: using, line: at + 1, all: true });
    else if (depth === undefined && /^\s*@(?:code|functions)?\s*\{/.test(line)) depth = 0;
    else if (depth === undefined)
      for (const [code] of line.matchAll(inline)) names.addAll(code.replace(/^@\w* ?/, keepName), at + 1);
    if (depth === undefined) continue;
    // Inside a block, a line that starts with a tag is markup.
    if (!/^\s*</.test(line)) names.addAll(line.replace(/^\s*@\w*\s*\{/, '{'), at + 1);
    depth += line.split('{').length - line.split('}').length;
    if (depth <= 0 && line.includes('}')) depth = undefined;
  }
  return { imports, uses: names.uses };
}

/** Directives, statements and expressions in a line of markup. */
const inline =
  /^\s*@(?:inject|model|inherits|implements|attribute|layout)\b.*$|@(?:foreach|for|if|else if|switch|while|using|await)\s*\(.*$|@\([^"<>]*\)|@[A-Z][\w.]*/g;

/** The mark and its keyword are no names; `@Order.Total` is. */
function keepName(mark: string): string {
  return /^@[A-Z]/.test(mark) ? ` ${mark.slice(1)}` : ' ';
}
