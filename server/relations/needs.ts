/** What a command needs of the repository that it is typed in: project files, tasks in them, scripts. */

export type Need =
  /** A file or folder, from the folder the command is typed in or from the top. */
  | { readonly path: string }
  | {
      /** Base names of project files, of which it needs one. */
      readonly files: RegExp;
      /** Where, from the folder the command is typed in. */
      readonly folder?: string;
      /** Also looked for in the folders above. */
      readonly upward?: boolean;
      /** The task that the file has to define. */
      readonly task?: string | undefined;
    };

type Needing = (words: readonly string[], command: string) => readonly Need[];

/** Files from which makefiles are generated, and the targets that these have. */
const generator =
  /^(?:CMakeLists\.txt|configure(?:\.ac|\.in|\.py)?|Makefile\.(?:in|am|PL)|autogen\.sh|bootstrap(?:\.sh)?|Configure)$/;
const generated = /^(?:all|install|check|tests?|clean|dist|distclean|uninstall)$/;
/** Package managers' commands that work in any folder, and those that need a package but no script. */
const anywhere = /^(?:add|cache|config|create|dlx|exec|x|global|init|login|info|view|set|help|search|audit)$/;
const ofPackage =
  /^(?:ci|dedupe|i|import|in|install|it|link|list|ls|outdated|pack|patch|prune|publish|rebuild|remove|rm|unlink|uninstall|un|up|update|upgrade|version|why|fund|doctor|fetch|deploy)$/;
const otherPackage =
  /^(?:-w|--workspaces?|--filter|-F|-r|--recursive|--prefix|-C|--dir|--cwd|workspaces?)(?:=|$)/;

/** Words before a command that change nothing about its needs. */
const prefix =
  /^(?:[A-Za-z_]\w*=\S*|sudo|time|env|npx|bunx|(?:npm|pnpm|yarn|bundle) exec|(?:poetry|uv|pdm|hatch|pipenv) run(?: --?[\w-]+(?:=\S+)?)*) +/;
const interpreter =
  /^(?:python[\d.]*|py|node|ruby|php|perl|bash|sh|zsh|julia|Rscript|lua|elixir|deno run|bun|tsx|ts-node)(?: -{1,2}[\w:=,.-]+)* +([\w./-]+)/;
const testRunner = /^(?:pytest|rspec|phpunit|vendor\/bin\/\w+|jest|vitest|prove|mix test)\b/;

