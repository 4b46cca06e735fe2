/** Package manifests: package.json, pyproject.toml, Cargo.toml, go.mod, composer.json. */
import { parse as parseToml } from 'smol-toml';
import {
  type Fact,
  lineOf,
  list,
  type ManifestCommand,
  matches,
  optional,
  quoted,
  record,
  type Said,
  usual,
} from './manifest.ts';

/** Limit of entries, and of commands. */
const maxListed = 100;

export function readPackageJson(text: string): Said {
  const json = record(JSON.parse(text));
  const entries: (Fact & { role: string })[] = [];
  const add = (value: unknown, role: string): void => {
    if (entries.length >= maxListed) return;
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
      .slice(0, maxListed)
      .map(([name, command]) => ({
        name: `${packageManager(json)} run ${name}`,
        text: command,
        line: lineOf(text, `"${name}"`, '"scripts"'),
      })),
    tasks: [...Object.keys(scripts), ...dependencyPrograms(json)],
    links: ['dependencies', 'devDependencies', 'peerDependencies'].flatMap(field =>
      Object.entries(record(json[field])).flatMap(([name, version]) =>
        typeof version === 'string' && /^(?:workspace|file|link):/.test(version)
          ? [{ text: version.replace(/^(?:file|link):/, ''), line: lineOf(text, `"${name}"`) }]
          : [],
      ),
    ),
  };
}

/** Programs of dependencies, which `yarn` and `pnpm` run like scripts: most are called like their package. */
function dependencyPrograms(json: Record<string, unknown>): string[] {
  const packages = ['dependencies', 'devDependencies'].flatMap(field => Object.keys(record(json[field])));
  return packages.map(name => (name === 'typescript' ? 'tsc' : name.replace(/^@[^/]+\//, '')));
}

/** A script that the package manager runs itself. */
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

export function readPyproject(text: string): Said {
  const toml = record(parseToml(text));
  const project = record(toml['project']);
  const poetry = record(record(toml['tool'])['poetry']);
  const scripts = { ...record(poetry['scripts']), ...record(project['scripts']) };
  return {
    ...optional('name', quoted(text, project['name'] ?? poetry['name'])),
    ...optional('description', quoted(text, project['description'] ?? poetry['description'])),
    ...optional('warning', developmentStatus(text)),
    entries: Object.values(scripts)
      .filter(value => typeof value === 'string')
      .map(value => ({ text: pythonModule(value), role: 'command', line: lineOf(text, value) })),
    commands: Object.entries(scripts)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .slice(0, maxListed)
      .map(([name, target]) => ({ name, text: target, line: lineOf(text, target) }))
      .concat(tables(text, record(record(toml['tool'])['poe'])['tasks'], 'poe'))
      .concat(tables(text, record(record(toml['tool'])['taskipy'])['tasks'], 'task')),
  };
}

/** The classifier of a package that is not ready for use, or not developed any more. */
export function developmentStatus(text: string): Fact | undefined {
  return matches(text, /(Development Status :: (?:1 - Planning|2 - Pre-Alpha|3 - Alpha|7 - Inactive))/)[0];
}

/** A runner's tasks: a name and what it runs. */
function tables(text: string, tasks: unknown, runner: string): ManifestCommand[] {
  return Object.entries(record(tasks)).flatMap(([name, task]) => {
    const command = typeof task === 'string' ? task : record(task)['cmd'];
    return typeof command === 'string'
      ? [{ name: `${runner} ${name}`, text: command, line: lineOf(text, name) }]
      : [];
  });
}

export function readCargo(text: string): Said {
  const toml = record(parseToml(text));
  const crate = record(toml['package']);
  const paths = [record(toml['lib'])['path'], ...list(toml['bin']).map(bin => record(bin)['path'])];
  const entries = paths
    .filter(value => typeof value === 'string')
    .map(value => ({ text: value, role: 'entry point', line: lineOf(text, value) }));
  const line = lineOf(text, '[package]');
  const usualPlaces = ['src/main.rs', 'src/lib.rs'].map(value => ({
    text: value,
    role: 'entry point',
    line,
  }));
  const links = ['dependencies', 'dev-dependencies', 'build-dependencies'].flatMap(field =>
    Object.values(record(toml[field])).flatMap(value => {
      const path = record(value)['path'];
      return typeof path === 'string' ? [{ text: path, line: lineOf(text, path) }] : [];
    }),
  );
  return {
    ...optional('name', quoted(text, crate['name'])),
    ...optional('description', quoted(text, crate['description'])),
    ...optional(
      'warning',
      matches(
        text,
        /^ *(?:maintenance *= *\{ *)?status *= *"(deprecated|as-is|experimental|looking-for-maintainer)"/,
      )
        .map(({ text: status, line }) => ({ text: `Maintenance status: ${status}`, line }))
        .find(() => /\[badges/.test(text)),
    ),
    entries: [...entries, ...(toml['package'] ? usualPlaces : [])],
    // Cargo needs no scripts: these work in any package.
    commands: usual('cargo build', 'cargo test'),
    links,
  };
}

export function readGoMod(text: string): Said {
  const name = /^module +(\S+)/m.exec(text)?.[1];
  return {
    ...optional('name', name === undefined ? undefined : { text: name, line: lineOf(text, `module`) }),
    ...optional('warning', matches(text, /^\/\/ *(Deprecated: .+)/)[0]),
    entries: [{ text: 'main.go', role: 'entry point', line: 1 }],
    // As with Cargo.
    commands: usual('go build ./...', 'go test ./...'),
  };
}

export function readComposer(text: string): Said {
  const json = record(JSON.parse(text));
  const scripts = record(json['scripts']);
  const described = record(json['scripts-descriptions']);
  return {
    ...optional('name', quoted(text, json['name'])),
    ...optional('description', quoted(text, json['description'])),
    ...optional(
      'warning',
      typeof json['abandoned'] === 'string'
        ? { text: `Abandoned: ${json['abandoned']}`, line: lineOf(text, '"abandoned"') }
        : json['abandoned'] === true
          ? { text: 'Abandoned', line: lineOf(text, '"abandoned"') }
          : undefined,
    ),
    entries: list(json['bin'])
      .filter(value => typeof value === 'string')
      .map(value => ({ text: value, role: 'command', line: lineOf(text, value) })),
    commands: [
      ...usual('composer install'),
      ...Object.entries(scripts)
        .filter(([name]) => !/^(?:pre|post)-/.test(name))
        .slice(0, maxListed)
        .map(([name, run]) => ({
          name: `composer ${name}`,
          text: scriptText(described[name]) ?? scriptText(run) ?? '',
          line: lineOf(text, `"${name}"`, '"scripts"'),
        })),
    ],
    tasks: Object.keys(scripts),
  };
}

/** `package.module:function` as the module's path. */
function pythonModule(target: string): string {
  return `${target.split(':')[0]!.replaceAll('.', '/')}.py`;
}

/** A composer script's command or description: a string or a list. */
function scriptText(value: unknown): string | undefined {
  const parts = [value].flat().filter(one => typeof one === 'string');
  return parts.length === 0 ? undefined : parts.join(', ');
}
