/**
 * The promises that Longsight makes about other people's code, each held against generated cases:
 * `npm run bench -- trust [cases] [seed]`. Prints a table of promise, cases and failures; fails where a promise is broken.
 */
import { spawnSync } from 'node:child_process';
import { cleanJson, cleanText, escapeMarkdown, escapeXml } from '../../server/protocol/clean-text.ts';
import { IgnoreRules } from '../../server/workspace/ignore/rules.ts';
import { verdictOnName } from '../../server/workspace/names.ts';
import { hashOf, textOf } from '../../server/workspace/read.ts';
import { verdictOnSecrets } from '../../server/workspace/secrets/find.ts';
import { maskSecrets } from '../../server/workspace/secrets/names.ts';
import { makeCases } from '../unit/analysis/blow-up.ts';
import { runCases } from '../unit/analysis/blow-up-run.ts';
import { TemporaryFolder } from '../unit/workspace/folder.ts';
import {
  accounts,
  addresses,
  drawn,
  filled,
  keyForms,
  named,
  names,
  placements,
  privateKeys,
  type Random,
} from '../unit/workspace/secret-kinds.ts';
import { tokens } from '../unit/workspace/secret-tokens.ts';
import { randomFrom } from './repositories.ts';

interface Outcome {
  readonly cases: number;
  readonly failures: number;
  /** Failures by kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The share of failures that the promise allows. */
  readonly allowed: number;
}

const [total = 100_000, seed = 1] = process.argv.slice(2).map(Number);

/** Each promise with its share of the cases. */
const promises: readonly [
  name: string,
  share: number,
  check: (count: number, random: Random) => Promise<Outcome>,
][] = [
  ['tokens of services are found', 0.3, (count, random) => rates(count, random, tokens, inPlacement, 0.02)],
  [
    'values under names of secrets are found',
    0.1,
    (count, random) => rates(count, random, named, inSettings, 0.02),
  ],
  [
    'passwords in addresses are found',
    0.1,
    (count, random) => rates(count, random, addresses, inPlacement, 0.02),
  ],
  ['private keys are found in any quoting', 0.04, keys],
  ['files are known by their names', 0.02, fileNames],
  ['tokens in names are not shown', 0.04, tokensInNames],
  ['ordinary text is no secret', 0.2, ordinary],
  ['hostile text comes out clean', 0.15, clean],
  ['ignore rules match as git does', 0.04, ignoring],
  ['no file blows a pattern up', 0.01, blowingUp],
];

/** Characters that a terminal, an editor or a renderer acts on, or cannot show. */
const acts = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;

/** Counts failures by kind. */
class Count {
  cases = 0;
  failures = 0;
  readonly kinds = new Map<string, number>();
  readonly allowed: number;

  constructor(allowed: number) {
    this.allowed = allowed;
  }

  note(kind: string, isRight: boolean): void {
    this.cases++;
    if (isRight) return;
    this.failures++;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
  }
}

async function isSecret(path: string, text: string): Promise<boolean> {
  return (await verdictOnSecrets(path, text))?.reason === 'secret';
}

function inPlacement(text: string, turn: number): [string, string] {
  const [path, around] = placements[turn % placements.length]!;
  return [path, around.replace('@', () => text)];
}

function inSettings(text: string): [string, string] {
  return ['conf/a.yaml', text];
}

async function rates(
  count: number,
  random: Random,
  kinds: readonly (readonly [string, string])[],
  place: (text: string, turn: number) => [string, string],
  allowed: number,
): Promise<Outcome> {
  const counted = new Count(allowed);
  for (let turn = 0; turn < count; turn++) {
    const [kind, form] = kinds[turn % kinds.length]!;
    // Every kind reaches every place, even if the two counts share a factor.
    counted.note(
      kind,
      await isSecret(...place(filled(form, random), turn + Math.floor(turn / kinds.length))),
    );
  }
  return counted;
}

async function keys(count: number, random: Random): Promise<Outcome> {
  const counted = new Count(0.02);
  while (counted.cases < count) {
    for (const { kind, text } of privateKeys(random))
      for (const [form, path, write] of keyForms)
        counted.note(`${kind} ${form}`, await isSecret(path, write(text)));
    for (const [kind, path, text] of accounts(random)) counted.note(kind, await isSecret(path, text));
  }
  return counted;
}

