/** What build manifests say in so many words: name, purpose, entry points, commands. */
import { parse as parseToml } from 'smol-toml';

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

type Reader = (text: string, path: string) => Omit<Manifest, 'path'>;

const readers: Readonly<Record<string, Reader>> = {
  'package.json': readPackageJson,
  'pyproject.toml': readPyproject,
  'cargo.toml': readCargo,
  'go.mod': readGoMod,
  'pom.xml': readPom,
  'cmakelists.txt': readCMake,
  makefile: readMakefile,
  'setup.py': readSetupPy,
  'setup.cfg': readSetupCfg,
};

export function isManifest(path: string): boolean {
  return baseName(path) in readers;
}

/** @returns nothing for a file that is no manifest or cannot be parsed: a broken manifest is no news for a summary. */
export function readManifest(path: string, text: string): Manifest | undefined {
  const reader = readers[baseName(path)];
  if (reader === undefined) return undefined;
  try {
    return { path, ...reader(text, path) };
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

function readPackageJson(text: string): Omit<Manifest, 'path'> {
  const json = record(JSON.parse(text));
  const entries: (Fact & { role: string })[] = [];
  const add = (value: unknown, role: string): void => {
    if (typeof value === 'string') entries.push({ text: value, role, line: lineOf(text, `"${value}"`) });
    else for (const inner of Object.values(record(value))) add(inner, role);
  };
  for (const field of ['main', 'module', 'browser', 'bin', 'exports', 'source'])
    add(json[field], field === 'bin' ? 'command' : 'entry point');
  const scripts = record(json['scripts']);
  return {
    ...optional('name', quoted(text, json['name'])),
    ...optional('description', quoted(text, json['description'])),
    entries,
    commands: Object.entries(scripts)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .filter(([name]) => !isHook(name, scripts))
      .map(([name, command]) => ({
        name: `${packageManager(json)} run ${name}`,
        text: command,
        line: lineOf(text, `"${name}"`, '"scripts"'),
      })),
  };
}

/** What the package manager runs by itself. */
function isHook(name: string, scripts: Record<string, unknown>): boolean {
  const base = /^(?:pre|post)(.+)$/.exec(name)?.[1];
  return (
    (base !== undefined && (base in scripts || /^(?:install|publish|pack|version|prepare)$/.test(base))) ||
    /^(?:prepare|prepublishOnly|prepack|install|dependencies)$/.test(name)
  );
}

function packageManager(json: Record<string, unknown>): string {
  const preinstall = JSON.stringify(record(json['scripts'])['preinstall'] ?? '');
  const named = /^"(npm|pnpm|yarn|bun)@/.exec(JSON.stringify(json['packageManager'] ?? ''))?.[1];
  return named ?? /only-allow (\w+)/.exec(preinstall)?.[1] ?? 'npm';
}

function readPyproject(text: string): Omit<Manifest, 'path'> {
  const toml = record(parseToml(text));
  const project = record(toml['project']);
  const poetry = record(record(toml['tool'])['poetry']);
  const scripts = { ...record(poetry['scripts']), ...record(project['scripts']) };
  return {
    ...optional('name', quoted(text, project['name'] ?? poetry['name'])),
    ...optional('description', quoted(text, project['description'] ?? poetry['description'])),
    entries: Object.values(scripts)
      .filter(value => typeof value === 'string')
      .map(value => ({ text: pythonModule(value), role: 'command', line: lineOf(text, value) })),
    commands: Object.entries(scripts)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([name, target]) => ({ name, text: target, line: lineOf(text, target) })),
  };
}

function readCargo(text: string): Omit<Manifest, 'path'> {
  const toml = record(parseToml(text));
  const crate = record(toml['package']);
  const paths = [record(toml['lib'])['path'], ...list(toml['bin']).map(bin => record(bin)['path'])];
  const entries = paths
    .filter(value => typeof value === 'string')
    .map(value => ({ text: value, role: 'entry point', line: lineOf(text, value) }));
  const line = lineOf(text, '[package]');
  const usual = ['src/main.rs', 'src/lib.rs'].map(value => ({ text: value, role: 'entry point', line }));
  return {
    ...optional('name', quoted(text, crate['name'])),
    ...optional('description', quoted(text, crate['description'])),
    entries: [...entries, ...(toml['package'] ? usual : [])],
    // Cargo needs no script: the manifest alone makes these work.
    commands: ['build', 'test'].map(name => ({ name: `cargo ${name}`, text: '', line: 1 })),
  };
}

function readGoMod(text: string): Omit<Manifest, 'path'> {
  const name = /^module\s+(\S+)/m.exec(text)?.[1];
  return {
    ...optional('name', name === undefined ? undefined : { text: name, line: lineOf(text, `module`) }),
    entries: [{ text: 'main.go', role: 'entry point', line: 1 }],
    // As with Cargo.
    commands: ['build', 'test'].map(name => ({ name: `go ${name} ./...`, text: '', line: 1 })),
  };
}

function readPom(text: string): Omit<Manifest, 'path'> {
  // The project's own elements come before its dependencies', which are the only deeper ones with these names.
  const head = text.replace(/<parent>[\s\S]*?<\/parent>/, whole => whole.replace(/[^\n]/g, ' '));
  const element = (tag: string): Fact | undefined => {
    const match = new RegExp(`<${tag}>\\s*([^<]+?)\\s*</${tag}>`).exec(head);
    return match ? { text: match[1]!.replace(/\s+/g, ' '), line: lineAt(text, match.index) } : undefined;
  };
  return {
    ...optional('name', element('name') ?? element('artifactId')),
    ...optional('description', element('description')),
    entries: [],
    commands: [],
  };
}

function readCMake(text: string): Omit<Manifest, 'path'> {
  const project = /^\s*project\s*\(\s*([\w.-]+)/im.exec(text);
  const description = /\bDESCRIPTION\s+"([^"]+)"/.exec(text);
  const entries = [...text.matchAll(/\badd_executable\s*\(\s*[\w${}.-]+\s+([\w/.-]+\.\w+)/gi)].map(match => ({
    text: match[1]!,
    role: 'executable',
    line: lineAt(text, match.index),
  }));
  return {
    ...optional('name', project ? { text: project[1]!, line: lineAt(text, project.index) } : undefined),
    ...optional(
      'description',
      description ? { text: description[1]!, line: lineAt(text, description.index) } : undefined,
    ),
    entries,
    commands: [],
  };
}

function readMakefile(text: string): Omit<Manifest, 'path'> {
  const commands: (Fact & { name: string })[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^([a-z][\w.-]*)\s*:(?![=:])[^#]*(?:##?\s*(.*))?$/i.exec(line);
    if (match && !match[1]!.includes('.') && commands.length < 40) {
      commands.push({ name: `make ${match[1]}`, text: match[2]?.trim() ?? '', line: index + 1 });
    }
  }
  return { entries: [], commands };
}

function readSetupPy(text: string): Omit<Manifest, 'path'> {
  const field = (name: string): Fact | undefined => {
    const match = new RegExp(`^\\s*${name}\\s*=\\s*['"]([^'"]+)['"]`, 'm').exec(text);
    return match ? { text: match[1]!, line: lineAt(text, match.index + match[0].length) } : undefined;
  };
  return {
    ...optional('name', field('name')),
    ...optional('description', field('description')),
    entries: [],
    commands: [],
  };
}

function readSetupCfg(text: string): Omit<Manifest, 'path'> {
  const field = (name: string): Fact | undefined => {
    const match = new RegExp(`^${name}\\s*=\\s*(\\S.*)$`, 'm').exec(text);
    return match ? { text: match[1]!.trim(), line: lineAt(text, match.index) } : undefined;
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

function quoted(text: string, value: unknown): Fact | undefined {
  return typeof value === 'string' && value.trim() !== ''
    ? { text: value.trim().replace(/\s+/g, ' '), line: lineOf(text, value.split('\n')[0]!) }
    : undefined;
}

function optional<Key extends string>(key: Key, fact: Fact | undefined): { readonly [_ in Key]?: Fact } {
  return (fact === undefined ? {} : { [key]: fact }) as { readonly [_ in Key]?: Fact };
}

/** The line of a text's first occurrence, or 1; `after` skips to a section first. */
function lineOf(text: string, needle: string, after?: string): number {
  const from = after === undefined ? 0 : Math.max(0, text.indexOf(after));
  return lineAt(text, Math.max(0, text.indexOf(needle, from)));
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
