/** `.gitignore` patterns in many folders of a tree, each applying to what is below it. */
import { folderOf } from '../../protocol/folders.ts';
import { IgnoreRules } from './rules.ts';

export interface IgnoreVerdict {
  /** `wanted`: re-included by a `!` pattern. */
  readonly state: 'ignored' | 'wanted' | 'neutral';
  /** The ignored path: itself or its highest ignored parent. */
  readonly at: string;
}

export interface IgnoreTreeOptions {
  /** A folder's patterns (relative to the root, `''` for the root itself), read at most once per folder. */
  readonly patternsOf: (folder: string) => string | undefined;
  /** Patterns for the whole tree that folders' own patterns override. */
  readonly weak?: readonly string[];
  /** Patterns for the whole tree that override folders' own. */
  readonly strong?: readonly string[];
}

const neutral: IgnoreVerdict = { state: 'neutral', at: '' };

/**
 * Same as git: deeper patterns take precedence, within a file the last match decides, and nothing in an ignored folder
 * can be re-included.
 */
export class IgnoreTree {
  readonly #options: IgnoreTreeOptions;
  readonly #weak: IgnoreRules | undefined;
  readonly #strong: IgnoreRules | undefined;
  readonly #rules = new Map<string, IgnoreRules | undefined>();
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
    const isFolder = ending === '/';
    let state = this.#strong?.decide(path, isFolder);
    for (let folder = path; state === undefined && folder !== ''; ) {
      folder = folderOf(folder);
      const below = folder === '' ? path : path.slice(folder.length + 1);
      state = this.#rulesOf(folder)?.decide(below, isFolder);
    }
    state ??= this.#weak?.decide(path, isFolder);
    return state === undefined ? parent : { state, at: path + ending };
  }

  #rulesOf(folder: string): IgnoreRules | undefined {
    if (!this.#rules.has(folder)) {
      const patterns = this.#options.patternsOf(folder);
      this.#rules.set(folder, rulesFrom(patterns));
    }
    return this.#rules.get(folder);
  }
}

function rulesFrom(patterns: string | undefined): IgnoreRules | undefined {
  if (!patterns) return undefined;
  // As git's core.ignoreCase defaults to on these systems.
  const ignoreCase = process.platform === 'win32' || process.platform === 'darwin';
  return new IgnoreRules(patterns, ignoreCase);
}