async function fileNames(count: number, random: Random): Promise<Outcome> {
  const counted = new Count(0.02);
  const folders = ['', 'deploy/', 'a b/c/', 'packages/api/', '.config/', 'infra/live/eu/'];
  while (counted.cases < count)
    for (const name of names) {
      // In other folders, a file of this name is more often a translation.
      const folder = name === 'auth.json' ? '' : folders[Math.floor(random() * folders.length)]!;
      counted.note(name, verdictOnName(folder + name)?.reason === 'secret');
    }
  return counted;
}

async function tokensInNames(count: number, random: Random): Promise<Outcome> {
  const counted = new Count(0.02);
  const bare = tokens.filter(([, form]) => /^[\w.%-]+$/.test(form.replace(/%\d+[bt]/g, '/')));
  for (let turn = 0; turn < count; turn++) {
    const [kind, form] = bare[turn % bare.length]!;
    const token = filled(form, random);
    const path = `backup/${token}/notes.txt`;
    const verdict = verdictOnName(path);
    const shown = maskSecrets(path) + (verdict?.detail ?? '');
    counted.note(kind, verdict?.reason === 'secret' && !shown.includes(token.slice(-16)));
  }
  return counted;
}

/** Code, hashes, identifiers, placeholders: none of it is a secret. */
async function ordinary(count: number, random: Random): Promise<Outcome> {
  const counted = new Count(0.0002);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)]!;
  const words =
    'user account token secret key value request handler password field form login session cache index page'.split(
      ' ',
    );
  const camel = (): string => {
    const [first = '', ...rest] = Array.from({ length: 2 + Math.floor(random() * 4) }, () => pick(words));
    return (
      first +
      rest.map(word => word[0]!.toUpperCase() + word.slice(1)).join('') +
      (random() < 0.3 ? Math.floor(random() * 100) : '')
    );
  };
  const makers: readonly [string, () => string][] = [
    ['a hash', () => `const commit = '${drawn(random, 'h', 40)}';`],
    ['an integrity', () => `"integrity": "sha512-${drawn(random, 'b', 86)}=="`],
    ['an identifier', () => `const ${camel()} = ${camel()}(${camel()}, '${camel()}');`],
    ['a UUID', () => `id: ${filled('%uuid', random)}`],
    ['a variable', () => `password = os.environ["${camel().toUpperCase()}"]`],
    ['a template', () => `token: \${{ secrets.${camel().toUpperCase()} }}`],
    [
      'a placeholder',
      () =>
        `API_KEY=${pick(['your-api-key-here', 'xxxxxxxxxxxxxxxxxxxxxxxx', '<your key>', 'changeme', 'replace_me_with_a_key_1'])}`,
    ],
    [
      'a word for a password',
      () =>
        `https://${pick(['me', 'app'])}:${pick(['password', 'secret', 'changeme', 'hunter2'])}@host.acme.io/x`,
    ],
    [
      'an address',
      () =>
        `https://${drawn(random, 'l', 8)}.acme.io:8080/${camel()}@${Math.floor(random() * 9)}.0.0/${drawn(random, 'h', 12)}`,
    ],
    ['a path', () => `import { ${camel()} } from './${camel()}/${camel()}.ts';`],
    ['an address on this machine', () => `postgres://app:${drawn(random, 'w', 12)}@localhost:5432/app`],
    ['a translation', () => `  passwordResetToken: '${pick(words)} ${pick(words)} ${pick(words)}',`],
    [
      'a made-up token',
      () =>
        `${'ghp'}_${pick(['0123456789abcdefghijklmnopqrstuvwxyz', 'x'.repeat(36), 'abcdefghijklmnopqrstuvwxyz0123456789'])}`,
    ],
  ];
  for (let turn = 0; turn < count; turn++) {
    const [kind, make] = makers[turn % makers.length]!;
    const [path, around] = placements[Math.floor(turn / makers.length) % placements.length]!;
    counted.note(
      kind,
      !(await isSecret(
        path,
        around.replace('@', () => make()),
      )),
    );
  }
  return counted;
}

const acting = [
  '\u001b]52;c;QQ\u0007',
  '\u009b2J',
  '\u0000',
  '\r',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ud800',
  '\uffff',
];
const marking = [
  '<img src=x>',
  '[a](command:b)',
  'https://a.b',
  'www.a.b',
  '| a |',
  '# a',
  '- a',
  '1. a',
  '```',
  '&lt;',
  '$a$',
  '*a*',
  '\n',
  ' ',
];

