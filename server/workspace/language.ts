/** Languages by file name: editors' identifiers, and comment syntax. One table for every room. */

export interface Language {
  /** The editor's language identifier, such as `typescriptreact`. */
  readonly id: string;
  readonly name: string;
  /** Openers of line comments. */
  readonly lineComments: readonly string[];
  /** Opener and closer of block comments. */
  readonly blockComments: readonly (readonly [string, string])[];
  /** `code` is executable, as opposed to prose and data. */
  readonly kind: 'code' | 'markup' | 'data' | 'prose';
}

type Row = readonly [
  id: string,
  name: string,
  comments: keyof typeof commentStyles,
  kind: Language['kind'],
  extensions: string,
];

const commentStyles = {
  c: { lineComments: ['//'], blockComments: [['/*', '*/']] },
  hash: { lineComments: ['#'], blockComments: [] },
  php: { lineComments: ['//', '#'], blockComments: [['/*', '*/']] },
  sql: { lineComments: ['--'], blockComments: [['/*', '*/']] },
  lua: { lineComments: ['--'], blockComments: [['--[[', ']]']] },
  haskell: { lineComments: ['--'], blockComments: [['{-', '-}']] },
  lisp: { lineComments: [';'], blockComments: [] },
  percent: { lineComments: ['%'], blockComments: [] },
  ml: { lineComments: [], blockComments: [['(*', '*)']] },
  css: { lineComments: [], blockComments: [['/*', '*/']] },
  xml: { lineComments: [], blockComments: [['<!--', '-->']] },
  batch: { lineComments: ['rem ', 'REM ', '::'], blockComments: [] },
  fortran: { lineComments: ['!'], blockComments: [] },
  vb: { lineComments: ["'"], blockComments: [] },
  none: { lineComments: [], blockComments: [] },
} as const satisfies Record<string, Pick<Language, 'lineComments' | 'blockComments'>>;

const rows: readonly Row[] = [
  ['typescript', 'TypeScript', 'c', 'code', 'ts mts cts'],
  ['typescriptreact', 'TypeScript JSX', 'c', 'code', 'tsx'],
  ['javascript', 'JavaScript', 'c', 'code', 'js mjs cjs'],
  ['javascriptreact', 'JavaScript JSX', 'c', 'code', 'jsx'],
  ['python', 'Python', 'hash', 'code', 'py pyi pyx pxd'],
  ['java', 'Java', 'c', 'code', 'java'],
  ['kotlin', 'Kotlin', 'c', 'code', 'kt kts'],
  ['scala', 'Scala', 'c', 'code', 'scala sc sbt'],
  ['groovy', 'Groovy', 'c', 'code', 'groovy gradle'],
  ['c', 'C', 'c', 'code', 'c h'],
  ['cpp', 'C++', 'c', 'code', 'cc cpp cxx c++ hpp hh hxx h++ inl ipp'],
  ['cuda-cpp', 'CUDA', 'c', 'code', 'cu cuh'],
  ['csharp', 'C#', 'c', 'code', 'cs'],
  ['fsharp', 'F#', 'ml', 'code', 'fs fsi fsx'],
  ['vb', 'Visual Basic', 'vb', 'code', 'vb'],
  ['go', 'Go', 'c', 'code', 'go'],
  ['rust', 'Rust', 'c', 'code', 'rs'],
  ['swift', 'Swift', 'c', 'code', 'swift'],
  ['objective-c', 'Objective-C', 'c', 'code', 'm mm'],
  ['dart', 'Dart', 'c', 'code', 'dart'],
  ['zig', 'Zig', 'c', 'code', 'zig'],
  ['ruby', 'Ruby', 'hash', 'code', 'rb rake gemspec'],
  ['php', 'PHP', 'php', 'code', 'php phtml'],
  ['perl', 'Perl', 'hash', 'code', 'pl pm t'],
  ['lua', 'Lua', 'lua', 'code', 'lua'],
  ['r', 'R', 'hash', 'code', 'r'],
  ['julia', 'Julia', 'hash', 'code', 'jl'],
  ['elixir', 'Elixir', 'hash', 'code', 'ex exs'],
  ['erlang', 'Erlang', 'percent', 'code', 'erl hrl'],
  ['haskell', 'Haskell', 'haskell', 'code', 'hs lhs'],
  ['ocaml', 'OCaml', 'ml', 'code', 'ml mli'],
  ['clojure', 'Clojure', 'lisp', 'code', 'clj cljs cljc edn'],
  ['lisp', 'Lisp', 'lisp', 'code', 'lisp lsp el scm rkt'],
  ['fortran', 'Fortran', 'fortran', 'code', 'f f90 f95 f03 for'],
  ['solidity', 'Solidity', 'c', 'code', 'sol'],
  ['proto', 'Protocol Buffers', 'c', 'code', 'proto'],
  ['graphql', 'GraphQL', 'hash', 'code', 'graphql gql'],
  ['shellscript', 'Shell', 'hash', 'code', 'sh bash zsh fish ksh'],
  ['powershell', 'PowerShell', 'hash', 'code', 'ps1 psm1 psd1'],
  ['bat', 'Batch', 'batch', 'code', 'bat cmd'],
  ['sql', 'SQL', 'sql', 'code', 'sql'],
  ['glsl', 'Shader', 'c', 'code', 'glsl vert frag comp wgsl hlsl metal'],
  ['cmake', 'CMake', 'hash', 'code', 'cmake'],
  ['makefile', 'Makefile', 'hash', 'code', 'mk mak'],
  ['dockerfile', 'Dockerfile', 'hash', 'code', 'dockerfile'],
  ['terraform', 'Terraform', 'hash', 'code', 'tf tfvars hcl'],
  ['nix', 'Nix', 'hash', 'code', 'nix'],
  ['vue', 'Vue', 'xml', 'code', 'vue'],
  ['svelte', 'Svelte', 'xml', 'code', 'svelte'],
  ['html', 'HTML', 'xml', 'markup', 'html htm xhtml'],
  ['xml', 'XML', 'xml', 'markup', 'xml xsd xsl xslt svg'],
  ['css', 'CSS', 'css', 'markup', 'css'],
  ['scss', 'SCSS', 'c', 'markup', 'scss sass'],
  ['less', 'Less', 'c', 'markup', 'less'],
  ['json', 'JSON', 'none', 'data', 'json webmanifest map'],
  ['jsonc', 'JSON with comments', 'c', 'data', 'jsonc json5 code-workspace'],
  ['yaml', 'YAML', 'hash', 'data', 'yaml yml'],
  ['toml', 'TOML', 'hash', 'data', 'toml'],
  ['ini', 'INI', 'hash', 'data', 'ini cfg conf properties editorconfig'],
  ['csv', 'CSV', 'none', 'data', 'csv tsv'],
  ['markdown', 'Markdown', 'xml', 'prose', 'md markdown mdx'],
  ['restructuredtext', 'reStructuredText', 'none', 'prose', 'rst'],
  ['latex', 'LaTeX', 'percent', 'prose', 'tex sty cls'],
  ['plaintext', 'Text', 'none', 'prose', 'txt text'],
];

