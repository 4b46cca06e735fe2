/** The summary of a repository or of a part of it. Every statement in it is a text of the repository, with its place. */
import type { KeyFile, KeySymbol, Part, RunCommand, Statement, Summary } from '../protocol/requests.ts';
import { languageOf } from '../workspace/language.ts';
import { type GraphFile, rank } from './graph.ts';
import { isManifest, type Manifest, readManifest } from './manifests.ts';
import { outline } from './outline.ts';
import { openingSentence, proseSentences } from './sentences.ts';

/** What a summary is made from: the files that were read, as they were read. */
export interface SummarySource {
  readonly name: string;
  files(): Iterable<{ readonly path: string; readonly tokens: number }>;
  /** Nothing for a file that is gone by now. */
  textOf(path: string): string | undefined;
}

export interface SummaryOptions {
  /** A folder or file; everything without it. */
  readonly path?: string;
  /** The most tokens that all texts together may have; the least important go first. */
  readonly budget?: number;
  readonly countTokens?: (text: string) => number;
}

const keyFileCount = 20;
const keySymbolCount = 30;
const startHereCount = 7;
const overviewSentences = 5;
/** A folder with more files than this is shown with its most central files only. */
const filesShownPerFolder = 200;

/**
 * @returns a summary, whose lists are empty where the repository says nothing.
 * @throws RangeError when `path` names nothing that was read.
 */
export async function summarize(
  source: SummarySource,
  options: SummaryOptions = {},
  signal?: AbortSignal,
): Promise<Summary> {
  const facts = await collectFacts(source, signal);
  const ranked = rank([...facts.values()].filter(file => file.code));
  signal?.throwIfAborted();
  const scope =
    options.path === undefined || options.path === '' || options.path === '.'
      ? undefined
      : options.path.replace(/\/+$/, '');
  const inScope = (path: string): boolean =>
    scope === undefined || path === scope || path.startsWith(`${scope}/`);
  const paths = [...facts.keys()].filter(inScope);
  if (paths.length === 0 && scope !== undefined)
    throw new RangeError(`Nothing that was read has the path "${scope}".`);

  const rankOf = (path: string): number => ranked.files.get(path)?.rank ?? 0;
  const statementOf = (path: string): Statement | undefined => facts.get(path)?.statement;
  const root = buildTree(paths, facts, scope ?? '', rankOf);
  const keyFiles = paths
    .filter(path => facts.get(path)!.code)
    .sort((left, right) => rankOf(right) - rankOf(left) || compare(left, right))
    .slice(0, keyFileCount)
    .map(
      (path): KeyFile => keyFile(path, facts.get(path)!, rankOf(path), ranked.files.get(path)?.usedBy ?? 0),
    );
  const keySymbols = ranked.symbols
    .filter(symbol => inScope(symbol.path))
    .slice(0, keySymbolCount)
    .map(
      ({ path, definition, uses }): KeySymbol => ({
        name: definition.name,
        kind: definition.kind,
        path,
        line: definition.line,
        uses,
      }),
    );
  const summary: Summary = {
    name: scope?.slice(scope.lastIndexOf('/') + 1) ?? source.name,
    overview: overview(paths, facts, source, scope ?? ''),
    parts: root,
    startHere: startHere(paths, facts, keyFiles, scope ?? ''),
    keyFiles,
    keySymbols,
    commands: paths.flatMap(path => (depth(path, scope) <= 1 ? commandsOf(facts.get(path)!.manifest) : [])),
    statements: [],
  };
  const statements = [
    ...summary.overview,
    ...summary.startHere.flatMap(file => statementOf(file.path) ?? []),
    ...flatten(root).flatMap(part => part.statement ?? []),
  ];
  return withinBudget({ ...summary, statements: distinct(statements) }, options);
}

interface FileFacts extends GraphFile {
  readonly tokens: number;
  readonly code: boolean;
  readonly statement?: Statement;
  readonly manifest?: Manifest;
}

async function collectFacts(
  source: SummarySource,
  signal: AbortSignal | undefined,
): Promise<Map<string, FileFacts>> {
  const facts = new Map<string, FileFacts>();
  let since = performance.now();
  for (const { path, tokens } of source.files()) {
    // Reading facts must not hold up completions: give way every few milliseconds.
    if (performance.now() - since > 8) {
      await new Promise(resolve => setImmediate(resolve));
      signal?.throwIfAborted();
      since = performance.now();
    }
    const text = source.textOf(path);
    if (text === undefined) continue;
    const code = languageOf(path).kind === 'code';
    const { definitions, imports } = outline(path, text);
    const manifest = isManifest(path) ? readManifest(path, text) : undefined;
    const sentence =
      manifest?.description ?? openingSentence(path, text) ?? structuralLine(path, text, definitions);
    facts.set(path, {
      path,
      tokens,
      code,
      definitions,
      imports,
      uses: code ? identifierUses(text) : new Map(),
      ...(sentence && { statement: { text: sentence.text, path, line: sentence.line, generated: false } }),
      ...(manifest && { manifest }),
    });
  }
  return facts;
}

