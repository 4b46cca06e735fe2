/** Which files of the repository an import means. Every family of languages has its own way to name a file; what is ambiguous means nothing. */
import { folderOf } from '../protocol/folders.ts';
import { languageOf } from '../workspace/language.ts';

export type ImportResolver = (from: string, target: string) => readonly string[];

/** A name with more files behind it than this is a guess. */
const mostMatches = 3;
const mostParts = 5;

/**
 * @param packages folders by the name under which others import them, from the manifests in the repository
 * @returns for an import as it is written in a file: the files meant, none where they are not the repository's
 */
export function importResolver(
  paths: readonly string[],
  packages: ReadonlyMap<string, string> = new Map(),
): ImportResolver {
  const index = new PathIndex(paths, packages);
  return (from, target) => {
    const rule = rules.get(languageOf(from).id) ?? named;
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
        for (let length = 1; length <= Math.min(mostParts, parts.length); length++)
          push(this.#bySuffix, parts.slice(-length).join('/'), path);
      }
    }
  }

  /** The first of the candidates that is there. */
  first(candidates: readonly string[]): readonly string[] {
    const found = candidates.map(normalise).find(path => this.#known.has(path));
    return found === undefined ? [] : [found];
  }

  filesIn(folder: string): readonly string[] {
    return this.#byFolder.get(folder) ?? [];
  }

  /** The files whose path, with or without its extension, ends so; of many the ones that share most of their folders with `near`. */
  endingIn(suffix: string, near: string): readonly string[] {
    const parts = suffix.split('/').slice(-mostParts);
    const found = this.#bySuffix.get(parts.join('/')) ?? [];
    if (found.length <= 1) return found;
    const closeness = found.map(path => sharedParts(folderOf(path), near));
    const best = Math.max(...closeness);
    const nearest = found.filter((_, at) => closeness[at] === best);
    return nearest.length <= mostMatches ? nearest : [];
  }

  /** The longest package name that a target begins with: its folder and what follows the name. */
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

/** `#include "a/b.h"`: beside the file, or wherever the include path leads. */
function included(index: PathIndex, folder: string, target: string): readonly string[] {
  const beside = index.first([`${folder}/${target}`]);
  return beside.length > 0 ? beside : index.endingIn(normalise(target), folder);
}

const scriptEndings = ['', '.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs', '.cjs', '.vue', '.svelte', '.d.ts'];
const indexEndings = ['/index.ts', '/index.tsx', '/index.js', '/index.mjs', '/index.d.ts'];

function script(index: PathIndex, folder: string, target: string): readonly string[] {
  const clean = target.replace(/[?#].*$/, '');
  if (clean.startsWith('.')) return index.first(scriptForms(`${folder}/${clean}`));
  const own = index.packageOf(clean, '/');
  if (own !== undefined) {
    const { folder: at, rest } = own;
    const places = rest === '' ? ['src', ''] : [rest, `src/${rest}`, rest.replace(/^(?:lib|dist)\//, 'src/')];
    return index.first(places.flatMap(place => scriptForms(`${at}/${place}`)));
  }
  // `@/a/b` and `~/a/b` are what projects call their own sources; any other bare name is a library's.
  const alias = /^(?:@|~|#|\$lib|src)\/(.+\/.+|.{4,})$/.exec(clean)?.[1];
  return alias === undefined ? [] : index.endingIn(alias.replace(/\.[cm]?[jt]sx?$/, ''), folder);
}

function scriptForms(base: string): string[] {
  const stripped = base.replace(/\.[cm]?jsx?$/, '');
  const stems = stripped === base ? [base] : [base, stripped];
  return stems.flatMap(stem => [...scriptEndings, ...indexEndings].map(ending => stem + ending));
}

/** `a.b.c`, or from the file's own package on with dots before it. */
function dotted(index: PathIndex, folder: string, target: string): readonly string[] {
  const dots = /^\.*/.exec(target)![0].length;
  const module = target.slice(dots).replaceAll('.', '/');
  const forms = (base: string): string[] => [`${base}.py`, `${base}.pyi`, `${base}/__init__.py`];
  if (dots > 0) {
    const base = folder.split('/').slice(0, dots > 1 ? 1 - dots : undefined);
    const found = index.first(forms([...base, module].filter(part => part !== '').join('/')));
    // A name that is no module is one of the package's own.
    return found.length > 0 || module.includes('/') ? found : index.first([`${base.join('/')}/__init__.py`]);
  }
  // A single word names a sibling, a package at the top, or a library.
  if (!module.includes('/'))
    return index.first([`${folder}/${module}`, module, `src/${module}`, `lib/${module}`].flatMap(forms));
  return index.endingIn(module, folder);
}

/** `crate::a::b::C`, `super::x`, `mod x`: modules are files or folders; the last names may be items of one. */
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
      // A module of this one, or, as paths were before 2018, of the crate.
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

/** A package is a folder, all of whose files an import means. */
function go(index: PathIndex, folder: string, target: string): readonly string[] {
  const own = index.packageOf(target, '/');
  if (own === undefined) return [];
  const at = [own.folder, own.rest].filter(part => part !== '').join('/');
  return at === folder
    ? []
    : index.filesIn(at).filter(path => path.endsWith('.go') && !path.endsWith('_test.go'));
}

/** `require 'a/b'` beside the file or from a folder that Ruby loads from. */
function ruby(index: PathIndex, folder: string, target: string): readonly string[] {
  const name = target.replace(/\.rb$/, '');
  if (name.startsWith('.')) return index.first([`${folder}/${name}.rb`]);
  const loaded = index.endingIn(`lib/${name}`, folder).filter(path => path.endsWith('.rb'));
  return loaded.length > 0 ? loaded : index.first([`${folder}/${name}.rb`, `${name}.rb`]);
}

/** `. "$HERE/lib/log.sh"`: what follows the last variable. */
function sourced(index: PathIndex, folder: string, target: string): readonly string[] {
  const written = target
    .slice(target.lastIndexOf('}') + 1)
    .replace(/^.*\$[\w@*#]*/, '')
    .replace(/^[)/]+/, '');
  if (written === '') return [];
  const beside = index.first([`${folder}/${written}`]);
  return beside.length > 0 ? beside : index.endingIn(normalise(written), folder);
}

/** `MyApp.Accounts.User` lies in `my_app/accounts/user.ex`. */
function snakePath(target: string): string {
  return target
    .split('.')
    .map(part => part.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase())
    .join('/');
}

/** Everything else: relative paths, and names with dots or slashes whose end only few files have. */
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
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
