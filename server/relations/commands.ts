/**
 * Commands of the repository by purpose, most reliable source first: project files at every level, documents, pipelines
 * and wrappers.
 */

import type { RepositoryFacts } from '../analysis/fact-book.ts';
import { isPipeline } from '../manifests/manifests.ts';
import { folderOf } from '../protocol/folders.ts';
import type { CommandUse, RunCommand } from '../protocol/requests.ts';
import { depth } from '../syntax/paths.ts';
import { Runnable } from './runnable.ts';

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

/** Tasks and subcommands that neither set up, run, build nor check a project. */
const none =
  /^(?:deploy|undeploy|publish|release|clean|distclean|uninstall|rollback|destroy|push|tag|bump|version|down|stop|kill|restart|reset|purge|prune|rm|remove|delete|cp|copy|mv|move|sync|logs?|ps|help|changelog|stats?|upgrade|update|login|logout|bench\w*|profile|docs?|documentation|site|website|init|new|generate|archive|sign|notarize|backup|restore)(?![a-z])/;
const subcommand =
  /^(?:(?:docker|podman)[ -]compose(?: -f \S+)?|(?!(?:npm|pnpm|yarn|bun|bundle|composer|dotnet|mix|go|pip3?|gem|uv|poetry|brew)\b)[a-z][\w-]*) (\w+)/;

