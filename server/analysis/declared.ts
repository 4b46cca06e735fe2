/** Top-level declarations of a repository's files, by the rules of their languages. */
import { folderOf } from '../protocol/folders.ts';
import { isMember } from '../syntax/definition.ts';
import { sharedFolders } from '../syntax/paths.ts';
import { languageOf } from '../workspace/language.ts';
import type { GraphFile } from './graph-file.ts';

const families = new Map(['java', 'kotlin', 'groovy', 'scala'].map(id => [id, 'jvm'] as const));
/** Files considered for a name with several declarations. */
const mostDeclaring = 12;

/** Languages that see each other's declarations have one family. */
export function familyOf(language: string): string {
  return families.get(language) ?? language;
}

/** Indexed for each kind of lookup. */
export class Declared {
  /** Folders that look like C# projects: those with a `Program.cs`, `GlobalUsings.cs` or the like. */
  readonly projects: ReadonlySet<string>;
  readonly #full = new Map<string, string[]>();
  readonly #names = new Set<string>();
  readonly #types = new Map<string, Set<string>>();
  readonly #folders = new Map<string, string[]>();
  readonly #constants = new Map<string, { path: string; container: string | undefined }[]>();
  readonly #modules = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly GraphFile[]) {
    const projects = new Set<string>();
    for (const { path, definitions, imports, namespace } of files) {
      const { id } = languageOf(path);
      const family = familyOf(id);
      if (imports.some(one => one.everywhere)) projects.add(folderOf(path));
      const mine = new Set<string>();
      const own = new Set(definitions.map(({ name }) => name));
      for (const definition of definitions) {
        const { name, kind, container } = definition;
        // An extension of another file's type is imported by its own name.
        const isExtension = id === 'kotlin' && container !== undefined && !own.has(container);
        if (id === 'ruby' && (kind === 'class' || kind === 'module')) {
          mine.add(name);
          push(this.#constants, name, { path, container });
        }
        if ((isMember(definition) && !isExtension) || kind === 'extension' || kind === 'namespace') continue;
        if (namespace !== undefined && id !== 'go') {
          this.#names.add(`${family} ${name}`);
          push(this.#full, `${family} ${namespace === '' ? name : `${namespace}.${name}`}`, path);
        } else if (id === 'swift') {
          const list = this.#types.get(`${id} ${name}`) ?? new Set<string>();
          this.#types.set(`${id} ${name}`, list.add(path));
        } else if (id === 'go' || id === 'rust') push(this.#folders, `${folderOf(path)} ${name}`, path);
      }
      if (id === 'ruby') this.#modules.set(path, mine);
    }
    this.projects = projects;
  }

  isDeclared(family: string, name: string): boolean {
    return this.#names.has(`${family} ${name}`);
  }

  /** The file that declares a full name; of several, the one nearest to the user, if unique. */
  full(family: string, name: string, near: string): string | undefined {
    const all = [...new Set(this.#full.get(`${family} ${name}`) ?? [])];
    if (all.length <= 1) return all[0];
    if (all.length > mostDeclaring) return undefined;
    const closeness = all.map(path => sharedFolders(folderOf(path), folderOf(near)));
    const best = Math.max(...closeness);
    const nearest = all.filter((_, at) => closeness[at] === best);
    return nearest.length === 1 ? nearest[0] : undefined;
  }

  /** The only file that declares a type of that name. */
  type(language: string, name: string): string | undefined {
    const all = this.#types.get(`${language} ${name}`);
    return all?.size === 1 ? [...all][0] : undefined;
  }

  /** The files directly in a folder that declare a name. */
  inPackage(name: string, folder: string): readonly string[] {
    return [...new Set(this.#folders.get(`${folder} ${name}`) ?? [])];
  }

  /** The only file directly in a folder that declares a name. */
  inFolder(name: string, folder: string, among?: readonly string[]): string | undefined {
    const found = this.inPackage(name, folder).filter(
      path => !among || among.includes(path.slice(folderOf(path).length + 1)),
    );
    return found.length === 1 ? found[0] : undefined;
  }

  /** The file that declares a Ruby constant, as seen from the file's enclosing modules. */
  constant(written: string, user: GraphFile): string | undefined {
    const absolute = written.startsWith('::');
    const parts = written.replace(/^::/, '').split('::');
    const name = parts.at(-1)!;
    const scope = parts.at(-2);
    const around = this.#modules.get(user.path);
    const found = (this.#constants.get(name) ?? []).filter(({ container }) =>
      scope === undefined
        ? container === undefined || (!absolute && around?.has(container))
        : container === scope,
    );
    const paths = [...new Set(found.map(({ path }) => path))];
    if (paths.length === 1) return paths[0];
    // A module that many files reopen belongs to the file of its name.
    const home = `/${scope === undefined ? '' : `${snake(scope)}/`}${snake(name)}.rb`;
    const homes = paths.filter(path => `/${path}`.endsWith(home));
    if (homes.length === 1) return homes[0];
    // An unknown member is in a known module.
    const outer = written.slice(0, Math.max(0, written.lastIndexOf('::')));
    return paths.length === 0 && outer !== '' ? this.constant(outer, user) : undefined;
  }
}

function snake(constant: string): string {
  return constant.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
