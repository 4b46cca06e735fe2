/** Patterns in `.gitignore` syntax that lie in many folders of a tree, each for what is below it. */
import ignore, { type Ignore } from 'ignore';

export interface IgnoreVerdict {
  /** `wanted`: a pattern with `!` asks for it. */
  readonly state: 'ignored' | 'wanted' | 'neutral';
  /** What was ignored: the path itself or the highest ignored folder above it. */
  readonly at: string;
}

export interface IgnoreTreeOptions {
  /** Patterns that lie in a folder (relative to the root, `''` for the root itself), read at most once a folder. */
  readonly patternsOf: (folder: string) => string | undefined;
  /** Patterns for the whole tree that the ones in its folders override. */
  readonly weak?: readonly string[];
  /** Patterns for the whole tree that override the ones in its folders. */
  readonly strong?: readonly string[];
}

const neutral: IgnoreVerdict = { state: 'neutral', at: '' };

/**
 * As git does it: what lies deeper decides first, within one set the last pattern that matches decides, and nothing in
 * an ignored folder can be asked for again.
 */
export class IgnoreTree {
  readonly #options: IgnoreTreeOptions;
  readonly #weak: Ignore | undefined;
  readonly #strong: Ignore | undefined;
  readonly #rules = new Map<string, Ignore | undefined>();
  readonly #folders = new Map<string, IgnoreVerdict>([['', neutral]]);

  constructor(options: IgnoreTreeOptions) {
    this.#options = options;
    this.#weak = rulesFrom(options.weak?.join('\n'));
    this.#strong = rulesFrom(options.strong?.join('\n'));
  }

  ofFile(path: string): IgnoreVerdict {
    return this.#decide(path, '');
  }

  ofFolder(path: string): IgnoreVerdict {
    let verdict = this.#folders.get(path);
    if (verdict === undefined) {
      verdict = this.#decide(path, '/');
      this.#folders.set(path, verdict);
    }
    return verdict;
  }

  #decide(path: string, ending: '' | '/'): IgnoreVerdict {
    const parent = this.ofFolder(folderOf(path));
    if (parent.state === 'ignored') return parent;
    let state = decide(this.#strong, path, ending);
    for (let folder = path; state === undefined && folder !== ''; ) {
      folder = folderOf(folder);
      state = decide(this.#rulesOf(folder), folder === '' ? path : path.slice(folder.length + 1), ending);
    }
    state ??= decide(this.#weak, path, ending);
    return state === undefined ? parent : { state, at: path + ending };
  }

  #rulesOf(folder: string): Ignore | undefined {
    if (!this.#rules.has(folder)) {
      const patterns = this.#options.patternsOf(folder);
      this.#rules.set(folder, rulesFrom(patterns));
    }
    return this.#rules.get(folder);
  }
}

function rulesFrom(patterns: string | undefined): Ignore | undefined {
  if (!patterns) return undefined;
  // As git's core.ignoreCase is set by default on these systems.
  const ignorecase = process.platform === 'win32' || process.platform === 'darwin';
  return ignore({ ignorecase }).add(patterns);
}

function decide(rules: Ignore | undefined, path: string, ending: '' | '/'): 'ignored' | 'wanted' | undefined {
  if (rules === undefined || !ignore.isPathValid(path)) return undefined;
  const result = rules.test(path + ending);
  if (result.unignored) return 'wanted';
  if (!result.ignored) return undefined;
  // The caller knows that the folder above is not ignored. Where these rules alone would ignore it, deeper ones have
  // overruled them, and they must not come back through its children.
  const parent = folderOf(path);
  return parent !== '' && rules.test(`${parent}/`).ignored ? undefined : 'ignored';
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