/** A runner's project file, for commands with the start. */
const projects: readonly (readonly [start: RegExp, files: RegExp, upward?: 'upward'])[] = [
  [/^cargo (?:build|b|run|r|test|t|check|bench|clippy|doc|fmt)\b/, /^Cargo\.toml$/, 'upward'],
  [/^go (?:build|test|vet|generate|mod (?!init)|install(?! \S+@))/, /^go\.(?:mod|work)$/, 'upward'],
  [/^mvn\b(?! archetype)/, /^pom\.xml$/],
  [/^gradle\b(?! init)/, /^(?:build|settings)\.gradle(?:\.kts)?$/, 'upward'],
  [/^sbt\b(?! new)/, /^build\.sbt$/],
  [/^mill\b/, /^build\.(?:sc|mill)$/],
  [/^lein\b(?! new)/, /^project\.clj$/],
  [/^stack (?:build|test|run|setup)\b/, /^(?:stack|package)\.yaml$/],
  [/^cabal (?:build|test|run)\b/, /\.cabal$|^cabal\.project$/],
  [/^dune\b/, /^dune-project$/],
  [/^zig build\b/, /^build\.zig$/],
  [/^bazel(?:isk)?\b/, /^(?:WORKSPACE|MODULE)(?:\.bazel)?$/, 'upward'],
  [/^meson setup\b/, /^meson\.build$/],
  [/^cmake\b/, /^CMakeLists\.txt$/, 'upward'],
  [/^(?:terraform|tofu) (?:init|plan|apply|validate)\b/, /\.tf$/],
  [/^pod install\b/, /^Podfile$/],
  [/^mage\b/, /^magefile\.go$/],
  [/^(?:poetry|pdm) (?:install|run|build|sync)\b/, /^pyproject\.toml$/],
  [/^uv (?:sync|build|lock)\b/, /^pyproject\.toml$/, 'upward'],
  [/^pip3? install (?:\S+ )*['"]?\.(?:['"/[]|$| )/, /^(?:pyproject\.toml|setup\.(?:py|cfg))$/],
  [/^pre-commit (?:run|install)\b/, /^\.pre-commit-config\.ya?ml$/],
  [/^bundle (?:install|exec)\b/, /^(?:Gemfile|gems\.rb)$/, 'upward'],
  [/^mix (?!archive|local|phx\.new|new|help)/, /^mix\.exs$/],
  [/^swift (?:build|run|test)\b/, /^Package\.swift$/],
  [/^(?:flutter|dart) (?:run|test|pub|build)\b/, /^pubspec\.yaml$/, 'upward'],
  [/^wrangler (?:dev|deploy|publish)\b/, /^wrangler\.(?:toml|jsonc?)$/],
  [/^deno task\b/, /^deno\.jsonc?$/, 'upward'],
  [/^nix (?:develop|build|run)(?! \S*[:#]\S)/, /^flake\.nix$/],
  [/^devbox\b/, /^devbox\.json$/],
];

const dotnet: Needing = words => {
  const [verb] = words;
  if (!/^(?:build|run|test|restore|publish|watch|pack)$/.test(verb ?? '')) return [];
  const named = words.find(word => /\.(?:\w+proj|slnx?)$/.test(word)) ?? after(words, /^--project$/);
  return named === undefined ? [{ files: /\.(?:\w+proj|slnx?)$/ }] : [{ path: named.replaceAll('\\', '/') }];
};

const container: Needing = (words, command) => {
  const file = after(words, /^(?:-f|--file)$/);
  if (/^(?:docker|podman)[ -]compose\b/.test(command))
    return file === undefined
      ? [{ files: /^(?:docker-|podman-)?compose(?:\.[\w-]+)*\.ya?ml$/, upward: true }]
      : [{ path: file }];
  if (!/^(?:docker|podman) (?:buildx )?build\b/.test(command)) return [];
  if (file !== undefined) return [{ path: file }];
  const context = words.at(-1)!;
  return /^\.|^[\w./-]+\/$/.test(context) ? [{ files: /^(?:Docker|Container)file$/, folder: context }] : [];
};

const makefile: Needing = words => {
  const folder = after(words, /^(?:-C|--directory)$/);
  const file = after(words, /^(?:-f|--file)$/);
  if (file !== undefined) return [{ path: file }];
  const operands = words.filter(word => !/^-|=/.test(word) && word !== folder && !/^\d+$/.test(word));
  const at = folder === undefined ? {} : { folder };
  const tasks = operands.length === 0 ? [undefined] : operands;
  return tasks.map(task => ({ files: /^(?:GNU)?[Mm]akefile$/, task, ...at }));
};

const packages: Needing = (words, command) => {
  const tool = /^\w+/.exec(command)![0];
  const [verb, ...rest] = words.filter(word => !word.startsWith('-'));
  const files = /^package\.json$/;
  if (words.some(word => otherPackage.test(word))) return [{ files, upward: true }];
  if (words.some(word => /^(?:-g|--global|--help)$/.test(word)) || anywhere.test(verb ?? '')) return [];
  if (/^(?:i|in|install)$/.test(verb ?? '') && rest.length > 0) return [];
  const named = /^run(?:-script)?$/.test(verb ?? '') ? rest[0] : verb;
  if (named !== undefined && /[\w-]\.\w{2,4}$/.test(named)) return [{ path: named }];
  const isOwn =
    named === verb &&
    (verb === undefined ||
      ofPackage.test(verb) ||
      (tool === 'npm' && !/^(?:start|stop|restart|test|t|tst)$/.test(verb)) ||
      (tool === 'bun' && /^(?:test|build)$/.test(verb)));
  return [{ files, upward: true, task: isOwn ? undefined : named?.replace(/^ts?t?$/, 'test') }];
};

const composer: Needing = words => {
  const [verb, name] = words.filter(word => !word.startsWith('-'));
  if (/^(?:require|create-project|global|self-update|init|show|config)$/.test(verb ?? '')) return [];
  const isOwn = /^(?:install|i|update|upgrade|dump-?autoload|validate|exec|outdated|audit)$/.test(verb ?? '');
  return [{ files: /^composer\.json$/, task: isOwn ? undefined : verb?.startsWith('run') ? name : verb }];
};

const tox: Needing = words => {
  const named = after(words, /^-e$/)?.split(',') ?? [];
  const files = /^(?:tox\.(?:ini|toml)|setup\.cfg|pyproject\.toml)$/;
  // Environments of Python's versions are defined by their name.
  const tasks = named.filter(one => !one.startsWith('py'));
  return (tasks.length === 0 ? [undefined] : tasks).map(task => ({ files, task }));
};

const cargo: Needing = words => {
  const example = after(words, /^--example$/);
  if (/^(?:run|r)$/.test(words[0] ?? '') && example !== undefined) return [{ path: `examples/${example}` }];
  const folder = words[0] === 'install' ? after(words, /^--path$/) : undefined;
  return folder === undefined ? [] : [{ files: /^Cargo\.toml$/, folder }];
};

const go: Needing = words => {
  const [target] = words.slice(1).filter(word => !word.startsWith('-'));
  if (words[0] !== 'run' || target === undefined || target.includes('@')) return [];
  return target.endsWith('.go') || !target.startsWith('.')
    ? [{ path: target }]
    : [{ files: /\.go$/, folder: target }];
};

const task =
  (files: RegExp): Needing =>
  words => {
    // With options before the task, it is an example of the runner.
    const [named] = words.filter(word => !word.includes('='));
    return [{ files, upward: true, task: named?.replace(/\[.*$/, '') }];
  };

const tools: Readonly<Record<string, Needing>> = {
  npm: packages,
  pnpm: packages,
  yarn: packages,
  bun: packages,
  make: makefile,
  just: task(/^\.?justfile$/i),
  rake: task(/^rakefile(?:\.rb)?$/i),
  task: task(/^taskfile(?:\.dist)?\.ya?ml$/i),
  nox: words => [{ files: /^noxfile\.py$/, task: after(words, /^(?:-s|--session)$/) }],
  tox,
  docker: container,
  podman: container,
  'docker-compose': container,
  composer,
  dotnet,
  cargo,
  go,
};

/** @param command one command of a line, without `cd` */
export function needsOf(command: string): Need[] {
  let bare = command;
  const needs: Need[] = [];
  for (let start = prefix.exec(bare); start !== null; start = prefix.exec(bare)) {
    needs.push(...projectOf(start[0]));
    bare = bare.slice(start[0].length);
  }
  const script = /^(?:\.\/|(?=(?:bin|scripts?|tools)\/))([\w./-]+)/.exec(bare)?.[1];
  if (script !== undefined)
    return [...needs, /(?:^|\/)configure$/.test(script) ? { files: generator } : { path: script }];
  const [tool, ...words] = bare.split(/\s+/) as [string, ...string[]];
  needs.push(...(tools[tool]?.(words, bare) ?? []), ...projectOf(bare));
  const run = interpreter.exec(bare)?.[1];
  if (run !== undefined && /\w\.\w{1,4}$|\/|^artisan$/.test(run)) needs.push({ path: run });
  const listed = /^(?:uv )?pip3? install .*?(?:-r|--requirement)[ =](\S+)/.exec(bare)?.[1];
  if (listed !== undefined) needs.push({ path: listed });
  const applied = /^kubectl (?:apply|create) .*?-f[ =](?!https?:)(\S+)/.exec(bare)?.[1];
  if (applied !== undefined && applied !== '-') needs.push({ path: applied });
  if (testRunner.test(bare))
    needs.push(...words.filter(isTestFile).map(word => ({ path: word.replace(/(?:::|:\d).*$/, '') })));
  return needs;
}

/** Files that stand in for a makefile, if its target is one that all generated ones have. */
export function makefileGenerator(task: string | undefined): RegExp | undefined {
  return task === undefined || generated.test(task) ? generator : undefined;
}

function projectOf(command: string): Need[] {
  return projects
    .filter(([start]) => start.test(command))
    .map(([, files, upward]) => ({ files, ...(upward && { upward: true }) }));
}

function isTestFile(word: string): boolean {
  return /^[\w./-]+\.(?:py|rb|php|[jt]sx?|exs|t)(?:::?[\w:]+)?$/.test(word);
}

/** The word after an option, or behind its equals sign. */
function after(words: readonly string[], option: RegExp): string | undefined {
  for (const [at, word] of words.entries()) {
    const [name, value] = word.split('=');
    if (option.test(name!)) return value ?? words[at + 1];
  }
  return undefined;
}
