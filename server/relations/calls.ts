/**
 * Calls of a definition that can be resolved without guessing: within the file or to a file it refers to, by function
 * name, by the receiver's declared type, or by a name unique in the repository.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { folderOf } from '../protocol/folders.ts';
import { codeText } from '../syntax/code-text.ts';
import { type Definition, isMember } from '../syntax/definition.ts';
import { baseName, sharedFolders } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';

export interface Callable {
  readonly path: string;
  readonly definition: Definition;
}

export interface Call {
  readonly to: Callable;
  /** Line of the call in the caller's file. */
  readonly line: number;
}

interface Code {
  readonly lines: readonly string[];
  /** Declared types of variables, parameters and fields by name; undefined if ambiguous. */
  readonly types: ReadonlyMap<string, string | undefined>;
}

const longestLine = 400;
const longestBody = 400;
/** A compound member name of this length is taken to be unique. */
const ownName = 9;
/** Files whose code is cached. */
const mostKept = 200;
/** Languages that call members without a receiver. */
const implicitSelf = new Set('java kotlin scala groovy csharp swift ruby cpp c dart'.split(' '));

export class Calls {
  readonly #facts: RepositoryFacts;
  readonly #textOf: (path: string) => string | undefined;
  readonly #code = new Map<string, Code>();
  readonly #callees = new Map<string, readonly Call[]>();
  readonly #byName = new Map<string, Callable[]>();
  readonly #related = new Map<string, ReadonlySet<string>>();
  /** Types that extend or implement a type, by its name. */
  #heirs: Map<string, Callable[]> | undefined;

  constructor(facts: RepositoryFacts, textOf: (path: string) => string | undefined) {
    this.#facts = facts;
    this.#textOf = textOf;
    for (const { path, definitions, code } of facts.files.values()) {
      if (!code || facts.ranked.supportingOf(path) !== undefined) continue;
      for (const definition of definitions) {
        const list = this.#byName.get(definition.name);
        if (list) list.push({ path, definition });
        else this.#byName.set(definition.name, [{ path, definition }]);
      }
    }
  }

  named(name: string): readonly Callable[] {
    return this.#byName.get(name) ?? [];
  }

  /** By line, without duplicates. */
  of(callable: Callable): readonly Call[] {
    const { path, definition } = callable;
    const key = `${path}:${definition.line}:${definition.name}`;
    const known = this.#callees.get(key);
    if (known !== undefined) return known;
    const last = Math.min(definition.endLine ?? definition.line, definition.line + longestBody);
    const found = this.between(path, definition.line, last, definition);
    this.#callees.set(key, found);
    return found;
  }

  /** @param inside the definition that the lines belong to */
  between(path: string, first: number, last: number, inside?: Definition): Call[] {
    const { lines } = this.#codeOf(path);
    const isRuby = languageOf(path).id === 'ruby';
    const found = new Map<string, Call>();
    for (let number = first; number <= Math.min(last, lines.length); number++) {
      const line = lines[number - 1]!;
      if (line.length > longestLine) continue;
      const pattern = isRuby ? /[A-Za-z_]\w*[?!]?/g : /[A-Za-z_]\w*(?=\s?(?:\(|<[\w, ]{1,40}>\())/g;
      for (const match of line.matchAll(pattern)) {
        if (!this.#byName.has(match[0])) continue;
        if (inside !== undefined && number === inside.line && match[0] === inside.name) continue;
        const before = line.slice(Math.max(0, match.index - 80), match.index);
        if (isRuby && /^\s*(?:def|class|module|attr_\w+)\b/.test(line)) continue;
        const to = this.#resolve(match[0], before, path, inside);
        if (to === undefined || to.definition === inside) continue;
        const key = `${to.path}:${to.definition.line}`;
        if (!found.has(key)) found.set(key, { to, line: number });
      }
    }
    return [...found.values()];
  }

  #resolve(name: string, before: string, path: string, inside: Definition | undefined): Callable | undefined {
    const all = this.#byName.get(name);
    if (all === undefined) return undefined;
    const { id } = languageOf(path);
    const related = this.#relatedTo(path);
    const near = all.filter(one => one.path === path || related.has(one.path));
    const callables = near.filter(({ definition }) => isCalled(definition));
    const receiver = /([$@\w]+|[)\]])(?:!?\??\.|->|::)$/.exec(before.trimEnd())?.[1];
    if (receiver === undefined) {
      if (/\b(?:new|function|func|fn|def|fun|class)\s*$/.test(before)) return undefined;
      const own = callables.filter(one => !isMember(one.definition));
      const members =
        implicitSelf.has(id) && inside?.container !== undefined
          ? this.#memberOf(inside.container, name, path)
          : undefined;
      return members ?? single(own, path);
    }
    // Calls of parent types are not resolved.
    if (/^(?:super|parent|base)$/.test(receiver)) return undefined;
    if (/^(?:self|this|\$this|cls|static|@)$/.test(receiver)) {
      const container = inside?.container;
      return container === undefined
        ? undefined
        : (this.#memberOf(container, name, path) ??
            single(
              callables.filter(one => isMember(one.definition)),
              path,
            ));
    }
    const clean = receiver.replace(/^[$@]+/, '');
    const type = this.#codeOf(path).types.get(clean) ?? (/^[A-Z]/.test(clean) ? clean : undefined);
    if (type !== undefined) {
      const member = this.#memberOf(type, name, path);
      if (member !== undefined) return member;
    }
    // `cmd.run()` if Command is the only nearby type with a `run`.
    const members = near.filter(one => isMember(one.definition) && isCalled(one.definition));
    const [only] = members;
    if (
      members.length === 1 &&
      only?.definition.container !== undefined &&
      isShortFor(clean, only.definition.container)
    )
      return only;
    // A module, package or namespace called like its file or folder.
    const module = callables.filter(
      one => !isMember(one.definition) && [stemOf(one.path), baseName(folderOf(one.path))].includes(clean),
    );
    if (module.length > 0) return single(module, path);
    const isOwnName = name.length >= ownName && (/[a-z][A-Z]/.test(name) || /\w_\w/.test(name));
    return isOwnName
      ? nearest(
          all.filter(({ definition }) => isCalled(definition)),
          path,
        )
      : undefined;
  }

