/** What build manifests say in so many words: name, purpose, entry points, commands. */
import { parse as parseToml } from 'smol-toml';
import { LineIndex } from './line-index.ts';

export interface Fact {
  readonly text: string;
  readonly line: number;
}

export interface Manifest {
  readonly path: string;
  readonly name?: Fact;
  readonly description?: Fact;
  /** Paths as the manifest writes them, relative to its folder. */
  readonly entries: readonly (Fact & { readonly role: string })[];
  readonly commands: readonly (Fact & { readonly name: string })[];
}

type Reader = (text: string, lines: LineIndex) => Omit<Manifest, 'path'>;

const readers: ReadonlyMap<string, Reader> = new Map([
  ['package.json', readPackageJson],
  ['pyproject.toml', readPyproject],
  ['cargo.toml', readCargo],
  ['go.mod', readGoMod],
  ['pom.xml', readPom],
  ['cmakelists.txt', readCMake],
  ['makefile', readMakefile],
  ['setup.py', readSetupPy],
  ['setup.cfg', readSetupCfg],
]);

/** Longer ones are data. */
const longestManifest = 1 << 18;
/** In characters; what a line says stands at its beginning. */
const longestLine = 1000;
/** Of entries, and of commands: more than anyone reads. */
const mostListed = 100;

export function isManifest(path: string): boolean {
  return readers.has(baseName(path));
}

/** @returns nothing for a file that is no manifest or cannot be parsed: a broken manifest is no news for a summary. */
export function readManifest(path: string, text: string): Manifest | undefined {
  const reader = readers.get(baseName(path));
  if (reader === undefined || text.length > longestManifest) return undefined;
  try {
    return { path, ...reader(text, new LineIndex(text)) };
  } catch {
    return undefined;
  }
}

