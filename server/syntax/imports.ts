/**
 * Resolves imports to files of the repository. Every family of languages names files in its own way; an ambiguous
 * import resolves to nothing.
 */
import { folderOf } from '../protocol/folders.ts';
import { languageOf } from '../workspace/language.ts';
import { isStandardPython, isStandardRuby, isStandardScript } from './standard-modules.ts';

/** @param language of `from`, if its name does not tell */
export type ImportResolver = (from: string, target: string, language?: string) => readonly string[];

/** A name that matches more files than this is a guess. */
const maxMatches = 3;
const maxParts = 5;

/**
 * @param packages folders by package name, from the repository's manifests
 * @returns a resolver from an import as written to the files it means; empty for files outside the repository
 */
export function importResolver(
  paths: readonly string[],
  packages: ReadonlyMap<string, string> = new Map(),
): ImportResolver {
  const index = new PathIndex(paths, packages);
  return (from, target, language = languageOf(from).id) => {
    const rule = rules.get(language) ?? named;
    return rule(index, folderOf(from), target, from);
  };
}

type Rule = (index: PathIndex, folder: string, target: string, from: string) => readonly string[];

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...['c', 'cpp', 'cuda-cpp', 'objective-c', 'proto'].map(id => [id, included] as const),
  ...['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'].map(
    id => [id, script] as const,
  ),
  ['python', dotted],
  ['rust', rust],
  ['go', go],
  ['ruby', ruby],
  ['elixir', (index, folder, target) => index.endingIn(snakePath(target), folder)],
  ['perl', (index, folder, target) => index.endingIn(target.replaceAll('::', '/'), folder)],
  ['shellscript', sourced],
  [
    'terraform',
    (index, folder, target) =>
      target.startsWith('.')
        ? index.filesIn(normalise(`${folder}/${target}`)).filter(path => path.endsWith('.tf'))
        : [],
  ],
]);

class PathIndex {
  readonly packages: ReadonlyMap<string, string>;
  readonly #known: ReadonlySet<string>;
  readonly #bySuffix = new Map<string, string[]>();
  readonly #byFolder = new Map<string, string[]>();

