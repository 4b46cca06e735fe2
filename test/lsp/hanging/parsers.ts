/**
 * The functions that apply patterns or grammars to text of a repository, by module. Each is made to hang on a file of
 * its own: the one that holds its mark.
 */

export interface Hanging {
  /** Under `server/`. */
  readonly module: string;
  readonly name: string;
  /** A file for which the function is called, with its text around the mark. */
  readonly path: string;
  readonly text: (mark: string) => string;
  /** When it is called: as the repository is read, for a summary, or on a document that is opened. */
  readonly when: 'reading' | 'summary' | 'document';
}

const code = (mark: string): string =>
  `/** Adds. ${mark} */\nexport function add(): number {\n  return 1;\n}\n`;
const prose = (mark: string): string => `# Title\n\nThis tool sorts lines. ${mark}\n`;

export const parsers: readonly Hanging[] = [
  { module: 'workspace/text', name: 'decode', path: 'decode.ts', text: code, when: 'reading' },
  {
    module: 'workspace/notebook',
    name: 'cellsOf',
    path: 'cells.ipynb',
    text: mark => JSON.stringify({ cells: [{ cell_type: 'code', source: [`x = 1 # ${mark}`] }] }),
    when: 'reading',
  },
  {
    module: 'workspace/content',
    name: 'verdictOnSignature',
    path: 'signature.ts',
    text: code,
    when: 'reading',
  },
  { module: 'workspace/content', name: 'verdictOnLines', path: 'lines.ts', text: code, when: 'reading' },
  { module: 'workspace/secrets/find', name: 'mayHoldSecret', path: 'secret.ts', text: code, when: 'reading' },
  {
    module: 'workspace/attributes',
    name: 'generatedPatterns',
    path: 'sub/.gitattributes',
    text: mark => `# ${mark}\n`,
    when: 'reading',
  },
  {
    module: 'workspace/ignore/rules',
    name: 'IgnoreRules',
    path: '.longsightignore',
    text: mark => `# ${mark}\nno.ts\n`,
    when: 'reading',
  },
  { module: 'sequence/render', name: 'renderFile', path: 'render.ts', text: code, when: 'reading' },
  { module: 'syntax/outline', name: 'outline', path: 'outline.ts', text: code, when: 'summary' },
  {
    module: 'syntax/uses',
    name: 'usesIn',
    path: 'uses.py',
    text: mark => `import os\nX = os.getcwd() # ${mark}\n`,
    when: 'summary',
  },
  {
    module: 'syntax/routes',
    name: 'routesIn',
    path: 'routes.js',
    text: mark => `app.get('/x', f); // ${mark}\n`,
    when: 'summary',
  },
  { module: 'documents/blocks', name: 'blocksOf', path: 'blocks.md', text: prose, when: 'summary' },
  {
    module: 'manifests/manifests',
    name: 'readManifest',
    path: 'one/package.json',
    text: mark => `{"name": "a", "description": "${mark}"}`,
    when: 'summary',
  },
  {
    module: 'analysis/comments',
    name: 'fileSentences',
    path: 'comments.go',
    text: mark => `// Package a sorts. ${mark}\npackage a\n`,
    when: 'summary',
  },
  { module: 'fitting/context', name: 'contextOf', path: 'asked.ts', text: code, when: 'document' },
  { module: 'workspace/secrets/find', name: 'mayHoldSecret', path: 'typed.ts', text: code, when: 'document' },
];

export function markOf({ module, name, path }: Pick<Hanging, 'module' | 'name' | 'path'>): string {
  return `hang ${module} ${name} ${path}`.replace(/\W/g, '-');
}
