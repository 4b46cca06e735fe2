/** The contents of a build manifest, and helpers for its readers. */

export interface Fact {
  readonly text: string;
  readonly line: number;
}

export interface ManifestCommand extends Fact {
  /** The command line to type; `text` is what it runs, if the manifest says so. */
  readonly name: string;
}

export interface Manifest {
  readonly path: string;
  readonly name?: Fact;
  readonly description?: Fact;
  /** That it is deprecated, abandoned or not ready for use. */
  readonly warning?: Fact;
  /** Paths as written, relative to the manifest's folder. */
  readonly entries: readonly (Fact & { readonly role: string })[];
  readonly commands: readonly ManifestCommand[];
  /** Names of all tasks that can be run, `*` in them for anything; undefined if the file does not define tasks. */
  readonly tasks?: readonly string[];
  /**
   * References to other projects of the repository: paths relative to the manifest's folder, or Gradle modules such as
   * `:core:data`.
   */
  readonly links?: readonly Fact[];
}

export type Said = Omit<Manifest, 'path'>;
export type Reader = (text: string, path: string) => Said;

/** Commands that a tool always offers; since no line states them, they point to the manifest's first. */
export function usual(...commands: readonly string[]): ManifestCommand[] {
  return commands.map(name => ({ name, text: '', line: 1 }));
}

/** One fact per match, with its line: the pattern's first group. */
export function matches(text: string, pattern: RegExp): Fact[] {
  return text.split('\n').flatMap((line, at) => {
    const match = line.length <= longestLine ? pattern.exec(line) : null;
    return match?.[1] === undefined ? [] : [{ text: match[1], line: at + 1 }];
  });
}

const longestLine = 500;

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function quoted(text: string, value: unknown): Fact | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? { text: value.trim().replace(/\s+/g, ' '), line: lineOf(text, value.split('\n')[0]!) }
    : undefined;
}

export function optional<Key extends string>(
  key: Key,
  fact: Fact | undefined,
): { readonly [_ in Key]?: Fact } {
  return (fact === undefined ? {} : { [key]: fact }) as { readonly [_ in Key]?: Fact };
}

/** The line of a string's first occurrence, or 1; `after` skips to a section first. */
export function lineOf(text: string, needle: string, after?: string): number {
  const from = after === undefined ? 0 : Math.max(0, text.indexOf(after));
  return lineAt(text, Math.max(0, text.indexOf(needle, from)));
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