  /** A type's member, in its own file or in files that extend it if the type only declares it. */
  #memberOf(type: string, name: string, path: string): Callable | undefined {
    const members = (this.#byName.get(name) ?? []).filter(
      ({ definition }) => definition.container === type && isCalled(definition),
    );
    const found = single(members, path) ?? (members.length > 0 ? nearest(members, path) : undefined);
    const isDeclared =
      found !== undefined && (found.definition.endLine ?? found.definition.line) - found.definition.line < 1;
    if (found !== undefined && !isDeclared) return found;
    const heirs = this.#heirsOf(type);
    if (heirs.length === 0) return found;
    const inherited = (this.#byName.get(name) ?? []).filter(({ definition, path: at }) =>
      heirs.some(heir => heir.definition.name === definition.container && heir.path === at),
    );
    return inherited.length === 1 ? inherited[0] : found;
  }

  #heirsOf(type: string): readonly Callable[] {
    if (this.#heirs === undefined) {
      this.#heirs = new Map();
      for (const { path, heads, definitions } of this.#facts.files.values()) {
        for (const { name, bases, line } of heads) {
          const definition = definitions.find(one => one.name === name && one.line === line);
          if (definition === undefined) continue;
          for (const parent of bases) {
            const list = this.#heirs.get(parent);
            if (list) list.push({ path, definition });
            else this.#heirs.set(parent, [{ path, definition }]);
          }
        }
      }
    }
    return this.#heirs.get(type) ?? [];
  }

  #relatedTo(path: string): ReadonlySet<string> {
    let related = this.#related.get(path);
    if (related === undefined) {
      related = new Set(this.#facts.ranked.references.of(path).map(({ to }) => to));
      this.#related.set(path, related);
    }
    return related;
  }

  #codeOf(path: string): Code {
    const known = this.#code.get(path);
    if (known !== undefined) return known;
    if (this.#code.size >= mostKept) this.#code.clear();
    const lines = codeText(this.#textOf(path) ?? '', languageOf(path)).split('\n');
    const code = { lines, types: typesIn(lines) };
    this.#code.set(path, code);
    return code;
  }
}

/**
 * Names declared with a type: `Owner owner`, `owner: Owner`, `owner *Owner`, `owner = new Owner(`, `owner := &Owner{`.
 */
function typesIn(lines: readonly string[]): Map<string, string | undefined> {
  const types = new Map<string, string | undefined>();
  const note = (name: string, type: string): void => {
    types.set(name, types.has(name) && types.get(name) !== type ? undefined : type);
  };
  for (const line of lines) {
    if (line.length > longestLine || !/[A-Z]/.test(line)) continue;
    for (const [, type, name] of line.matchAll(/\b([A-Z]\w*)(?:<[^<>]{0,80}>)?[?!]? \$?([a-z_]\w*)\b/g))
      note(name!, type!);
    if (line.includes(':'))
      for (const [, name, type] of line.matchAll(/\b([a-z_]\w*)\??: ?[&*]?(?:\w+\.)?([A-Z]\w*)\b/g))
        note(name!, type!);
    for (const [, name, type] of line.matchAll(/\b([a-z_]\w*) [*&]?(?:\w+\.)?([A-Z]\w*)\b(?! *=)/g))
      note(name!, type!);
    if (!line.includes('=')) continue;
    for (const [, name, type] of line.matchAll(
      /\b([a-z_]\w*) ?:?= ?(?:new |&|await )?(?:\w+(?:\.|::))?([A-Z]\w*)(?:::new|\.new)? ?[({]/g,
    ))
      note(name!, type!);
  }
  return types;
}

function isCalled({ kind }: Definition): boolean {
  return /^(?:function|method|macro|procedure)$/.test(kind);
}

/** Whether a variable's letters appear in order in a type's name, from the start of one of its words. */
function isShortFor(variable: string, type: string): boolean {
  const wanted = variable.replace(/_/g, '').toLowerCase();
  if (wanted.length < 2) return false;
  for (const { index } of type.matchAll(/[A-Z]|^[a-z]/g)) {
    let at = 0;
    const rest = type.slice(index).toLowerCase();
    if (rest[0] !== wanted[0]) continue;
    for (const letter of rest) if (letter === wanted[at]) at++;
    if (at === wanted.length) return true;
  }
  return false;
}

/** The only match, or its first overload; of matches in several files, the one in this file. */
function single(callables: readonly Callable[], path: string): Callable | undefined {
  const own = callables.filter(one => one.path === path);
  const [first, ...rest] = own.length > 0 ? own : callables;
  // Overloads share a file and a type.
  return rest.every(
    one => one.path === first?.path && one.definition.container === first.definition.container,
  )
    ? first
    : undefined;
}

/** The match nearest to a path, if unique. */
function nearest(callables: readonly Callable[], path: string): Callable | undefined {
  if (callables.length <= 1) return callables[0];
  const shares = callables.map(one => sharedFolders(folderOf(one.path), folderOf(path)));
  const best = Math.max(...shares);
  const found = callables.filter((_, at) => shares[at] === best);
  return found.length === 1 ? found[0] : undefined;
}

function stemOf(path: string): string {
  return baseName(path).replace(/\..*$/, '');
}
