/**
 * Resolves which file uses which, strictly by the rules of their languages: imports that resolve to a file, and names
 * that the language itself resolves. Anything undecided is not a reference: two files that share a word may mean
 * different things.
 */
import { folderOf } from '../protocol/folders.ts';
import { isMember } from '../syntax/definition.ts';
import type { ImportResolver } from '../syntax/imports.ts';
import { importsForFolder } from '../syntax/markup-uses.ts';
import { importsNames } from '../syntax/namespaces.ts';
import { constantMark } from '../syntax/ruby-imports.ts';
import { languageOf } from '../workspace/language.ts';
import { Declared, familyOf } from './declared.ts';
import type { GraphFile } from './graph-file.ts';

export interface Reference {
  readonly from: string;
  readonly to: string;
  /** 1-based line in `from`. */
  readonly line: number;
  /** Only declares the file to be part of the program. */
  readonly declares?: boolean;
}

export interface References {
  /** What a file uses, by line. */
  of(path: string): readonly Reference[];
  /** Who uses a file. */
  to(path: string): readonly Reference[];
  /** What a file uses as it is now, which may be none of the files. */
  from(file: GraphFile): readonly Reference[];
}

/** Files of a Go package that declare the same name, each for its platform or build. */
const mostVariants = 8;

/** @param markup files whose markup names types of the code */
export function referencesOf(
  files: readonly GraphFile[],
  resolve: ImportResolver,
  markup: readonly GraphFile[] = [],
): References {
  const byPath = new Map(files.map(file => [file.path, file]));
  const declared = new Declared(files);
  const outgoing = new Map<string, Map<string, Reference>>();
  const incoming = new Map<string, Reference[]>();
  const add: Add = (from, to, line, declares = false) => {
    if (from === to) return;
    let list = outgoing.get(from);
    if (list === undefined) {
      list = new Map();
      outgoing.set(from, list);
    }
    const known = list.get(to);
    if (known !== undefined && (!known.declares || declares)) return;
    const reference = { from, to, line, ...(declares && { declares }) };
    list.set(to, reference);
    const users = incoming.get(to) ?? [];
    if (known === undefined) users.push(reference);
    else users[users.indexOf(known)] = reference;
    incoming.set(to, users);
  };
  const everywhere = importsOfProjects(files, declared);
  const refer = (file: GraphFile, found: Add): void => {
    const id = languageIn(file);
    if (importsNames(id)) byNamespace(file, declared, everywhere, found);
    else if (id === 'swift') byModule(file, declared, found);
    else byImports(file, resolve, declared, byPath, found);
    if (id === 'go') byPackage(file, declared, found);
  };
  for (const file of files) refer(file, add);
  byMarkup(markup, files, declared, everywhere, add);
  return {
    of: path => [...(outgoing.get(path)?.values() ?? [])].sort((one, other) => one.line - other.line),
    to: path => incoming.get(path) ?? [],
    from: file => {
      const found: Reference[] = [];
      refer(file, (from, to, line, declares = false) => {
        if (from !== to) found.push({ from, to, line, ...(declares && { declares }) });
      });
      return found;
    },
  };
}

/** The language's identifier, by name or as the file itself states. */
function languageIn({ path, language }: GraphFile): string {
  return language ?? languageOf(path).id;
}

type Add = (from: string, to: string, line: number, declares?: boolean) => void;

function byImports(
  file: GraphFile,
  resolve: ImportResolver,
  declared: Declared,
  byPath: ReadonlyMap<string, GraphFile>,
  add: Add,
): void {
  const { path, imports } = file;
  const id = languageIn(file);
  if (id === 'rust') byGlob(file, resolve, byPath, add);
  for (const { target, line, as, declares } of imports) {
    if (target.startsWith(constantMark)) {
      const to = declared.constant(target.slice(constantMark.length), file);
      if (to !== undefined) add(path, to, line);
      continue;
    }
    const meant = resolve(path, target, id).filter(to => byPath.has(to));
    if (meant.length === 0 && id === 'rust' && /^[A-Z]\w*$/.test(target)) {
      // Before the 2018 edition a bare name is in the crate's root module.
      const to = declared.inFolder(target, crateOf(path), ['main.rs', 'lib.rs']);
      if (to !== undefined) add(path, to, line);
    }
    for (const to of meant) {
      if (id === 'go' && !namesFrom(byPath.get(to)!, file, as)) continue;
      add(path, to, line, declares);
    }
  }
}