/** Where a file has no sentence: what it defines, in its own names. */
function structuralLine(
  path: string,
  text: string,
  definitions: readonly { name: string; line: number; exported: boolean }[],
) {
  const shown = definitions.filter(definition => definition.exported);
  const named = shown.length > 0 ? shown : definitions;
  if (named.length === 0) {
    const heading = languageOf(path).kind === 'prose' ? /^#+\s+(\S.*)$/m.exec(text) : null;
    return heading
      ? { text: heading[1]!.trim(), line: text.slice(0, heading.index).split('\n').length }
      : undefined;
  }
  const names = named.slice(0, 4).map(definition => definition.name);
  const more = named.length - names.length;
  return {
    text: `${shown.length > 0 ? 'Exports' : 'Defines'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    line: named[0]!.line,
  };
}

const identifier = /[A-Za-z_$][\w$]{2,}/g;

function identifierUses(text: string): Map<string, number> {
  const uses = new Map<string, number>();
  for (const [name] of text.matchAll(identifier)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

function overview(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  source: SummarySource,
  scope: string,
): Statement[] {
  if (paths.length === 1 && paths[0] === scope) {
    const statement = facts.get(scope)?.statement;
    return statement ? [statement] : [];
  }
  const statements: Statement[] = [];
  const here = paths.filter(path => folderOf(path) === scope);
  for (const path of here) {
    const description = facts.get(path)?.manifest?.description;
    if (description)
      statements.push({ text: description.text, path, line: description.line, generated: false });
  }
  const readme = here.find(path => isReadme(path));
  if (readme !== undefined) {
    const text = source.textOf(readme) ?? '';
    for (const sentence of proseSentences(text, overviewSentences))
      statements.push({ ...sentence, path: readme, generated: false });
  }
  for (const path of here) {
    const statement = isFolderIndex(path) ? facts.get(path)?.statement : undefined;
    if (statement) statements.push(statement);
  }
  return distinct(statements).slice(0, overviewSentences);
}

/** README first, then what the manifests call entry points, then documents on the structure, then the most central files. */
function startHere(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  keyFiles: readonly KeyFile[],
  scope: string,
): KeyFile[] {
  const chosen = new Map<string, KeyFile>();
  const add = (path: string, why: string): void => {
    if (!chosen.has(path))
      chosen.set(path, {
        path,
        line: facts.get(path)?.statement?.line ?? 1,
        score: 1 - chosen.size / 100,
        why,
      });
  };
  for (const path of paths)
    if (folderOf(path) === scope && isReadme(path)) add(path, 'what the project says about itself');
  for (const path of paths) {
    if (
      depth(path, scope) <= 1 &&
      /(^|\/)(architecture|design|overview|hacking|internals)\.(md|rst|txt)$/i.test(path)
    )
      add(path, 'about the structure');
  }
  const manifests = paths
    .flatMap(path => facts.get(path)?.manifest ?? [])
    .sort((left, right) => depth(left.path, scope) - depth(right.path, scope));
  const known = new Set(paths);
  for (const manifest of manifests.slice(0, 4)) {
    for (const entry of manifest.entries) {
      const path = sourceOf(folderOf(manifest.path), entry.text, known);
      if (path !== undefined && chosen.size < startHereCount - 2)
        add(path, `${entry.role} in ${manifest.path}`);
    }
  }
  for (const file of keyFiles) if (chosen.size < startHereCount) add(file.path, file.why);
  return [...chosen.values()];
}

/** An entry point names what is built (`dist/index.js`); the file to read is its source. */
function sourceOf(folder: string, entry: string, known: ReadonlySet<string>): string | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const clean = entry.replace(/^\.\//, '');
  const stem = clean.replace(/(\.d)?\.\w+$/, '');
  const name = stem.slice(stem.lastIndexOf('/') + 1);
  const stems = [
    stem,
    `src/${stem}`,
    stem.replace(/^(?:dist|lib|build|out|cjs|esm)\//, 'src/'),
    stem.replace(/^(?:dist|lib|build|out)\//, ''),
    `src/${name}`,
    `lib/${name}`,
  ];
  const direct = prefix + clean;
  if (known.has(direct)) return direct;
  for (const candidate of stems) {
    for (const extension of ['ts', 'tsx', 'mts', 'js', 'mjs', 'cjs', 'jsx', 'py', 'rs']) {
      const path = `${prefix}${candidate}.${extension}`;
      if (known.has(path)) return path;
    }
  }
  return undefined;
}

function keyFile(path: string, facts: FileFacts, score: number, usedBy: number): KeyFile {
  const exported = facts.definitions.filter(definition => definition.exported).length;
  const why =
    usedBy > 0
      ? `used by ${usedBy} ${usedBy === 1 ? 'file' : 'files'}`
      : exported > 0
        ? `defines ${exported} names`
        : 'stands alone';
  return { path, line: facts.statement?.line ?? 1, score, why };
}

function commandsOf(manifest: Manifest | undefined): RunCommand[] {
  return (manifest?.commands ?? []).map(command => ({
    name: command.name,
    command: command.text,
    path: manifest!.path,
    line: command.line,
  }));
}

interface MutablePart {
  path: string;
  kind: Part['kind'];
  files: number;
  tokens: number;
  statement?: Statement;
  children: MutablePart[];
}

function buildTree(
  paths: readonly string[],
  facts: ReadonlyMap<string, FileFacts>,
  scope: string,
  rankOf: (path: string) => number,
): Part[] {
  const root: MutablePart = { path: scope, kind: 'folder', files: 0, tokens: 0, children: [] };
  const folders = new Map<string, MutablePart>([[scope, root]]);
  const folder = (path: string): MutablePart => {
    let found = folders.get(path);
    if (found === undefined) {
      found = { path, kind: 'folder', files: 0, tokens: 0, children: [] };
      folders.set(path, found);
      folder(folderOf(path)).children.push(found);
    }
    return found;
  };
  for (const path of paths) {
    const { tokens, statement } = facts.get(path)!;
    if (path === scope) {
      root.children.push({
        path,
        kind: 'file',
        files: 1,
        tokens,
        ...(statement && { statement }),
        children: [],
      });
      continue;
    }
    folder(folderOf(path)).children.push({
      path,
      kind: 'file',
      files: 1,
      tokens,
      ...(statement && { statement }),
      children: [],
    });
    for (let at = folderOf(path); ; at = folderOf(at)) {
      const part = folder(at);
      part.files++;
      part.tokens += tokens;
      if (at === scope) break;
    }
  }
  for (const part of folders.values()) {
    const speaker =
      part.children.find(child => child.kind === 'file' && isReadme(child.path) && child.statement) ??
      part.children.find(
        child =>
          child.kind === 'file' && isManifest(child.path) && facts.get(child.path)?.manifest?.description,
      ) ??
      part.children.find(
        child => child.kind === 'file' && isFolderIndex(child.path) && isSpoken(child.statement),
      );
    if (speaker?.statement) part.statement = speaker.statement;
    const files = part.children.filter(child => child.kind === 'file');
    if (files.length > filesShownPerFolder) {
      const kept = new Set(
        files.sort((left, right) => rankOf(right.path) - rankOf(left.path)).slice(0, filesShownPerFolder),
      );
      part.children = part.children.filter(child => child.kind === 'folder' || kept.has(child));
    }
    part.children.sort((left, right) =>
      left.kind === right.kind ? compare(left.path, right.path) : left.kind === 'folder' ? -1 : 1,
    );
  }
  return root.children;
}

/** A folder is not described by a list of names its index exports. */
function isSpoken(statement: Statement | undefined): boolean {
  return statement !== undefined && !/^(Exports|Defines) /.test(statement.text);
}

function withinBudget(summary: Summary, options: SummaryOptions): Summary {
  const budget = options.budget;
  if (budget === undefined) return summary;
  const count = options.countTokens ?? (text => Math.ceil(text.length / 3));
  let left = budget;
  const kept = new Set<string>();
  const statements = summary.statements.filter(statement => {
    const cost = count(`${statement.path}:${statement.line} ${statement.text}\n`);
    if (cost > left) return false;
    left -= cost;
    kept.add(key(statement));
    return true;
  });
  const prune = (part: Part): Part => {
    const { statement, ...rest } = part;
    return {
      ...rest,
      ...(statement && kept.has(key(statement)) && { statement }),
      children: part.children.map(prune),
    };
  };
  return {
    ...summary,
    overview: summary.overview.filter(statement => kept.has(key(statement))),
    parts: summary.parts.map(prune),
    statements,
  };
}

function key(statement: Statement): string {
  return `${statement.path}:${statement.line}:${statement.text}`;
}

/** One of each text: a package and its README often say the same. */
function distinct(statements: readonly Statement[]): Statement[] {
  const seen = new Set<string>();
  return statements.filter(({ text }) => {
    const form = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    if (seen.has(form)) return false;
    seen.add(form);
    return true;
  });
}

function flatten(parts: readonly Part[]): Part[] {
  return parts.flatMap(part => [part, ...flatten(part.children)]);
}

function isReadme(path: string): boolean {
  return /(^|\/)readme(\.(md|markdown|rst|txt|adoc))?$/i.test(path);
}

function isFolderIndex(path: string): boolean {
  return /(^|\/)(__init__\.py|index\.[jt]sx?|index\.mts|mod\.rs|lib\.rs|main\.rs|doc\.go|package-info\.java)$/.test(
    path,
  );
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function depth(path: string, scope: string | undefined): number {
  const rest = scope ? path.slice(scope.length + 1) : path;
  return rest.split('/').length - 1;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
