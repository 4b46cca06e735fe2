/** Which commands are shown: those that the repository can run, by what they are for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { readManifest } from '../../../server/manifests/manifests.ts';
import { needsOf } from '../../../server/relations/needs.ts';
import { Runnable } from '../../../server/relations/runnable.ts';
import { summarize } from '../../../server/summary/summarize.ts';

async function commandsOf(files: Readonly<Record<string, string>>) {
  const source = {
    name: 'quay',
    files: () => Object.entries(files).map(([path, text]) => ({ path, tokens: text.length, version: text })),
    textOf: (path: string) => files[path],
  };
  const { commands } = summarize(source, await new FactBook(undefined).collect(source));
  return commands.map(({ use, name, path }) => `${use}: ${name} (${path})`);
}

function shell(...lines: readonly string[]): string {
  return `# Quay\n\nQuay plans berths.\n\n## Use\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`;
}

test('a README’s commands for the reader’s own project are not shown', async () => {
  const shown = await commandsOf({
    'package.json': '{ "name": "quay", "scripts": { "test": "node --test" } }',
    'README.md': shell(
      'npm install quay',
      'npm start',
      'npm run dev',
      'npm test',
      'make install',
      'docker compose up',
      'cargo run',
      'node server.js',
      'go run main.go',
      './gradlew bootRun',
      'rake build',
      'mkdir berths && cd berths',
      'npm install',
    ),
  });
  assert.deepEqual(
    shown.filter(line => line.endsWith('(README.md)')),
    ['install: npm install quay (README.md)', 'test: npm test (README.md)'],
  );
});

test('a `cd` before a command leads to its project; a clone’s folder is the top', async () => {
  const shown = await commandsOf({
    'web/package.json': '{ "name": "web", "scripts": { "dev": "vite" } }',
    Makefile: 'test:\n\tprove\n',
    'README.md': shell(
      'git clone https://example.org/ships/quay.git',
      'cd quay',
      'make test',
      'cd web',
      'npm run dev',
    ),
  });
  assert.deepEqual(
    shown.filter(line => line.endsWith('(README.md)')),
    [
      'install: git clone https://example.org/ships/quay.git (README.md)',
      'run: cd web && npm run dev (README.md)',
    ],
  );
});

const runs: readonly (readonly [command: string, can: boolean])[] = [
  ['make berth', true],
  ['make rope', false],
  ['make rope-long', true],
  ['make -C lib', false],
  ['npm start', false],
  ['npm run web', true],
  ['npm run api', false],
  ['yarn web', true],
  ['yarn jest', true],
  ['yarn berth', false],
  ['npx eslint .', true],
  ['just deploy', false],
  ['docker compose up -d', false],
  ['docker compose -f deploy/compose.yml up', true],
  ['docker build -t quay .', false],
  ['docker run quay', true],
  ['cargo run --release', false],
  ['cd core && cargo run --release', true],
  ['cargo install --path core', true],
  ['cargo install quay', true],
  ['python tools/tide.py', true],
  ['python app.py', false],
  ['python -m venv .venv', true],
  ['pip install -r requirements.txt', false],
  ['pip install quay', true],
  ['bundle exec rake spec', false],
  ['rake tide:rise', true],
  ['rake rise', false],
  ['go run ./cmd/quay', false],
  ['gradle build', false],
  ['composer test', false],
  ['composer require ships/quay', true],
  ['dotnet run', false],
  ['mix test', false],
  ['tox -e py312', false],
  ['git clone https://example.org/q.git && cd q && make berth', true],
  ['cd q && make berth', false],
];

test('a command needs the files and tasks that it names', () => {
  const files: Readonly<Record<string, string>> = {
    Makefile: 'berth: all\nrope-%:\n\techo $*\n',
    'package.json': '{ "scripts": { "web": "vite" }, "devDependencies": { "jest": "1" } }',
    Rakefile: 'namespace :tide do\n  desc "Rise"\n  task :rise do\n  end\nend\n',
    'core/Cargo.toml': '[package]\nname = "core"\n',
    'deploy/compose.yml': 'services:\n',
    'tools/tide.py': '',
  };
  const runnable = new Runnable(Object.keys(files), path => readManifest(path, files[path]!)?.tasks);
  for (const [command, can] of runs) assert.equal(runnable.runs(command, ''), can, command);
});

test('generated makefiles have their usual targets', () => {
  const runnable = new Runnable(['configure.ac', 'src/quay.c'], () => undefined);
  assert.ok(runnable.runs('./configure && make && sudo make install', ''));
  assert.ok(!runnable.runs('make berth', ''));
});

test('a file that cannot be parsed may define any task', () => {
  const runnable = new Runnable(['package.json'], () => undefined);
  assert.ok(runnable.runs('npm run anything', ''));
});

test('words before a command change nothing about its needs', () => {
  assert.deepEqual(needsOf('PORT=1 sudo make berth'), needsOf('make berth'));
});

test('commands are classed by what they do', async () => {
  const shown = await commandsOf({
    Makefile:
      'deploy:\n\trsync -a build server:/srv\nclean:\n\trm -r build\ndev:\n\tcargo build\nserve:\n\tnode quay.js\nbench:\n\tnode run bench.js\n',
  });
  assert.deepEqual(
    shown.filter(line => !line.startsWith('other')),
    ['run: make serve (Makefile)', 'build: make dev (Makefile)'],
  );
});

const notes: readonly (readonly [path: string, text: string, name: string, note: string])[] = [
  [
    'justfile',
    '# Builds the quay, its cranes and\n# the ropes. Takes long.\nbuild:\n  cargo build\n',
    'just build',
    'Builds the quay, its cranes and the ropes.',
  ],
  [
    'justfile',
    '# Tides\n# =====\n\n# Tests it\n[group("test")]\ntest:\n  cargo test\n',
    'just test',
    'Tests it',
  ],
  [
    'Makefile',
    '# Ties ships to\n# the quay.\n.PHONY: tie\ntie:\n\t@echo tying\n\ttie-all\n',
    'make tie',
    'Ties ships to the quay.',
  ],
  ['Makefile', 'tie:\n\t@echo tying\n\ttie-all --fast \\\n\t  --safe\n', 'make tie', 'tie-all --fast --safe'],
  [
    'Rakefile',
    "desc \"Rises with the moon's \" \\\n  'pull'\ntask :rise\n",
    'rake rise',
    "Rises with the moon's pull",
  ],
  [
    'Rakefile',
    'desc <<~TEXT\n  Rises with\n  the moon.\nTEXT\ntask :rise\n',
    'rake rise',
    'Rises with the moon.',
  ],
  [
    'tox.ini',
    '[testenv:ropes]\ndescription = Tests the ropes\n  under load\ncommands = pytest\n',
    'tox -e ropes',
    'Tests the ropes under load',
  ],
  [
    'Taskfile.yml',
    'version: 3\ntasks:\n  tie:\n    desc: >-\n      Ties ships to\n      the quay.\n    cmds: [tie]\n',
    'task tie',
    'Ties ships to the quay.',
  ],
  [
    'noxfile.py',
    '@nox.session\ndef ropes(session):\n    """Tests the ropes\n    under load."""\n',
    'nox -s ropes',
    'Tests the ropes under load.',
  ],
];

for (const [path, text, name, note] of notes)
  test(`${name} in ${path}: ${note}`, () =>
    assert.equal(readManifest(path, text)?.commands.find(one => one.name === name)?.text, note));