/** By the name under which other packages import it, a package's folder. */
export function packageFolders(manifests: readonly Manifest[]): Map<string, string> {
  const folders = new Map<string, string>();
  for (const { path, name } of manifests) {
    if (name === undefined) continue;
    // Rust writes a crate's dashes as underscores.
    const imported = baseName(path) === 'cargo.toml' ? name.text.replaceAll('-', '_') : name.text;
    if (!folders.has(imported)) folders.set(imported, path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  return folders;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

function readPackageJson(text: string, lines: LineIndex): Omit<Manifest, 'path'> {
  const json = record(JSON.parse(text));
  const entries: (Fact & { role: string })[] = [];
  const add = (value: unknown, role: string): void => {
    if (entries.length >= mostListed) return;
    if (typeof value === 'string') entries.push({ text: value, role, line: lines.lineOf(`"${value}"`) });
    else for (const inner of Object.values(record(value))) add(inner, role);
  };
  for (const field of ['main', 'module', 'browser', 'bin', 'exports', 'source'])
    add(json[field], field === 'bin' ? 'command' : 'entry point');
  const scripts = record(json['scripts']);
  return {
    ...optional('name', quoted(lines, json['name'])),
    ...optional('description', quoted(lines, json['description'])),
    entries,
    commands: Object.entries(scripts)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .filter(([name]) => !isHook(name, scripts))
      .slice(0, mostListed)
      .map(([name, command]) => ({
        name: `${packageManager(json)} run ${name}`,
        text: command,
        line: lines.lineOf(`"${name}"`, '"scripts"'),
      })),
  };
}

/** What the package manager runs by itself. */
function isHook(name: string, scripts: Record<string, unknown>): boolean {
  const base = /^(?:pre|post)(.+)$/.exec(name)?.[1];
  return (
    (base !== undefined &&
      (Object.hasOwn(scripts, base) || /^(?:install|publish|pack|version|prepare)$/.test(base))) ||
    /^(?:prepare|prepublishOnly|prepack|install|dependencies)$/.test(name)
  );
}

function packageManager(json: Record<string, unknown>): string {
  const preinstall = JSON.stringify(record(json['scripts'])['preinstall'] ?? '');
  const named = /^"(npm|pnpm|yarn|bun)@/.exec(JSON.stringify(json['packageManager'] ?? ''))?.[1];
  return named ?? /only-allow (\w+)/.exec(preinstall)?.[1] ?? 'npm';
}

function readPyproject(text: string, lines: LineIndex): Omit<Manifest, 'path'> {
  const toml = record(parseToml(text));
  const project = record(toml['project']);
  const poetry = record(record(toml['tool'])['poetry']);
  const scripts = { ...record(poetry['scripts']), ...record(project['scripts']) };
  return {
    ...optional('name', quoted(lines, project['name'] ?? poetry['name'])),
    ...optional('description', quoted(lines, project['description'] ?? poetry['description'])),
    entries: Object.values(scripts)
      .filter(value => typeof value === 'string')
      .slice(0, mostListed)
      .map(value => ({ text: pythonModule(value), role: 'command', line: lines.lineOf(value) })),
    commands: Object.entries(scripts)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .slice(0, mostListed)
      .map(([name, target]) => ({ name, text: target, line: lines.lineOf(target) })),
  };
}

function readCargo(text: string, lines: LineIndex): Omit<Manifest, 'path'> {
  const toml = record(parseToml(text));
  const crate = record(toml['package']);
  const paths = [record(toml['lib'])['path'], ...list(toml['bin']).map(bin => record(bin)['path'])];
  const entries = paths
    .filter(value => typeof value === 'string')
    .slice(0, mostListed)
    .map(value => ({ text: value, role: 'entry point', line: lines.lineOf(value) }));
  const line = lines.lineOf('[package]');
  const usual = ['src/main.rs', 'src/lib.rs'].map(value => ({ text: value, role: 'entry point', line }));
  return {
    ...optional('name', quoted(lines, crate['name'])),
    ...optional('description', quoted(lines, crate['description'])),
    entries: [...entries, ...(toml['package'] ? usual : [])],
    // Cargo needs no script: the manifest alone makes these work.
    commands: ['build', 'test'].map(name => ({ name: `cargo ${name}`, text: '', line: 1 })),
  };
}

function readGoMod(text: string, lines: LineIndex): Omit<Manifest, 'path'> {
  const name = /^module[ \t]+(\S{1,500})/m.exec(text)?.[1];
  return {
    ...optional('name', name === undefined ? undefined : { text: name, line: lines.lineOf('module') }),
    entries: [{ text: 'main.go', role: 'entry point', line: 1 }],
    // As with Cargo.
    commands: ['build', 'test'].map(name => ({ name: `go ${name} ./...`, text: '', line: 1 })),
  };
}

function readPom(text: string, lines: LineIndex): Omit<Manifest, 'path'> {
  // The project's own elements come before its dependencies', which are the only deeper ones with these names.
  const parent = text.indexOf('<parent>');
  const parentEnd = parent < 0 ? -1 : text.indexOf('</parent>', parent);
  const element = (tag: string): Fact | undefined => {
    const open = `<${tag}>`;
    for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, at + 1)) {
      if (parentEnd >= 0 && at > parent && at < parentEnd) continue;
      const end = text.indexOf('<', at + open.length);
      if (end < 0) return undefined;
      const value = text.slice(at + open.length, end).trim();
      if (value !== '' && text.startsWith(`</${tag}>`, end))
        return { text: value.replace(/\s+/g, ' '), line: lines.lineAt(at) };
    }
    return undefined;
  };
  return {
    ...optional('name', element('name') ?? element('artifactId')),
    ...optional('description', element('description')),
    entries: [],
    commands: [],
  };
}

function readCMake(text: string, lines: LineIndex): Omit<Manifest, 'path'> {
  const calls = callsIn(text, /^(?:project|add_executable)\b/i);
  const project = calls.find(({ code }) => /^project/i.test(code));
  const name = project && /^project\s*\(\s*([\w.-]+)/i.exec(project.code)?.[1];
  const description = /\bDESCRIPTION\s{1,100}"([^"]{1,1000})"/.exec(text);
  const entries = calls.flatMap(({ code, start }) => {
    const file = /^add_executable\s*\(\s*[\w${}.-]+\s+([\w/.-]+\.\w+)/i.exec(code)?.[1];
    return file === undefined ? [] : [{ text: file, role: 'executable', line: lines.lineAt(start) }];
  });
  return {
    ...optional('name', name === undefined ? undefined : { text: name, line: lines.lineAt(project!.start) }),
    ...optional(
      'description',
      description ? { text: description[1]!, line: lines.lineAt(description.index) } : undefined,
    ),
    entries: entries.slice(0, mostListed),
    commands: [],
  };
}

/** Commands that begin a line, with what follows them as far as it may matter. */
function callsIn(text: string, command: RegExp): { readonly code: string; readonly start: number }[] {
  const calls: { code: string; start: number }[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const code = line.slice(0, longestLine).trimStart();
    if (command.test(code) && calls.length < mostListed) {
      const start = offset + Math.min(line.length, longestLine) - code.length;
      calls.push({ code: text.slice(start, start + longestLine), start });
    }
    offset += line.length + 1;
  }
  return calls;
}

function readMakefile(text: string): Omit<Manifest, 'path'> {
  const commands: (Fact & { name: string })[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^([a-z][\w.-]*)\s*:(?![=:])[^#]*(?:##?\s*(.*))?$/i.exec(line.slice(0, longestLine));
    if (match && !match[1]!.includes('.') && commands.length < 40) {
      commands.push({ name: `make ${match[1]}`, text: match[2]?.trim() ?? '', line: index + 1 });
    }
  }
  return { entries: [], commands };
}

function readSetupPy(text: string): Omit<Manifest, 'path'> {
  return readFields(text, name => new RegExp(`^\\s*${name}\\s*=\\s*['"]([^'"]+)['"]`));
}

function readSetupCfg(text: string): Omit<Manifest, 'path'> {
  return readFields(text, name => new RegExp(`^${name}\\s*=\\s*(\\S.*)$`));
}

/** Name and description, each on a line of its own. */
function readFields(text: string, pattern: (name: string) => RegExp): Omit<Manifest, 'path'> {
  const lines = text.split('\n').map(line => line.slice(0, longestLine));
  const field = (name: string): Fact | undefined => {
    const search = pattern(name);
    const at = lines.findIndex(line => search.test(line));
    return at < 0 ? undefined : { text: search.exec(lines[at]!)![1]!.trim(), line: at + 1 };
  };
  return {
    ...optional('name', field('name')),
    ...optional('description', field('description')),
    entries: [],
    commands: [],
  };
}

/** `package.module:function` as the path of the module. */
function pythonModule(target: string): string {
  return `${target.split(':')[0]!.replaceAll('.', '/')}.py`;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function quoted(lines: LineIndex, value: unknown): Fact | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? { text: value.trim().replace(/\s+/g, ' '), line: lines.lineOf(value.split('\n')[0]!) }
    : undefined;
}

function optional<Key extends string>(key: Key, fact: Fact | undefined): { readonly [_ in Key]?: Fact } {
  return (fact === undefined ? {} : { [key]: fact }) as { readonly [_ in Key]?: Fact };
}