/** Rust's `use super::*` takes what the module above imports by name. */
function byGlob(
  { path, imports, uses, definitions }: GraphFile,
  resolve: ImportResolver,
  byPath: ReadonlyMap<string, GraphFile>,
  add: Add,
): void {
  const own = new Set(definitions.map(({ name }) => name));
  for (const { target } of imports) {
    if (!/^(?:super|crate)$/.test(target)) continue;
    for (const above of resolve(path, target, 'rust')) {
      for (const { target: taken } of byPath.get(above)?.imports ?? []) {
        const name = taken.slice(taken.lastIndexOf('::') + 2);
        const line = uses.get(name)?.bareLine ?? 0;
        if (!taken.includes('::') || line === 0 || own.has(name)) continue;
        for (const to of resolve(above, taken, 'rust')) if (byPath.has(to)) add(path, to, line);
      }
    }
  }
}

/**
 * Whether a Go file names something that is declared in one file of an imported package. Methods do not count: many
 * types share their names.
 * @param as the import's local name; the package's own if undefined
 */
function namesFrom({ definitions, namespace }: GraphFile, user: GraphFile, as = namespace): boolean {
  return definitions.some(definition => {
    const used = user.uses.get(definition.name);
    if (used === undefined || !definition.exported || isMember(definition)) return false;
    return as === '.' ? used.bareLine > 0 : as !== undefined && used.qualifiers?.has(as) === true;
  });
}

/** Files of a Go package see each other's names without an import. A name has several declarations under build tags. */
function byPackage(file: GraphFile, declared: Declared, add: Add): void {
  const { path, uses, definitions, imports } = file;
  const own = new Set([
    ...definitions.filter(one => !isMember(one)).map(({ name }) => name),
    // A package without a local name is called like some word at the end of its path: `go-json`, `yaml.v3`, `toml/v2`.
    ...imports.flatMap(({ target, as }) =>
      as === undefined ? target.split('/').slice(-2).join('/').split(/[/.-]/) : [as],
    ),
  ]);
  for (const [name, { bareLine }] of uses) {
    if (bareLine === 0 || own.has(name)) continue;
    const all = declared.inPackage(name, folderOf(path)).filter(to => !to.endsWith('_test.go'));
    if (all.length <= mostVariants) for (const to of all) add(path, to, bareLine);
  }
}

/** Files of a Swift module see each other's types without an import. */
function byModule({ path, uses }: GraphFile, declared: Declared, add: Add): void {
  for (const [name, { bareLine }] of uses) {
    if (bareLine === 0 || !/^[A-Z]/.test(name)) continue;
    const to = declared.type('swift', name);
    if (to !== undefined) add(path, to, bareLine);
  }
}

function byNamespace(
  file: GraphFile,
  declared: Declared,
  everywhere: ReadonlyMap<string, readonly string[]>,
  add: Add,
): void {
  const { path, imports, uses, namespace = '' } = file;
  const { id } = languageOf(path);
  const family = familyOf(id);
  const taken = new Set<string>();
  const open = [namespace, ...imports.filter(one => one.inner && one.all).map(({ target }) => target)];
  // C# also searches enclosing namespaces.
  if (id === 'csharp')
    for (let at = namespace.lastIndexOf('.'); at > 0; at = namespace.lastIndexOf('.', at - 1))
      open.push(namespace.slice(0, at));
  /** Imported namespaces: equals, after the file's own. */
  const taking: string[] = [];
  for (const one of imports) {
    if (one.all) {
      if (one.inner !== true) taking.push(one.target);
      continue;
    }
    taken.add(one.as ?? one.target.slice(one.target.lastIndexOf('.') + 1));
    const outer = one.target.slice(0, Math.max(0, one.target.lastIndexOf('.')));
    // A member or nested type is imported through its container.
    const to = declared.full(family, one.target, path) ?? declared.full(family, outer, path);
    if (to !== undefined) add(path, to, one.line);
  }
  const project = projectOf(path, declared.projects);
  taking.push(...(everywhere.get(project) ?? []), ...(id === 'csharp' ? implied : []));
  const inSpace = (space: string, name: string): string | undefined =>
    declared.full(family, space === '' ? name : `${space}.${name}`, path);
  for (const [name, { bareLine }] of uses) {
    if (bareLine === 0 || taken.has(name) || !declared.isDeclared(family, name)) continue;
    const own = open.map(space => inSpace(space, name)).find(to => to !== undefined);
    const to = own ?? onlyOf(new Set(taking.flatMap(space => inSpace(space, name) ?? [])), project);
    if (to !== undefined) add(path, to, bareLine);
  }
}

