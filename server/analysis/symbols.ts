/** Looks up names: where they are defined, with a one-line description from there. */

import { isPointing } from '../documents/boilerplate.ts';
import type { LineSummaries, LineSummary } from '../protocol/requests.ts';
import type { Definition } from '../syntax/definition.ts';
import { languageOf } from '../workspace/language.ts';
import { definitionSentence } from './comments.ts';
import type { FileFacts } from './file-facts.ts';
import type { Ranked } from './graph.ts';
import { signatureOf } from './heads.ts';

export interface Defined {
  readonly path: string;
  readonly definition: Definition;
}

export class Symbols {
  readonly #files: ReadonlyMap<string, FileFacts>;
  readonly #ranked: Ranked;
  readonly #textOf: (path: string) => string | undefined;
  readonly #byName = new Map<string, Defined[]>();

  constructor(
    files: ReadonlyMap<string, FileFacts>,
    ranked: Ranked,
    textOf: (path: string) => string | undefined,
  ) {
    this.#files = files;
    this.#ranked = ranked;
    this.#textOf = textOf;
    for (const [path, { definitions }] of files) {
      for (const definition of definitions) {
        const list = this.#byName.get(definition.name);
        if (list) list.push({ path, definition });
        else this.#byName.set(definition.name, [{ path, definition }]);
      }
    }
  }

  /** Files that a file refers to, with the first referring line. */
  importsOf(path: string): { readonly path: string; readonly line: number }[] {
    return this.#ranked.references.of(path).map(({ to, line }) => ({ path: to, line }));
  }

  /** All places that define a name. */
  named(name: string): readonly Defined[] {
    return this.#byName.get(name) ?? [];
  }

  /** Where a name used in a file is defined: in the file itself, in its imports, or in the most central file. */
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
    // Elsewhere only an unambiguous name counts: one definition, no short member, not in a test.
    const { name: written, container } = best.definition;
    const own =
      all.length === 1 &&
      this.#ranked.supportingOf(best.path) === undefined &&
      (container === undefined || written.length >= 10);
    return nearness(best) >= 2 || own ? best : undefined;
  }

  /** The documentation sentence of a definition, or else its line. */
  describe({ path, definition }: Defined): LineSummary {
    const { name, kind, line, endLine } = definition;
    const lines = (this.#textOf(path) ?? '').split('\n');
    const sentence = definitionSentence(lines, line, languageOf(path), path);
    const said = sentence !== undefined && isPointing(sentence.text) ? undefined : sentence;
    const text = said?.text ?? signatureOf(lines, definition);
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

  /** Describes the import or symbol at a place in a document. */
  at(path: string, text: string, line: number, column: number): LineSummary | undefined {
    const content = text.split('\n')[line - 1]?.replace(/\r$/, '') ?? '';
    return this.#importAt(path, content, column) ?? this.#symbolAt(path, content, column);
  }

  /** The top-level definitions of a file, by line. */
  linesOf(path: string): LineSummaries {
    const definitions = this.#files.get(path)?.definitions ?? [];
    const lines = definitions
      .filter(({ container }) => container === undefined)
      .map(definition => ({ at: definition.line, summary: this.describe({ path, definition }) }));
    return { lines };
  }

  #importAt(path: string, content: string, column: number): LineSummary | undefined {
    for (const { target, line } of this.#files.get(path)?.imports ?? []) {
      const at = content.indexOf(target);
      if (at < 0 || column < at + 1 || column > at + target.length + 1) continue;
      const to = this.#ranked.references.of(path).find(reference => reference.line === line)?.to;
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

  /** Files that refer to the defining file and use the name. */
  #usersOf(name: string, path: string): number {
    return this.#ranked.references.to(path).filter(({ from }) => this.#files.get(from)?.uses.has(name))
      .length;
  }
}