async function clean(count: number, random: Random): Promise<Outcome> {
  const counted = new Count(0);
  const pieces = [...acting, ...marking, 'word', 'é', '😀', '\\', '"', "'"];
  const lone = /[\ud800-\udfff]/u;
  for (let turn = 0; turn < count; turn++) {
    const text = Array.from(
      { length: 1 + Math.floor(random() * 8) },
      () => pieces[Math.floor(random() * pieces.length)]!,
    ).join('');
    const markdown = escapeMarkdown(text);
    const bare = markdown.replace(/\\[!-/:-@[-`{-~]/g, 'x');
    const outs = [cleanText(text), markdown, escapeXml(text)];
    counted.note(
      'a control',
      outs.every(out => !acts.test(out) && !lone.test(out)) &&
        JSON.stringify(JSON.parse(cleanJson(text))) === JSON.stringify(text) &&
        !/[`*_{}[\]<>#|~!&$@]|:\/\/|www\.|^\s*(?:[-+=]|\d+[.)])/i.test(bare) &&
        !/[<>]/.test(escapeXml(text)),
    );
  }
  return counted;
}

async function ignoring(count: number, random: Random): Promise<Outcome> {
  using folder = new TemporaryFolder();
  folder.git('init', '-q');
  const counted = new Count(0);
  const parts = [
    'a',
    'b',
    'é',
    '*',
    '**',
    '?',
    '/',
    '/**/',
    '[ab]',
    '[!a]',
    '\\*',
    '.',
    '[[:alpha:]]',
    '[a-c]',
    ' ',
  ];
  const letters = ['a', 'b', 'c', '.', 'é'];
  const some = (list: readonly string[], most: number): string =>
    Array.from(
      { length: 1 + Math.floor(random() * most) },
      () => list[Math.floor(random() * list.length)],
    ).join('');
  while (counted.cases < count) {
    const pattern = some(parts, 6);
    const paths = [
      ...new Set(
        Array.from({ length: 200 }, () =>
          Array.from({ length: 1 + Math.floor(random() * 4) }, () => `${some(letters, 3)}x`).join('/'),
        ),
      ),
    ];
    folder.write('.gitignore', `${pattern}\n`);
    const { stdout } = spawnSync('git', ['check-ignore', '--stdin', '-z', '--no-index'], {
      cwd: folder.root,
      input: paths.join('\0'),
      encoding: 'utf8',
    });
    const ignored = new Set(stdout.split('\0'));
    const rules = new IgnoreRules(pattern, false);
    for (const path of paths) {
      const steps = path.split('/');
      const ours = steps.some(
        (_, at) => rules.decide(steps.slice(0, at + 1).join('/'), at < steps.length - 1) === 'ignored',
      );
      counted.note(pattern, ours === ignored.has(path));
    }
  }
  return counted;
}

async function blowingUp(count: number): Promise<Outcome> {
  const counted = new Count(0);
  for await (const { note, milliseconds } of runCases(makeCases(seed, count, 32_000), 20_000))
    counted.note(note, milliseconds <= 500);
  // Files are decoded to text, whatever their bytes.
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xd8]);
  const file = { path: 'a.ts', absolute: '/a.ts', bytes: 4, modified: 0, changed: 0, wanted: false };
  counted.note('half a pair', 'text' in textOf({ file, bytes }, hashOf(bytes)));
  return counted;
}

let broken = false;
console.log(`seed ${seed}\n`);
console.log(`${'promise'.padEnd(42)} ${'cases'.padStart(7)} ${'failures'.padStart(9)}   rate`);
let sum = 0;
for (const [at, [name, share, check]] of promises.entries()) {
  const { cases, failures, kinds, allowed } = await check(Math.ceil(total * share), randomFrom(seed + at));
  sum += cases;
  if (failures > allowed * cases) broken = true;
  const worst = [...kinds].sort(([, one], [, other]) => other - one).slice(0, 4);
  const told = worst.map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(
    `${name.padEnd(42)} ${String(cases).padStart(7)} ${String(failures).padStart(9)}   ${(100 * (1 - failures / cases)).toFixed(2)} %${told && `   ${told}`}`,
  );
}
console.log(`\n${sum} cases`);
process.exitCode = broken ? 1 : 0;