/** Namespaces that .NET projects import by default. */
const implied =
  'System.Linq System.Threading.Tasks System.Net.Http.Json Microsoft.AspNetCore.Builder Microsoft.AspNetCore.Hosting Microsoft.AspNetCore.Http Microsoft.AspNetCore.Routing Microsoft.Extensions.Configuration Microsoft.Extensions.DependencyInjection Microsoft.Extensions.Hosting Microsoft.Extensions.Logging'.split(
    ' ',
  );

/**
 * Markup names types in full or by the namespaces that it, the import files of its folders, or its project import, and by
 * those of the code in its folders.
 */
function byMarkup(
  markup: readonly GraphFile[],
  files: readonly GraphFile[],
  declared: Declared,
  everywhere: ReadonlyMap<string, readonly string[]>,
  add: Add,
): void {
  if (markup.length === 0) return;
  const near = new Map<string, Set<string>>();
  const put = (folder: string, space: string): void => {
    const spaces = near.get(folder) ?? new Set<string>();
    near.set(folder, spaces.add(space));
  };
  for (const { path, namespace } of files)
    if (namespace && path.endsWith('.cs')) put(folderOf(path), namespace);
  for (const { path, imports } of markup)
    if (importsForFolder(path)) for (const { target } of imports) put(folderOf(path), target);
  for (const { path, uses, imports } of markup) {
    const project = projectOf(path, declared.projects);
    const spaces = new Set([...imports.map(({ target }) => target), ...(everywhere.get(project) ?? [])]);
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      for (const space of near.get(folder) ?? []) spaces.add(space);
      if (folder === '' || folder === project) break;
    }
    for (const [name, { bareLine }] of uses) {
      const whole = declared.full('csharp', name, path);
      const inSpaces = [...spaces].flatMap(space => declared.full('csharp', `${space}.${name}`, path) ?? []);
      const to = whole ?? onlyOf(new Set(inSpaces), project);
      // The other half of the same class.
      if (to !== undefined && to !== `${path}.cs`) add(path, to, bareLine);
    }
  }
}

/** Of files that imported namespaces offer for a name: the only one, or the only one of the same project. */
function onlyOf(found: ReadonlySet<string>, project: string): string | undefined {
  const own = [...found].filter(to => project !== '' && to.startsWith(`${project}/`));
  if (own.length === 1) return own[0];
  return found.size === 1 ? [...found][0] : undefined;
}

/** Namespaces visible to every file of a project, by the project's folder. */
function importsOfProjects(files: readonly GraphFile[], declared: Declared): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, imports } of files) {
    const shared = imports.filter(one => one.everywhere && one.all).map(({ target }) => target);
    if (shared.length === 0) continue;
    const project = projectOf(path, declared.projects);
    found.set(project, [...(found.get(project) ?? []), ...shared]);
  }
  return found;
}

/** The nearest enclosing project folder. */
function projectOf(path: string, projects: ReadonlySet<string>): string {
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder))
    if (projects.has(folder)) return folder;
  return '';
}

function crateOf(path: string): string {
  const at = `/${path}`.lastIndexOf('/src/');
  return at < 0 ? folderOf(path) : path.slice(0, at + 3);
}