/** Patterns over a command and its name; the first match decides. */
const words: readonly (readonly [CommandUse, RegExp])[] = [
  [
    'one test',
    /(?:\bpytest\b|\bunittest\b|manage\.py test).*(?:::|\.py\b| -k )|--tests? [\w<*"'.]|-Dtest=|--filter[ =]|\bgo test\b.* -run|\bcargo test [a-z_]\w*|\bjest\b.*\.[jt]sx?|\bvitest\b.*\.[jt]sx?|\bTEST=|\bphpunit\b.*(?:--filter|\.php)|\brspec\b.*_spec\.rb|ruby -I\S* \S*test\S*\.rb|\bmix test \S*\.exs|test -- \S+\.[jt]s/,
  ],
  [
    'lint',
    /\b(?:lint\w*|fmt|format\w*|clippy|ruff|mypy|pyright|black|isort|flake8|phpcs|phpcbf|phpstan|psalm|php-cs-fixer|rubocop|eslint|oxlint|biome|prettier|spotless\w*|ktlint\w*|detekt|checkstyle|typecheck|type-check|tsc|pre-commit|style|styling|vet|golangci-lint|staticcheck|shellcheck|tflint|credo|dialyzer|typing|dependencyguard\w*|misspell|codespell|spell\w*|typos)\b/i,
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
    /(?<![/.\w-])(?:run|start|serve|server|dev|up|watch|bootRun|spring-boot:run|quarkus:dev|preview|launch)\b(?!-)/i,
  ],
  ['build', /\b(?:build|compile|assemble\w*|package|dist|bundle|make|install\w*Debug)\b/i],
];

/**
 * @param scope a folder; everything without it
 * @param name of the repository, the folder that a clone of it makes
 */
export function commandsOf(
  paths: readonly string[],
  { files, documents }: RepositoryFacts,
  scope: string | undefined,
  name: string,
): RunCommand[] {
  // The wrapper script itself is often skipped as generated; its settings are not.
  const wrappers = new Set(
    paths.flatMap(path => {
      const match = /^(.*?)(?:gradle|\.mvn)\/wrapper\/(gradle|maven)-wrapper\.properties$/.exec(path);
      return match ? [`${match[1]}${match[2] === 'maven' ? 'mvnw' : 'gradlew'}`] : [];
    }),
  );
  const whole = new Set(
    paths
      .filter(path => depth(path, scope) === 0)
      .flatMap(path => files.get(path)!.manifest?.commands.map(({ name: command }) => command) ?? []),
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
      // A module's usual commands are those of the whole.
      if (inner > 0 && text === '' && /^(?:mvn|cargo) /.test(name) && whole.has(name)) continue;
      // Commands that set up the pipeline's machine do not belong to the project.
      if (pipeline && /\$[{(\w]|%\w+%| -v$|--version\b|\bconfig\b/.test(name)) continue;
      const typed = inside(wrapped(name, folderOf(path), wrappers), path, scope);
      found.push({ name: typed, command: text, path, line, use: useOf(name, text), place });
    }
  }
  const runnable = new Runnable([...files.keys(), ...wrappers], path => files.get(path)?.manifest?.tasks);
  for (const { command: written, path, line, heading, folder } of documents.commands) {
    if (scope !== undefined && !path.startsWith(`${scope}/`)) continue;
    const typed = typedIn(folder, written, name);
    const from = [folderOf(path), ''].find(one => runnable.runs(typed, one));
    if (from === undefined) continue;
    const command = runnable.runs(typed, '') ? typed : `cd ${from} && ${typed}`;
    const use = /\b(?:single|one|individual|specific) tests?\b/i.test(heading)
      ? 'one test'
      : useOf(written.replace(/^(?:cd \S+ +&& +)+/, ''), heading);
    if (use !== 'other' && !/\$[{(\w]/.test(command))
      found.push({ name: command, command: '', path, line, use, place: 5 });
  }
  return chosen(found);
}

/** With the folder that lines before it change to; a clone's folder is the top. */
function typedIn(folder: string | undefined, command: string, name: string): string {
  const [first, ...rest] = folder?.split('/') ?? [];
  const inner = first?.toLowerCase() === name.toLowerCase() ? rest.join('/') : (folder ?? '');
  return inner === '' ? command : `cd ${inner} && ${command}`;
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

/** Commands that install something, whatever it is called. */
const installs =
  /^(?:sudo )?(?:(?:npm|pnpm|yarn|bun) (?:i|install|add|ci|create|init)\b(?= \S|$)|(?:python[\d.]* -m )?pip3? install\b|uv (?:add|sync|tool install|pip install)\b|poetry (?:add|install)\b|pipx install\b|cargo (?:add|install)\b|go (?:install|get)\b|gem install\b|brew install\b|apt(?:-get)? install\b|dotnet (?:add|tool install)\b|composer (?:require|create-project)\b)/;

/** A command's purpose from what is typed, or else from what it runs or its heading. */
function useOf(typed: string, said: string): CommandUse {
  const name = typed.replace(/ -D\S*skip\w*(?:=\S+)?| --(?:no|skip)-\w+/gi, '');
  // `npm run` runs anything, and "Quick start" is about no command.
  const told = said.replace(
    /\b(?:npm|pnpm|yarn|bun|uv|poetry|cargo|go) run\b|\b(?:quick ?|getting )start(?:ed)?\b/gi,
    '',
  );
  const runner =
    /^(?:bundle exec )?(?:make|just|rake|task|composer|(?:npm|pnpm|yarn|bun)(?: run)?|tox(?: -e)?|nox(?: -s)?|poe|mage)(?: |$)/.exec(
      name,
    );
  if (words[0]![1].test(name)) return 'one test';
  if (installs.test(name)) return 'install';
  // A task runner's target is the name after it.
  if (runner) {
    const task = name.slice(runner[0].length);
    if (task === '')
      return (
        ({ make: 'build', mage: 'build', tox: 'test', nox: 'test', yarn: 'install', bun: 'other' } as const)[
          name.trim() as 'make'
        ] ?? 'other'
      );
    if (none.test(task)) return 'other';
    const isOwn = !/^(?:ci|install|i|test|start)\b/.test(task) || /^(?:make|just|rake|task)/.test(name);
    const byTask = words.find(([, pattern]) => pattern.test(task.replaceAll(/[:_.-]/g, ' ')))?.[0];
    // `dev` often only builds.
    if (byTask === 'run' && /^(?:dev|up)$/.test(task) && toldUse(told) === 'build') return 'build';
    if (byTask !== undefined || isOwn) {
      const use = byTask ?? toldUse(told);
      return use === byTask || use !== 'build' ? use : 'other';
    }
  }
  if (none.test(subcommand.exec(name)?.[1] ?? '')) return 'other';
  const shown = name.replace(/^\S*\/(?=\w)/, '');
  return words.find(([, pattern]) => pattern.test(shown))?.[0] ?? toldUse(told);
}

/** The purpose from the command that is run, or from a note or heading; these say "start" or "up" of much else. */
function toldUse(told: string): CommandUse {
  const isProse = /^\p{Lu}\p{Ll}/u.test(told) && told.includes(' ');
  const installing = /^install/i;
  const starts = /^(?:runs?|running|starts?|starting|serves?|serving|launch(?:es|ing)?|watch(?:es)?)\b/i;
  return (
    words.find(
      ([use, pattern]) =>
        use !== 'one test' &&
        pattern.test(told) &&
        (use !== 'run' || !isProse || starts.test(told)) &&
        (use !== 'install' || installing.test(told) || installs.test(told)),
    )?.[0] ?? 'other'
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
