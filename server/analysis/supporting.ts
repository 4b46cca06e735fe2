/** Tests, examples, benchmarks, documents and vendored code: files that newcomers seldom look for first. */

/** By kind, so that a kind covering most of a repository can be dropped alone. */
const kinds = {
  test: /(^|\/)(?:tests?|__tests__|specs?|e2e|testing|test[_-]?(?:data|utils?|support|helpers)|mocks?|fuzz|fuzzing|fixtures?|[\w.-]*(?:Tests?|[._-](?:tests?|specs?)))\/|(^|\/)src\/(?:\w*Test\w*|test\w*)\/|[._-](?:test|tests|stories)\.\w+$|[._-]spec\.(?:[cm]?[jt]sx?|coffee|vue|svelte|rb|cr|lua|php|exs?|dart|swift|groovy)$|(?<=[a-z0-9])(?:Tests?|Spec|IT)\.\w+$|(^|\/)(?:test_|conftest|tests?\.\w+$)[^/]*$/,
  example: /(^|\/)(?:_?examples?|demos?|playgrounds?|tutorials?)\//i,
  sample: /(^|\/)samples?\//i,
  bench: /(^|\/)bench(?:marks?|es)?\/|[._-]bench\.\w+$/i,
  document: /(^|\/)docs?\//i,
  tool: /(^|\/)xtask\//,
  copy: /(^|\/)(?:vendor|vendored|third[_-]?party|node_modules|deps|extern(?:al)?(?:[-_](?:crates|deps|libs?|modules|packages|projects|tools))?|subprojects)\//i,
} as const;

export type Supporting = keyof typeof kinds;

/** The kind of supporting file at a path; undefined for the repository's own subject. */
export type SupportingOf = (path: string) => Supporting | undefined;

/** Above this share of a repository's code, the kind is its subject. */
const mostOfCode = 0.5;

/** Java and Kotlin package folders are names: `org/springframework/samples` contains no samples. */
export const packageFolders = /(^|\/)(src\/\w+\/(?:java|kotlin|scala|groovy))\/.*\//;

function kindOf(path: string, among: readonly Supporting[]): Supporting | undefined {
  const shown = path.replace(packageFolders, '$1$2/');
  return among.find(kind => kinds[kind].test(shown));
}

/** Whether a path alone says that it is a test or belongs to one. */
export function isTestPath(path: string): boolean {
  return kindOf(path, ['test']) !== undefined;
}

const all = Object.keys(kinds) as Supporting[];

/** @param files the code of a repository, with sizes */
export function supportingIn(
  files: Iterable<{ readonly path: string; readonly tokens: number }>,
): SupportingOf {
  const sizes = new Map<Supporting, number>();
  let whole = 0;
  for (const { path, tokens } of files) {
    whole += tokens;
    const kind = kindOf(path, all);
    if (kind !== undefined) sizes.set(kind, (sizes.get(kind) ?? 0) + tokens);
  }
  const applied = all.filter(kind => kind === 'test' || (sizes.get(kind) ?? 0) <= mostOfCode * whole);
  const known = new Map<string, Supporting | undefined>();
  return path => {
    if (!known.has(path)) known.set(path, kindOf(path, applied));
    return known.get(path);
  };
}