  constructor(paths: readonly string[], packages: ReadonlyMap<string, string>) {
    this.#known = new Set(paths);
    this.packages = packages;
    for (const path of paths) {
      push(this.#byFolder, folderOf(path), path);
      const stem = path.replace(/\.\w+$/, '');
      for (const form of new Set([path, stem, stem.replace(/\/(?:index|__init__|mod|lib)$/, '')])) {
        const parts = form.split('/');
        for (let length = 1; length <= Math.min(maxParts, parts.length); length++)
          push(this.#bySuffix, parts.slice(-length).join('/'), path);
      }
    }
  }

  /** The first existing candidate. */
  first(candidates: readonly string[]): readonly string[] {
    for (const candidate of candidates) {
      const path = normalise(candidate);
      if (this.#known.has(path)) return [path];
    }
    return [];
  }

  /** Whether a folder is a package of Python, whose modules are imported through it. */
  isPythonPackage(folder: string): boolean {
    return folder !== '' && this.#known.has(`${folder}/__init__.py`);
  }

  filesIn(folder: string): readonly string[] {
    return this.#byFolder.get(folder) ?? [];
  }

  /**
   * The files whose path, with or without extension, ends in `suffix`; of many, those sharing the most folders with
   * `near`.
   */
  endingIn(suffix: string, near: string): readonly string[] {
    const parts = suffix.split('/').slice(-maxParts);
    const found = this.#bySuffix.get(parts.join('/')) ?? [];
    if (found.length <= 1) return found;
    const closeness = found.map(path => sharedParts(folderOf(path), near));
    const best = Math.max(...closeness);
    const nearest = found.filter((_, at) => closeness[at] === best);
    return nearest.length <= maxMatches ? nearest : [];
  }

  /** The longest package name that a target starts with: its folder and the rest of the target. */
  packageOf(
    target: string,
    separator: string,
  ): { readonly folder: string; readonly rest: string } | undefined {
    const parts = target.split(separator);
    for (let length = parts.length; length > 0; length--) {
      const folder = this.packages.get(parts.slice(0, length).join(separator));
      if (folder !== undefined) return { folder, rest: parts.slice(length).join('/') };
    }
    return undefined;
  }
}

/** `#include "a/b.h"`: beside the file, or on the include path. */
function included(index: PathIndex, folder: string, target: string): readonly string[] {
  const beside = index.first([`${folder}/${target}`]);
  return beside.length > 0 ? beside : index.endingIn(normalise(target), folder);
}

const scriptEndings = ['', '.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte', '.d.ts'];
const indexEndings = ['/index.ts', '/index.tsx', '/index.js', '/index.mjs', '/index.d.ts'];

function script(index: PathIndex, folder: string, target: string): readonly string[] {
  const clean = target.replace(/[?#].*$/, '');
  if (clean.startsWith('.')) return index.first(scriptForms(normalise(`${folder}/${clean}`)));
  const own = isStandardScript(clean) ? undefined : index.packageOf(clean, '/');
  if (own !== undefined) {
    const { folder: at, rest } = own;
    const places = rest === '' ? ['src', ''] : [rest, `src/${rest}`, rest.replace(/^(?:lib|dist)\//, 'src/')];
    return index.first(places.flatMap(place => scriptForms(`${at}/${place}`)));
  }
  // `@/a/b` and `~/a/b` are common aliases for a project's sources; any other bare name is a library.
  const alias = /^(?:@|~|#|\$lib|src)\/(.+\/.+|.{4,})$/.exec(clean)?.[1];
  return alias === undefined ? [] : index.endingIn(alias.replace(/\.[cm]?[jt]sx?$/, ''), folder);
}

function scriptForms(base: string): string[] {
  const stripped = base.replace(/\.[cm]?jsx?$/, '');
  const stems = stripped === base ? [base] : [base, stripped];
  return stems.flatMap(stem => [...scriptEndings, ...indexEndings].map(ending => stem + ending));
}

/** `a.b.c`, or with leading dots, relative to the file's package. */
function dotted(index: PathIndex, folder: string, target: string): readonly string[] {
  const dots = /^\.*/.exec(target)![0].length;
  const module = target.slice(dots).replaceAll('.', '/');
  const forms = (base: string): string[] => [`${base}.py`, `${base}.pyi`, `${base}/__init__.py`];
  if (dots > 0) {
    const base = folder.split('/').slice(0, dots > 1 ? 1 - dots : undefined);
    const found = index.first(forms([...base, module].filter(part => part !== '').join('/')));
    // A name that is not a module belongs to the package itself.
    return found.length > 0 || module.includes('/') ? found : index.first([`${base.join('/')}/__init__.py`]);
  }
  if (isStandardPython(module)) return [];
  // A single word names a sibling of a script, a top-level package, or a library.
  if (!module.includes('/')) {
    const beside = index.isPythonPackage(folder) ? [] : [`${folder}/${module}`];
    return index.first([...beside, module, `src/${module}`, `lib/${module}`].flatMap(forms));
  }
  // The first word is no part of another package.
  const depth = module.split('/').length;
  return index.endingIn(module, folder).filter(path => {
    const parts = path.replace(/(?:\/__init__)?\.\w+$/, '').split('/');
    return path.endsWith('.py') || path.endsWith('.pyi')
      ? !index.isPythonPackage(parts.slice(0, -depth).join('/'))
      : true;
  });
}

/** `crate::a::b::C`, `super::x`, `mod x`: modules are files or folders; the last names may be items in one. */
function rust(index: PathIndex, folder: string, target: string, from: string): readonly string[] {
  const parts = target.split('::');
  const stem = from.replace(/\.rs$/, '');
  const isRoot = /\/?(?:mod|lib|main)$/.test(stem);
  const ownFolder = isRoot ? folder : stem;
  const head = parts.shift()!;
  let base: string;
  if (head === 'crate') base = crateFolder(folder);
  else if (head === 'self') base = ownFolder;
  else if (head === 'super') {
    base = isRoot ? folderOf(folder) : folder;
    while (parts[0] === 'super') {
      parts.shift();
      base = folderOf(base);
    }
  } else {
    const other = index.packages.get(head);
    if (other === undefined) {
      // A submodule, or, as before the 2018 edition, a path from the crate.
      for (const place of [ownFolder, crateFolder(folder)]) {
        for (let length = parts.length; length >= 0; length--) {
          const found = index.first(moduleForms([place, head, ...parts.slice(0, length)].join('/')));
          if (found.length > 0) return found;
        }
      }
      return [];
    }
    base = `${other}/src`;
  }
  for (let length = parts.length; length > 0; length--) {
    const found = index.first(moduleForms([base, ...parts.slice(0, length)].join('/')));
    if (found.length > 0) return found;
  }
  return index.first([`${base}/lib.rs`, `${base}/mod.rs`, `${base}.rs`, `${base}/main.rs`]);
}

function moduleForms(base: string): string[] {
  return [`${base}.rs`, `${base}/mod.rs`];
}

function crateFolder(folder: string): string {
  const at = `/${folder}/`.lastIndexOf('/src/');
  return at < 0 ? folder : folder.slice(0, at + 3);
}

/** A package is a folder; an import means all its files. */
function go(index: PathIndex, folder: string, target: string): readonly string[] {
  const own = index.packageOf(target, '/');
  if (own === undefined) return [];
  const at = [own.folder, own.rest].filter(part => part !== '').join('/');
  return at === folder
    ? []
    : index.filesIn(at).filter(path => path.endsWith('.go') && !path.endsWith('_test.go'));
}

/** `require 'a/b'` in one of Ruby's load folders: `lib`, or the folder of a test or program itself. */
function ruby(index: PathIndex, folder: string, target: string): readonly string[] {
  const name = target.replace(/\.rb$/, '');
  if (name.startsWith('.')) return index.first([`${folder}/${name}.rb`]);
  const loaded = index.endingIn(`lib/${name}`, folder).filter(path => path.endsWith('.rb'));
  if (loaded.length > 0) return loaded;
  const isLibrary = `/${folder}/`.includes('/lib/');
  return isLibrary || isStandardRuby(name) ? [] : index.first([`${folder}/${name}.rb`, `${name}.rb`]);
}

/** `. "$HERE/lib/log.sh"`: the part after the last variable. */
function sourced(index: PathIndex, folder: string, target: string): readonly string[] {
  const written = target
    .slice(target.lastIndexOf('}') + 1)
    .replace(/^.*\$[\w@*#]*/, '')
    .replace(/^[)/]+/, '');
  if (written === '') return [];
  const beside = index.first([`${folder}/${written}`]);
  return beside.length > 0 ? beside : index.endingIn(normalise(written), folder);
}

/** `MyApp.Accounts.User` is in `my_app/accounts/user.ex`. */
function snakePath(target: string): string {
  return target
    .split('.')
    .map(part => part.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase())
    .join('/');
}

/** Everything else: relative paths, and dotted or slashed names whose ending matches few files. */
function named(index: PathIndex, folder: string, target: string): readonly string[] {
  const beside = index.first([
    `${folder}/${target}`,
    ...['.rb', '.php', '.dart', '.lua'].map(e => `${folder}/${target}${e}`),
  ]);
  if (beside.length > 0) return beside;
  const clean = target.replace(/^package:\w+\//, '').replace(/\.\*$/, '');
  const path = clean.includes('/') ? normalise(clean) : clean.replaceAll('.', '/');
  return path.includes('/') ? index.endingIn(path.replace(/\.(?:rb|php|dart|lua)$/, ''), folder) : [];
}

function push(map: Map<string, string[]>, key: string, path: string): void {
  const list = map.get(key);
  if (list) list.push(path);
  else map.set(key, [path]);
}

function sharedParts(one: string, other: string): number {
  const [left, right] = [one.split('/'), other.split('/')];
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  return shared;
}

function normalise(path: string): string {
  // Most paths are normal already.
  if (!/^[./]|\/[./]|\/$/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
