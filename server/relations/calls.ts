/**
 * Calls of a definition that can be resolved without guessing: within the file or to a file it refers to, by function
 * name, by the receiver's declared type, or by a name unique in the repository.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { folderOf } from '../protocol/folders.ts';
import { codeLines } from '../syntax/code-text.ts';
import { type Definition, isMember } from '../syntax/definition.ts';
import { baseName, sharedFolders } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';
import { type Branch, branchesIn } from './branches.ts';

export interface Callable {
  readonly path: string;
  readonly definition: Definition;
}

export interface Call {
  readonly to: Callable;
  /** Line of the call in the caller's file. */
  readonly line: number;
  /** Where the call depends on conditions. */
  readonly branch?: Branch | undefined;
}

interface Code {
  readonly lines: readonly string[];
  /** Declared types of variables, parameters and fields by name; undefined if ambiguous. */
  readonly types: ReadonlyMap<string, string | undefined>;
  /** Names of modules from outside that the file imports. */
  readonly modules: ReadonlySet<string>;
}

const longestLine = 400;
const longestBody = 400;
/** A compound member name of this length is taken to be unique. */
const ownName = 9;
const extending = new Set('csharp kotlin swift scala rust ruby dart'.split(' '));
/** Methods that collections, strings and streams of the languages have, too. */
const builtIn =
  /^(?:each_\w+|to_\w+|as_\w+|into_\w+|is_(?:some|none|ok|err|empty)|has_key\??|push\w*|pop\w*|insert|append|extend|add|remove|delete|clear|get\w{0,3}|set|put|len|size|count|iter\w*|next|map\w*|filter|reduce|fold|find|sort\w*|join|split\w*|strip\w*|trim\w*|replace\w*|index\w*|contains\w*|starts_?with|ends_?with|keys|values|items|entries|read\w{0,4}|write\w{0,4}|read_text|write_text|close|open|flush|clone|copy|unwrap\w*|expect|and_then|or_else|ok_or\w*|setdefault|hasOwnProperty|toString|forEach|addEventListener|removeEventListener|querySelector\w*|getElement\w*|setTimeout|setInterval|charCodeAt|define_method|instance_\w+|method_missing|respond_to\w*|\w+_if|reject|select|detect|inject|send|public_send|const_get|freeze|dup|fetch|dig|merge\w*|update|any|all|none|include|prepend|require\w*|raise|catch|throw|loop|lambda|proc|format|puts|print\w*)[?!]?$/;
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

  /** By line, without duplicates and without calls that only errors lead to. */
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
    const branches = branchesIn(lines, first, last);
    const locals = isRuby ? localsIn(lines, first, last) : undefined;
    for (let number = first; number <= Math.min(last, lines.length); number++) {
      const line = lines[number - 1]!;
      const branch = branches.get(number);
      if (line.length > longestLine || branch?.failing || (!isRuby && !line.includes('('))) continue;
      const pattern = isRuby ? /[A-Za-z_]\w*[?!]?/g : /[A-Za-z_]\w*(?=\s?(?:\(|<[\w, ]{1,40}>\())/g;
      for (const match of line.matchAll(pattern)) {
        if (!this.#byName.has(match[0])) continue;
        if (inside !== undefined && number === inside.line && match[0] === inside.name) continue;
        const before = line.slice(Math.max(0, match.index - 80), match.index);
        if (isRuby && (/^\s*(?:def|class|module|attr_\w+)\b/.test(line) || isNoCall(match, line, locals!)))
          continue;
        const to = this.#resolve(match[0], before, path, inside);
        if (to === undefined || to.definition === inside) continue;
        const key = `${to.path}:${to.definition.line}`;
        const known = found.get(key);
        if (known === undefined || (known.branch?.oneOf !== undefined && branch?.oneOf === undefined))
          found.set(key, { to, line: number, branch });
      }
    }
    return [...found.values()];
  }

  #resolve(name: string, before: string, path: string, inside: Definition | undefined): Callable | undefined {
    const all = this.#byName.get(name);
    if (all === undefined) return undefined;
    const { id } = languageOf(path);
    const related = this.#relatedTo(path);
    const folder = folderOf(path);
    const near = all.filter(
      // The files of a Go package share their names.
      one => one.path === path || related.has(one.path) || (id === 'go' && folderOf(one.path) === folder),
    );
    const callables = near.filter(({ definition }) => isCalled(definition));
    const receiver = /([$@\w]+|[)\]])(?:!?\??\.|->|::)$/.exec(before.trimEnd())?.[1];
    const code = this.#codeOf(path);
    if (receiver === undefined) {
      if (id === 'ruby' && builtIn.test(name)) return undefined;
      if (/\b(?:new|function|func|fn|def|fun|class)\s*$/.test(before)) return undefined;
      const own = callables.filter(
        one =>
          // A Ruby method outside any class is a function.
          (!isMember(one.definition) || (id === 'ruby' && one.definition.container === undefined)) &&
          // Imported inside a function of the same name.
          !(id === 'python' && one.definition === inside && code.lines.some(line => imports(line, name))),
      );
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
    const type = code.types.get(clean) ?? (/^[A-Z]/.test(clean) ? clean : undefined);
    if (type !== undefined) {
      const member = this.#memberOf(type, name, path);
      if (member !== undefined) return member;
      // An object of a type from outside, in languages that cannot extend it.
      if (!extending.has(id) && code.types.get(clean) !== undefined && !this.#byName.has(type))
        return undefined;
    }
    // `cmd.run()` if Command is the only nearby type with a `run`.
    const members = near.filter(one => isMember(one.definition) && isCalled(one.definition));
    const [only] = members;
    if (
      members.length === 1 &&
      !builtIn.test(name) &&
      only?.definition.container !== undefined &&
      isShortFor(clean, only.definition.container)
    )
      return only;
    // A module, package or namespace called like its file or folder.
    const module = callables.filter(
      one => !isMember(one.definition) && [stemOf(one.path), baseName(folderOf(one.path))].includes(clean),
    );
    if (module.length > 0) return single(module, path);
    if (code.modules.has(clean)) return undefined;
    // Only the package itself can call such a method.
    const isPrivate = id === 'go' ? /^[a-z]/.test(name) : id === 'python' && /^_[a-z]/.test(name);
    if (isPrivate && members.length === 1) return only;
    const isOwnName =
      name.length >= ownName && !builtIn.test(name) && (/[a-z][A-Z]/.test(name) || /\w_\w/.test(name));
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
    const text = this.#textOf(path) ?? '';
    const lines = codeLines(text, languageOf(path));
    const code = { lines, types: typesIn(lines), modules: outerModules(text, languageOf(path).id) };
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

/** Whether a line of Python imports the name. */
function imports(line: string, name: string): boolean {
  return /^\s*(?:from|import)\b/.test(line) && new RegExp(`\\b${name}\\b`).test(line);
}

const moduleImports: Readonly<Record<string, RegExp>> = {
  go: /^\s*(?:import )?(?:(\w+) )?"(?:[\w.~-]+\/)*([a-z]\w*)(?:\/v\d+)?"\s*$/gm,
  python: /^\s*import (?:[\w.]+ as )?(\w+)\b()/gm,
  javascript: /^\s*(?:import (?:\* as )?|(?:const|let|var) )(\w+)()(?: from | = require\()['"][^.]/gm,
};

/** Receivers that are packages or modules; one of the repository is found by its name before. */
function outerModules(text: string, id: string): Set<string> {
  const pattern = moduleImports[/^(?:typescript|javascript)/.test(id) ? 'javascript' : id];
  const found = new Set<string>();
  if (pattern !== undefined)
    for (const [, alias, name] of text.slice(0, 20_000).matchAll(pattern)) found.add(alias || name!);
  return found;
}

/** Names that a Ruby method assigns, or takes as parameters. */
function localsIn(lines: readonly string[], first: number, last: number): Set<string> {
  const locals = new Set<string>();
  for (const line of lines.slice(first - 1, last)) {
    if (line.length > longestLine) continue;
    for (const [, name] of line.matchAll(
      /(?<![.\w@$:])([a-z_]\w*)(?=(?:, ?[a-z_]\w*)* *(?:[|+-]|\|\|)?=(?![=~>]))/g,
    ))
      locals.add(name!);
    const parameters = /^\s*def [^(\s]+[( ](.*)$/.exec(line)?.[1] ?? /\|([^|]{1,80})\|/.exec(line)?.[1];
    for (const [name] of parameters?.matchAll(/[a-z_]\w*/g) ?? []) locals.add(name);
  }
  return locals;
}

/** A symbol, a key, a variable. */
function isNoCall(match: RegExpMatchArray, line: string, locals: ReadonlySet<string>): boolean {
  const [before, after] = [line[match.index! - 1] ?? '', line.slice(match.index! + match[0].length)];
  if (/[:@$]/.test(before) && !line.slice(0, match.index).endsWith('::')) return true;
  if (/^:(?!:)/.test(after)) return true;
  return before !== '.' && !after.startsWith('(') && locals.has(match[0]);
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
