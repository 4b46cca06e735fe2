/**
 * Adapts imports by path: a relative import that resolves in one file resolves differently, or not at all, in another.
 */
import { folderOf } from '../protocol/folders.ts';
import { languageOf } from '../workspace/language.ts';

/** The files an import may resolve to. */
export interface KnownFiles {
  /** Whether the list of files is complete. */
  readonly isListed: boolean;
  /** With several open folders, their names, which paths begin with: such folders need not be beside each other. */
  readonly folders?: readonly string[] | undefined;
  has(path: string): boolean;
  /** Undefined for a file that is not stored, or is too large. */
  textOf(path: string): string | undefined;
}

/** A suggested line, and the file it comes from. */
export interface ImportLine {
  /** The whole line, and how much of it has been typed. */
  readonly line: string;
  readonly written: number;
  /** Paths of its source file and of its target file. */
  readonly theirs: string;
  readonly ours: string;
}

/**
 * Rewrites a line's relative import so that it resolves from the target file to the same file.
 * @returns the line unchanged if it has no such import; undefined if the import does not resolve, or cannot follow the
 * text already typed
 */
export function fitImport(asked: ImportLine, files: KnownFiles): string | undefined {
  if (!files.isListed || !/[./:"'\s](?:\.|super|mod)/.test(` ${asked.line}`)) return asked.line;
  const fit = fits[languageOf(asked.ours).id];
  const line = fit === undefined ? asked.line : fit(asked, files);
  return line?.startsWith(asked.line.slice(0, asked.written)) ? line : undefined;
}

type Fit = (asked: ImportLine, files: KnownFiles) => string | undefined;

const fits: Readonly<Record<string, Fit>> = {
  ...Object.fromEntries(
    ['typescript', 'typescriptreact', 'javascript', 'javascriptreact', 'vue', 'svelte'].map(id => [
      id,
      fitScript,
    ]),
  ),
  ...Object.fromEntries(
    ['c', 'cpp', 'cuda-cpp', 'objective-c', 'css', 'scss', 'less'].map(id => [id, fitQuoted]),
  ),
  python: fitPython,
  rust: fitRust,
};

const scriptImport =
  /(?:\bfrom|^\s*import|^\s*export \*|\b(?:require|import|mock|doMock|unmock|importActual|requireActual)\()\s*(?:<[^>]*>\()?(["'])(\.{1,2}(?:\/[^"']*)?)\1/;
const quotedImport = /^\s*(?:#\s*include|@import|@use|@forward)\s*(["'])(\.{1,2}\/[^"']*)\1/;

function fitScript(asked: ImportLine, files: KnownFiles): string | undefined {
  return fitPath(asked, files, scriptImport, scriptForms);
}

function fitQuoted(asked: ImportLine, files: KnownFiles): string | undefined {
  return fitPath(asked, files, quotedImport, quotedForms);
}

function fitPath(
  { line, written, theirs, ours }: ImportLine,
  files: KnownFiles,
  pattern: RegExp,
  formsOf: (base: string) => readonly string[],
): string | undefined {
  const match = pattern.exec(line);
  if (match === null) return line;
  const path = match[2]!;
  const end = match.index + match[0].length - 1;
  // Fully typed: the user's own.
  if (end <= written) return line;
  const names = namesIn(line.slice(0, match.index));
  const leadsTo = (from: string): string | undefined =>
    formsOf(joined(folderOf(from), withoutQuery(path))).find(
      form => files.has(form) && form !== ours && hasNames(files.textOf(form), names),
    );
  const lineWith = (other: string): string => line.slice(0, end - path.length) + other + line.slice(end);
  if (leadsTo(ours) !== undefined) {
    // Files of the same folder are imported from it, not by a way around.
    const here = joined(folderOf(ours), path);
    const isBack = path.startsWith('../') && here.startsWith(`${folderOf(ours)}/`);
    const shorter = isBack ? lineWith(relative(folderOf(ours), here, path)) : line;
    return shorter.startsWith(line.slice(0, written)) ? shorter : line;
  }
  if (!isBeside(theirs, ours, files)) return undefined;
  const base = joined(folderOf(theirs), path);
  if (leadsTo(theirs) === undefined && !(isAsset(path) && theirs !== ours)) return undefined;
  return lineWith(relative(folderOf(ours), base, path));
}

/** `{ a, b as c }` gives `a` and `b`, which the file must export. Default names may differ. */
function namesIn(text: string): string[] {
  const braces = /\{([^}]*)\}/.exec(text)?.[1];
  if (braces === undefined) return [];
  return braces.split(',').flatMap(part => wordsOf(part.replace(/^\s*type\s/, ''))[0] ?? []);
}

function hasNames(text: string | undefined, names: readonly string[]): boolean {
  if (text === undefined || names.length === 0) return true;
  // Wildcard re-exports provide names that the file does not contain.
  if (/^\s*export \*/m.test(text)) return true;
  const words = new Set(wordsOf(text));
  return names.every(name => name === 'default' || words.has(name));
}

const endings = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.vue',
  '.svelte',
  '.d.ts',
  '.json',
];
const indexes = ['/index.ts', '/index.tsx', '/index.js', '/index.jsx', '/index.mjs', '/index.d.ts'];

function scriptForms(base: string): string[] {
  const stripped = base.replace(/\.([cm]?)jsx?$/, '');
  const stems = stripped === base ? [base] : [base, stripped];
  return stems.flatMap(stem => [...endings, ...indexes].map(ending => normalised(stem + ending)));
}

function quotedForms(base: string): string[] {
  const partial = base.replace(/([^/]+)$/, '_$1');
  return [base, ...['.scss', '.css', '.less'].flatMap(ending => [base + ending, partial + ending])];
}

/** An importable file that is not text, so it is not indexed. */
function isAsset(path: string): boolean {
  return /\.(?:svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|wasm|mp[34]|css|scss|less|glsl|txt)(?:\?.*)?$/.test(
    path,
  );
}

const pythonImport = /^(\s*from\s+)(\.+)([\w.]*)(\s+import\b(.*))$/;

function fitPython({ line, written, theirs, ours }: ImportLine, files: KnownFiles): string | undefined {
  const match = pythonImport.exec(line);
  if (match === null) return line;
  const [, from, dots, module, rest, imported] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (from.length + dots.length + module.length < written) return line;
  const names = wordsOf(imported.replace(/\bas\s+\w+/g, ''));
  const baseOf = (file: string): string => up(folderOf(file), dots.length - 1);
  const leadsTo = (file: string): string | undefined => {
    const base = joined(baseOf(file), module.replaceAll('.', '/'));
    const forms = [...(base === '' ? [] : [`${base}.py`, `${base}.pyi`]), joined(base, '__init__.py')];
    const found = forms.find(form => files.has(form) && form !== ours);
    if (found !== undefined && (module === '' || hasNames(files.textOf(found), names))) return found;
    const [first] = names;
    if (first === undefined) return undefined;
    return [`${joined(base, first)}.py`, joined(base, `${first}/__init__.py`)].find(
      form => files.has(form) && form !== ours,
    );
  };
  if (leadsTo(ours) !== undefined) return line;
  if (leadsTo(theirs) === undefined || !isBeside(theirs, ours, files)) return undefined;
  const target = joined(baseOf(theirs), module.replaceAll('.', '/')).split('/').filter(Boolean);
  const here = folderOf(ours).split('/').filter(Boolean);
  let shared = 0;
  while (shared < here.length && shared < target.length && here[shared] === target[shared]) shared++;
  // Packages without a common folder do not import each other relatively.
  if (shared === 0) return undefined;
  return from + '.'.repeat(here.length - shared + 1) + target.slice(shared).join('.') + rest;
}

function fitRust({ line, written, ours }: ImportLine, files: KnownFiles): string | undefined {
  const module = /^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/.exec(line)?.[1];
  const stem = ours.replace(/\.rs$/, '');
  const isRoot = /(?:^|\/)(?:mod|lib|main)$/.test(stem);
  const own = isRoot ? folderOf(ours) : stem;
  if (module !== undefined)
    return moduleForms(joined(own, module)).some(form => files.has(form)) ? line : undefined;
  const used = /^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+((?:super::)+)(\w+)/.exec(line);
  if (used === null || used[0].length < written) return line;
  const ups = used[1]!.split('super').length - 1;
  const base = up(isRoot ? folderOf(folderOf(ours)) : folderOf(ours), ups - 1);
  const name = used[2]!;
  if (moduleForms(joined(base, name)).some(form => files.has(form))) return line;
  const parents = [...moduleForms(base), joined(base, 'lib.rs'), joined(base, 'main.rs'), ours];
  const isKnown = parents.some(form => files.has(form) && hasNames(files.textOf(form), [name]));
  return isKnown || parents.every(form => !files.has(form)) ? line : undefined;
}

function moduleForms(base: string): string[] {
  return [`${base}.rs`, joined(base, 'mod.rs')];
}

/** Whether a relative path leads from one file to the other: not between open folders, and not from outside of them. */
function isBeside(theirs: string, ours: string, { folders = [] }: KnownFiles): boolean {
  if (/^(?:[/\\]|[a-z]:[/\\])/i.test(ours)) return theirs === ours;
  return folders.length === 0 || theirs.split('/', 1)[0] === ours.split('/', 1)[0];
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

function up(folder: string, levels: number): string {
  return levels <= 0 ? folder : up(folderOf(folder), levels - 1);
}

function joined(folder: string, path: string): string {
  return normalised(`${folder}/${path}`);
}

function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    // Kept above the root, where nothing resolves.
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/, '');
}

/** A path relative to a folder, with a leading `./` or `../`, and a trailing slash if the model has one. */
function relative(folder: string, path: string, model: string): string {
  const from = folder.split('/').filter(Boolean);
  const to = path.split('/').filter(Boolean);
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  const ups = from.length - shared;
  const down = to.slice(shared).join('/');
  const head = ups === 0 ? '.' : Array.from({ length: ups }, () => '..').join('/');
  const plain = down === '' ? head : `${head}/${down}`;
  return model.endsWith('/') && !plain.endsWith('/') ? `${plain}/` : plain;
}
