/**
 * Commands of the repository by purpose, most reliable source first: project files at every level, documents, pipelines
 * and wrappers.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { isPipeline } from '../manifests/manifests.ts';
import { folderOf } from '../protocol/folders.ts';
import type { CommandUse, RunCommand } from '../protocol/requests.ts';
import { depth } from '../syntax/paths.ts';

const uses: readonly CommandUse[] = ['install', 'run', 'build', 'test', 'one test', 'lint', 'other'];
const mostOfUse: Readonly<Record<CommandUse, number>> = {
  install: 3,
  build: 3,
  run: 5,
  test: 4,
  'one test': 2,
  lint: 4,
  other: 12,
};

/** Patterns over a command and its name; the first match decides. */
const words: readonly (readonly [CommandUse, RegExp])[] = [
  [
    'one test',
    /(?:\bpytest\b|\bunittest\b|manage\.py test).*(?:::|\.py\b| -k )|--tests? [\w<*"'.]|-Dtest=|--filter[ =]|\bgo test\b.* -run|\bcargo test [a-z_]\w*|\bjest\b.*\.[jt]sx?|\bvitest\b.*\.[jt]sx?|\bTEST=|\bphpunit\b.*(?:--filter|\.php)|\brspec\b.*_spec\.rb|ruby -I\S* \S*test\S*\.rb|\bmix test \S*\.exs|test -- \S+\.[jt]s/,
  ],
  [
    'lint',
    /\b(?:lint\w*|fmt|format\w*|clippy|ruff|mypy|pyright|black|isort|flake8|phpcs|phpcbf|phpstan|psalm|php-cs-fixer|rubocop|eslint|oxlint|biome|prettier|spotless\w*|ktlint\w*|detekt|checkstyle|typecheck|type-check|tsc|pre-commit|style|styling|vet|golangci-lint|staticcheck|shellcheck|tflint|credo|dialyzer|typing|dependencyguard\w*)\b/i,
  ],
  [
    'test',
    /\b(?:tests?|pytest|phpunit|rspec|testsuite|ctest|unittest|spec|specs|check|coverage|e2e|tox|connectedCheck|\w*Test)\b/,
  ],
  [
    'install',
    /\b(?:npm (?:ci|i|install)|(?:pnpm|yarn|bun|bundle|composer|poetry|pdm|pod) install|pip3? install|uv (?:sync|pip)|go (?:get|install|mod download)|cargo install|gem install|brew install|apt(?:-get)? install|deps\.get|install|setup|bootstrap|git clone|dotnet (?:restore|workload|tool restore|dev-certs))\b/,
  ],
  [
    'run',
    /\b(?:run|start|serve|server|dev|up|watch|bootRun|spring-boot:run|quarkus:dev|preview|deploy|launch)\b(?!-)/i,
  ],
  ['build', /\b(?:build|compile|assemble\w*|package|dist|bundle|make|install\w*Debug)\b/i],
];

/** @param scope a folder; everything without it */
export function commandsOf(
  paths: readonly string[],
  { files, documents }: RepositoryFacts,
  scope: string | undefined,
): RunCommand[] {
  // The wrapper script itself is often skipped as generated; its settings are not.
  const wrappers = new Set(
    paths.flatMap(path => {
      const match = /^(.*?)(?:gradle|\.mvn)\/wrapper\/(gradle|maven)-wrapper\.properties$/.exec(path);
      return match ? [`${match[1]}${match[2] === 'maven' ? 'mvnw' : 'gradlew'}`] : [];
    }),
  );
  const found: (RunCommand & { readonly place: number })[] = [];
  for (const path of paths) {
    const { manifest } = files.get(path)!;
    if (manifest === undefined || /(^|\/)(?:node_modules|vendor|testdata|fixtures?|templates?)\//.test(path))
      continue;
    const pipeline = isPipeline(path);
    const inner = depth(path, scope);
    // Commands from pipelines come last.
    const place = pipeline ? 40 : inner * 10 + (isContainer(path) ? 8 : 0);
    for (const { name, text, line } of manifest.commands) {
      // Commands that set up the pipeline's machine do not belong to the project.
      if (pipeline && /\$[{(\w]|%\w+%| -v$|--version\b|\bconfig\b/.test(name)) continue;
      const typed = inside(wrapped(name, folderOf(path), wrappers), path, scope);
      found.push({ name: typed, command: text, path, line, use: useOf(name, text), place });
    }
  }
  const isRunnable = runnable(
    found.map(({ name }) => name),
    paths,
    wrappers,
  );
  for (const { command, path, line, heading } of documents.commands) {
    if (scope !== undefined && !path.startsWith(`${scope}/`)) continue;
    if (!isRunnable(command, folderOf(path))) continue;
    const use = /\b(?:single|one|individual|specific) tests?\b/i.test(heading)
      ? 'one test'
      : useOf(command, heading);
    if (use !== 'other' && !/\$[{(\w]/.test(command))
      found.push({ name: command, command: '', path, line, use, place: 5 });
  }
  return chosen(found);
}

/** Runners of a project's own tasks, and what they do without one. */
const runners: readonly (readonly [runner: RegExp, builtIn: RegExp])[] = [
  [/^(?:npm|pnpm|yarn|bun) run /, /^$/],
  [/^just /, /^$/],
  [/^make /, /^(?:all|install|clean|check|test)$/],
  [/^(?:bundle exec )?rake /, /^$/],
];

/**
 * Documents also show commands as examples, and for other projects. Where a document's command names a task or a script
 * of this project, there has to be one.
 * @param names commands of the project files
 */
function runnable(
  names: readonly string[],
  paths: readonly string[],
  wrappers: ReadonlySet<string>,
): (command: string, folder: string) => boolean {
  const taskOf = (runner: RegExp, command: string): string | undefined => {
    const match = runner.exec(command);
    return match === null ? undefined : command.slice(match[0].length).split(/\s/)[0];
  };
  const tasks = runners.map(
    ([runner]) => new Set(names.flatMap(name => taskOf(runner, name.replace(/^cd \S+ && /, '')) ?? [])),
  );
  const files = new Set([...paths, ...wrappers]);
  return (command, folder) => {
    for (const [at, [runner, builtIn]] of runners.entries()) {
      const task = taskOf(runner, command);
      if (task === undefined || tasks[at]!.size === 0) continue;
      return tasks[at]!.has(task) || builtIn.test(task);
    }
    const script = /^(?:\.\/|(?=(?:bin|scripts?|tools)\/))([\w./-]+)/.exec(command)?.[1];
    if (script === undefined || /(?:^|\/)(?:configure|gradlew|mvnw)$/.test(script)) return true;
    return files.has(script) || files.has(folder === '' ? script : `${folder}/${script}`);
  };
}

function isContainer(path: string): boolean {
  return /(^|\/)(?:dockerfile|containerfile|(?:docker-)?compose[^/]*)$/i.test(path);
}

/** `./mvnw` instead of `mvn` if the repository has it. */
function wrapped(name: string, folder: string, wrappers: ReadonlySet<string>): string {
  const tool = /^(mvn|gradle) /.exec(name)?.[1];
  if (tool === undefined) return name;
  const wrapper = tool === 'mvn' ? 'mvnw' : 'gradlew';
  for (let at = folder; ; at = folderOf(at)) {
    if (wrappers.has(at === '' ? wrapper : `${at}/${wrapper}`)) return name.replace(tool, `./${wrapper}`);
    if (at === '') return name;
  }
}

/** A nested package's command runs in its folder. */
function inside(name: string, path: string, scope: string | undefined): string {
  const folder = folderOf(path);
  const isWhere =
    depth(path, scope) === 0 || isPipeline(path) || name.includes(folder) || /^dotnet |^docker /.test(name);
  return isWhere ? name : `cd ${folder} && ${name}`;
}

/** A command's purpose from what is typed, or else from what it runs or its heading. */
function useOf(name: string, told: string): CommandUse {
  const runner =
    /^(?:bundle exec )?(?:make|just|rake|task|composer|(?:npm|pnpm|yarn|bun)(?: run)?|tox(?: -e)?|nox(?: -s)?|poe|mage)(?: |$)/.exec(
      name,
    );
  if (words[0]![1].test(name)) return 'one test';
  if (/^(?:composer require|(?:npm|pnpm|yarn|bun|uv|poetry|cargo|dotnet) add)\b/.test(name)) return 'install';
  // A task runner's target is the name after it.
  if (runner) {
    const task = name.slice(runner[0].length);
    if (task === '')
      return /tox|nox/.test(name) ? 'test' : /make|npm|pnpm|yarn|bun/.test(name) ? 'build' : 'other';
    const isOwn = !/^(?:ci|install|i|test|start)\b/.test(task) || /^(?:make|just|rake|task)/.test(name);
    const byTask = words.find(([, pattern]) => pattern.test(task.replaceAll(/[:_.-]/g, ' ')))?.[0];
    if (byTask !== undefined || isOwn)
      return (
        byTask ??
        words.find(([use, pattern]) => use !== 'one test' && use !== 'build' && pattern.test(told))?.[0] ??
        'other'
      );
  }
  const shown = name.replace(/^\S*\/(?=\w+$)/, '');
  return (
    words.find(([, pattern]) => pattern.test(shown))?.[0] ??
    words.find(([use, pattern]) => use !== 'one test' && pattern.test(told))?.[0] ??
    'other'
  );
}

function chosen(found: readonly (RunCommand & { readonly place: number })[]): RunCommand[] {
  const seen = new Set<string>();
  return uses.flatMap(use => {
    const ordered = found
      .filter(command => command.use === use)
      .sort((one, other) => one.place - other.place || plainness(one, use) - plainness(other, use));
    const kept: RunCommand[] = [];
    for (const { place: _, ...command } of ordered) {
      const form = command.name.replace(/^\.\//, '').replace(/\s+/g, ' ');
      if (seen.has(form) || kept.length >= mostOfUse[use]) continue;
      seen.add(form);
      kept.push(command);
    }
    return kept;
  });
}

/** `npm run test` before `npm run test:unit`. */
function plainness({ name }: RunCommand, use: CommandUse): number {
  const last = name.split(' ').at(-1)!;
  return last === use ? 0 : last.startsWith(use) ? 1 : 2 + last.split(/[:_.-]/).length;
}
