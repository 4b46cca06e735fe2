/** Names and where they are defined, and what they are in a line taken from there. */
import type { LineSummaries, LineSummary } from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import type { Definition } from './definition.ts';
import type { FileFacts } from './file-facts.ts';
import { isSupporting, type Ranked } from './graph.ts';
import type { ImportResolver } from './imports.ts';
import { definitionSentence, isPointing } from './sentences.ts';

export interface Defined {
  readonly path: string;
  readonly definition: Definition;
}

const longestSignature = 160;

export class Symbols {
  readonly #files: ReadonlyMap<string, FileFacts>;
  readonly #ranked: Ranked;
  readonly #textOf: (path: string) => string | undefined;
  readonly #byName = new Map<string, Defined[]>();
  readonly #resolve: ImportResolver;

  constructor(
    files: ReadonlyMap<string, FileFacts>,
    ranked: Ranked,
    resolve: ImportResolver,
    textOf: (path: string) => string | undefined,
  ) {
    this.#files = files;
    this.#ranked = ranked;
    this.#textOf = textOf;
    this.#resolve = resolve;
    for (const [path, { definitions }] of files) {
      for (const definition of definitions) {
        const list = this.#byName.get(definition.name);
        if (list) list.push({ path, definition });
        else this.#byName.set(definition.name, [{ path, definition }]);
      }
    }
  }

  /** The files of the repository that a file imports, with the line of the import. */
  importsOf(path: string): { readonly path: string; readonly line: number }[] {
    const found = new Map<string, number>();
    for (const { target, line } of this.#files.get(path)?.imports ?? []) {
      for (const to of this.#resolve(path, target)) if (to !== path && !found.has(to)) found.set(to, line);
    }
    return [...found].map(([to, line]) => ({ path: to, line }));
  }

  /** Where a name that stands in a file is defined: in the file itself, in what it imports, or where most lean on it. */
  find(name: string, from: string): Defined | undefined {
    const all = this.#byName.get(name);
    if (all === undefined) return undefined;
    const imported = new Set(this.importsOf(from).map(({ path }) => path));
    const nearness = ({ path, definition }: Defined): number =>
      path === from ? 3 : imported.has(path) ? 2 : definition.exported ? 1 : 0;
    const rankOf = ({ path }: Defined): number => this.#ranked.files.get(path)?.rank ?? 0;
    const best = all.reduce((one, other) =>
      (nearness(other) - nearness(one) || rankOf(other) - rankOf(one)) > 0 ? other : one,
    );
    // Elsewhere only what has a name of its own is meant: no other definition, no short member, nothing of a test.
    const { name: written, container } = best.definition;
    const own =
      all.length === 1 && !isSupporting(best.path) && (container === undefined || written.length >= 10);
    return nearness(best) >= 2 || own ? best : undefined;
  }

  /** The sentence that documents a definition, or else its own line. */
  describe({ path, definition }: Defined): LineSummary {
    const { name, kind, line, endLine } = definition;
    const lines = (this.#textOf(path) ?? '').split('\n');
    const sentence = definitionSentence(lines, line, languageOf(path));
    const said = sentence !== undefined && isPointing(sentence.text) ? undefined : sentence;
    const text = said?.text ?? signatureOf(lines[line - 1] ?? '', definition);
    return {
      name,
      kind,
      text,
      path,
      line: said?.line ?? line,
      ...(said === undefined && endLine !== undefined && endLine !== line && { endLine }),
      generated: false,
      usedBy: this.#usersOf(name, path),
    };
  }

  /** What the import or the symbol at a place of a document is. */
  at(path: string, text: string, line: number, column: number): LineSummary | undefined {
    const content = text.split('\n')[line - 1]?.replace(/\r$/, '') ?? '';
    return this.#importAt(path, content, column) ?? this.#symbolAt(path, content, column);
  }

  /** The outermost definitions of a file, each at its line. */
  linesOf(path: string): LineSummaries {
    const definitions = this.#files.get(path)?.definitions ?? [];
    const lines = definitions
      .filter(({ container }) => container === undefined)
      .map(definition => ({ at: definition.line, summary: this.describe({ path, definition }) }));
    return { lines };
  }

  #importAt(path: string, content: string, column: number): LineSummary | undefined {
    for (const { target } of this.#files.get(path)?.imports ?? []) {
      const at = content.indexOf(target);
      if (at < 0 || column < at + 1 || column > at + target.length + 1) continue;
      const [to] = this.#resolve(path, target);
      const statement = to === undefined ? undefined : this.#files.get(to)?.statement;
      if (to === undefined || statement === undefined) return undefined;
      const usedBy = this.#ranked.files.get(to)?.users.length ?? 0;
      return { ...statement, name: target, kind: 'file', usedBy };
    }
    return undefined;
  }

  #symbolAt(path: string, content: string, column: number): LineSummary | undefined {
    for (const match of content.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
      if (column < match.index + 1 || column > match.index + match[0].length + 1) continue;
      const found = this.find(match[0], path);
      return found && this.describe(found);
    }
    return undefined;
  }

  /** Files other than its own in which the name stands. */
  #usersOf(name: string, path: string): number {
    let users = 0;
    for (const file of this.#files.values()) if (file.path !== path && file.uses.has(name)) users++;
    return users;
  }
}

/** The line of a definition; its kind and name where it goes on behind an open bracket. */
function signatureOf(line: string, { kind, name, container }: Definition): string {
  const text = line
    .slice(0, 4 * longestSignature)
    .trim()
    .replace(/[{:]$/, '')
    .trimEnd();
  if (text === '' || /[(<[,=|]$/.test(text)) return `${kind} ${container ? `${container}.` : ''}${name}`;
  return text.length <= longestSignature ? text : `${text.slice(0, longestSignature)} …`;
}