/** By full name, in lower case. */
const names: ReadonlyMap<string, string> = new Map([
  ['makefile', 'makefile'],
  ['gnumakefile', 'makefile'],
  ['cmakelists.txt', 'cmake'],
  ['dockerfile', 'dockerfile'],
  ['containerfile', 'dockerfile'],
  ['gemfile', 'ruby'],
  ['rakefile', 'ruby'],
  ['podfile', 'ruby'],
  ['jenkinsfile', 'groovy'],
  ['tsconfig.json', 'jsonc'],
  ['.eslintrc', 'jsonc'],
  ['.gitignore', 'ini'],
  ['.gitattributes', 'ini'],
  ['readme', 'plaintext'],
  ['license', 'plaintext'],
]);

const byId = new Map<string, Language>();
const byExtension = new Map<string, Language>();
for (const [id, name, comments, kind, extensions] of rows) {
  const language: Language = { id, name, ...commentStyles[comments], kind };
  byId.set(id, language);
  for (const extension of extensions.split(' ')) byExtension.set(extension, language);
}

const unknown: Language = { id: 'plaintext', name: 'Other', ...commentStyles.none, kind: 'data' };

/** The language of a file, by name alone; `plaintext` of unknown kind if the name does not tell. */
export function languageOf(path: string): Language {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const named = names.get(name);
  if (named !== undefined) return byId.get(named) ?? unknown;
  const dot = name.lastIndexOf('.');
  return (dot >= 0 ? byExtension.get(name.slice(dot + 1)) : undefined) ?? unknown;
}

const interpreters: readonly (readonly [RegExp, string])[] = [
  [/^(?:ruby|jruby)$/, 'ruby'],
  [/^(?:python|pypy)[\d.]*$/, 'python'],
  [/^(?:node|nodejs|bun)$/, 'javascript'],
  [/^(?:deno|tsx|ts-node)$/, 'typescript'],
  [/^(?:ba|z|k|da|a)?sh$/, 'shellscript'],
  [/^perl$/, 'perl'],
  [/^php[\d.]*$/, 'php'],
  [/^lua[\d.]*$/, 'lua'],
];

/** The language of a file; of a program without an extension, the one in its first line, such as `#!/usr/bin/env ruby`. */
export function languageOfText(path: string, text: string): Language {
  const byName = languageOf(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (byName !== unknown || name.includes('.') || !text.startsWith('#!')) return byName;
  const program = /^#! *(?:\S*\/)?([\w.-]+)(?: +(?:-\S+ +)*([\w.-]+))?/.exec(text.slice(0, 200));
  const run = program?.[1] === 'env' ? program[2] : program?.[1];
  const id = run === undefined ? undefined : interpreters.find(([form]) => form.test(run))?.[1];
  return (id === undefined ? undefined : byId.get(id)) ?? byName;
}

/** The same for languages that see each other's names. @param id an editor's identifier */
export function familyOf(id: string): string {
  return families.find(family => family.includes(id))?.[0] ?? id;
}

const families: readonly (readonly string[])[] = [
  ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'],
  ['c', 'cpp', 'cuda-cpp', 'objective-c'],
  ['java', 'kotlin', 'scala', 'groovy'],
];

/** The language with an editor's identifier, if known. */
export function languageById(id: string): Language | undefined {
  return byId.get(id);
}
