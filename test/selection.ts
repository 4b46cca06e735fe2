/** Which test files a command line names. */

/** In order of cost: the suite that fails soonest runs first. */
export const suiteNames = ['unit', 'kernels', 'reproductions', 'weights', 'lsp', 'editor'] as const;

export interface TestSuite {
  readonly name: (typeof suiteNames)[number];
  /** Relative to the root, sorted. */
  readonly files: readonly string[];
}

export interface TestSelection {
  /** Suites with at least one selected file, in order. */
  readonly suites: readonly TestSuite[];
  /** Options for node's test runner, such as `--test-name-pattern=…` or `--inspect-brk`. */
  readonly options: readonly string[];
}

/**
 * Selects test files by suite (`lsp`), by path (`test/unit/tokens/bpe.test.ts`) or by any part of one (`tokens/`, `bpe`).
 * @param all every test file, relative to the root
 * @param words the command line; words that begin with `-` are options of node's test runner
 * @returns the selection, or what is wrong with the words
 */
export function select(
  all: readonly string[],
  words: readonly string[],
): TestSelection | { readonly problem: string } {
  const options = words.filter(word => word.startsWith('-'));
  const names = words.filter(word => !word.startsWith('-'));
  const chosen = new Set<string>();
  for (const name of names) {
    const matching = matches(all, name);
    if (matching.length === 0) {
      return { problem: `No suite or test file matches "${name}". The suites are ${suiteNames.join(', ')}.` };
    }
    for (const file of matching) chosen.add(file);
  }
  const files = (names.length === 0 ? [...all] : [...chosen]).sort();
  const suites = suiteNames
    .map(name => ({ name, files: files.filter(file => suiteOf(file) === name) }))
    .filter(suite => suite.files.length > 0);
  return { suites, options };
}

/** Whether the options watch files or wait for a debugger, so that the run has no result to count. */
export function isInteractive(options: readonly string[]): boolean {
  return options.some(option => /^--(watch|inspect)/.test(option));
}

function matches(all: readonly string[], name: string): string[] {
  if (suiteNames.some(suite => suite === name)) return all.filter(file => suiteOf(file) === name);
  const part = name.replaceAll('\\', '/').replace(/^\.\//, '');
  const exact = all.filter(file => file === part);
  return exact.length > 0 ? exact : all.filter(file => file.includes(part));
}

function suiteOf(file: string): string | undefined {
  return file.split('/')[1];
}
