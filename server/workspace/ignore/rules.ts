/** One file of patterns in `.gitignore` syntax. */
import { bytesOf, compileGlob, type GlobTest } from './glob.ts';

interface Rule {
  readonly test: GlobTest;
  /** `!pattern`. */
  readonly wanted: boolean;
  readonly foldersOnly: boolean;
  /** The pattern matches a name in any folder below, not a path. */
  readonly byName: boolean;
}

/** Same as git's own limit on path length. */
const longestPattern = 4096;

export class IgnoreRules {
  readonly #rules: readonly Rule[];

  /** @param ignoreCase as git's `core.ignoreCase`, on by default on Windows and macOS */
  constructor(patterns: string, ignoreCase: boolean) {
    this.#rules = patterns
      .replace(/^\uFEFF/, '')
      .split('\n')
      .map(line => ruleOf(line, ignoreCase))
      .filter(rule => rule !== undefined)
      // The last matching pattern decides.
      .reverse();
  }

  /**
   * Applies the patterns to exactly this path; parent folders are decided before.
   * @param path relative to the folder of the patterns, with `/`
   */
  decide(path: string, isFolder: boolean): 'ignored' | 'wanted' | undefined {
    if (this.#rules.length === 0) return undefined;
    const bytes = bytesOf(path);
    const name = bytes.slice(bytes.lastIndexOf('/') + 1);
    for (const { test, wanted, foldersOnly, byName } of this.#rules) {
      if (foldersOnly && !isFolder) continue;
      if (test(byName ? name : bytes)) return wanted ? 'wanted' : 'ignored';
    }
    return undefined;
  }
}

function ruleOf(line: string, ignoreCase: boolean): Rule | undefined {
  let pattern = withoutBlanks(line.endsWith('\r') ? line.slice(0, -1) : line);
  if (pattern === '' || pattern.startsWith('#') || pattern.length > longestPattern) return undefined;
  const wanted = pattern.startsWith('!');
  if (wanted) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const byName = !pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '') return undefined;
  const test = compileGlob(bytesOf(pattern), ignoreCase);
  return test && { test, wanted, foldersOnly, byName };
}

/** Strips trailing blanks, unless the first is escaped. */
function withoutBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ') end--;
  let escapes = 0;
  while (line[end - 1 - escapes] === '\\') escapes++;
  return line.slice(0, escapes % 2 === 1 && end < line.length ? end + 1 : end);
}
