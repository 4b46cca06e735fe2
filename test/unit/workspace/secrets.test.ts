import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { verdictOnName } from '../../../server/workspace/names.ts';
import { mayHoldSecret, verdictOnSecrets } from '../../../server/workspace/secrets/find.ts';
import { maskSecrets } from '../../../server/workspace/secrets/names.ts';
import { knownRules, verdictOfPreset } from '../../../server/workspace/secrets/preset.ts';
import { randomFrom } from '../../bench/repositories.ts';
import { bareForms, bareKeys } from './bare-keys.ts';
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
} from './secret-kinds.ts';
import { tokens } from './secret-tokens.ts';

// Runs are repeatable; another seed gives other bodies.
const seed = Number(process.env['SEED'] ?? 1);
const random = randomFrom(seed);

/** Random bodies per kind. */
const drawnEach = 6;
/** More for values without a format: some look like words by chance, and a share needs numbers. */
const drawnOften = 60;

async function isFound(path: string, text: string): Promise<boolean> {
  const verdict = await verdictOnSecrets(path, text);
  assert.equal(mayHoldSecret(path, text) || verdict === undefined, true, 'found, but not looked for');
  return verdict?.reason === 'secret';
}

/** Fails below 98 % overall, naming the kinds. */
function judge(missed: readonly string[], all: number): void {
  const share = 1 - missed.length / all;
  const kinds = [...new Set(missed)].join('; ');
  assert.ok(share >= 0.98, `${(100 * share).toFixed(1)} % of ${all} found (seed ${seed}); missed: ${kinds}`);
}

describe('secrets in text', () => {
  it('are found: tokens of every service', async () => {
    const missed: string[] = [];
    let all = 0;
    for (const [kind, form] of tokens)
      for (let count = 0; count < drawnEach; count++) {
        const [path, around] = placements[all++ % placements.length]!;
        const text = around.replace('@', () => filled(form, random));
        if (!(await isFound(path, text))) missed.push(`${kind} in ${path}`);
      }
    judge(missed, all);
  });

  it('are found: random values under secret-like names', async () => {
    const missed: string[] = [];
    let all = 0;
    for (const [kind, form] of named)
      for (let count = 0; count < drawnOften; count++) {
        all++;
        if (!(await isFound('conf/a.yaml', filled(form, random)))) missed.push(kind);
      }
    judge(missed, all);
  });

  it('are found: passwords in URLs and connection strings', async () => {
    const missed: string[] = [];
    let all = 0;
    for (const [kind, form] of addresses)
      for (let count = 0; count < drawnOften; count++) {
        const [path, around] = placements[all++ % placements.length]!;
        if (
          !(await isFound(
            path,
            around.replace('@', () => filled(form, random)),
          ))
        )
          missed.push(`${kind} in ${path}`);
      }
    judge(missed, all);
  });

  it('are found: private keys in any quoting', async () => {
    const missed: string[] = [];
    let all = 0;
    for (let round = 0; round < 2; round++)
      for (const { kind, text } of privateKeys(random))
        for (const [form, path, write] of keyForms) {
          all++;
          if (!(await isFound(path, `${'some text\n'.repeat(3)}${write(text)}`)))
            missed.push(`${kind} ${form}`);
        }
    judge(missed, all);
  });

  it('are found: private keys without a marker, a line to a string; public keys and excerpts are not', async () => {
    const wrong: string[] = [];
    for (const { kind, isPrivate, der } of bareKeys())
      for (const [form, write] of bareForms) {
        const lines = der.toString('base64').match(/.{1,64}/g)!;
        if ((await isFound('src/body.ts', write(lines))) !== isPrivate) wrong.push(`${kind} ${form}`);
        if (await isFound('src/body.ts', `// Such a key starts with ${lines[0]!.slice(0, 44)}...\n`))
          wrong.push(`excerpt of ${kind}`);
      }
    assert.deepEqual(wrong, []);
  });

  it('are found: accounts of Google services', async () => {
    const missed: string[] = [];
    const all = accounts(random);
    for (const [kind, path, text] of all) if (!(await isFound(path, text))) missed.push(kind);
    assert.deepEqual(missed, []);
  });

  it('are found: web tokens in tests that identify someone, or are in other files', async () => {
    const tokens: [path: string, claims: object][] = [
      ['a.test.ts', { sub: filled('%uuid', random), iat: 1_700_000_000 }],
      ['a.test.ts', { iss: 'supabase', ref: drawn(random, 'l', 20), role: 'service_role' }],
      ['a.test.ts', { email: 'first.last@acme.io' }],
      ['test/a.json', { iss: 'https://login.acme.io/', scope: 'all' }],
      ['src/a.ts', { user: 'alice', roles: ['admin'] }],
    ];
    for (const [path, claims] of tokens)
      assert.ok(await isFound(path, `const t = '${webToken(claims)}';\n`), JSON.stringify(claims));
  });

  it('are not repeated in messages', async () => {
    for (const [, form] of tokens) {
      const token = filled(form, random);
      const verdict = await verdictOnSecrets('a.ts', `x\ny = "${token}"`);
      if (verdict === undefined) continue;
      assert.match(verdict.detail, /^Line 2 holds what looks like /);
      for (let at = 0; at + 10 <= token.length; at++)
        assert.ok(!verdict.detail.includes(token.slice(at, at + 10)), form);
    }
  });

  it('are found regardless of allow comments in the file', async () => {
    const token = filled('ghp_%36w', random);
    for (const comment of [
      '// secretlint-disable',
      '/* secretlint-disable-next-line */',
      '# gitleaks:allow',
      '# nosec',
    ])
      assert.ok(await isFound('a.ts', `${comment}\nconst t = '${token}'; ${comment}\n`), comment);
  });
});

describe('secrets in names', () => {
  it('of secret files are known', () => {
    const missed = names.filter(name => verdictOnName(name)?.reason !== 'secret');
    assert.ok(missed.length <= 0.02 * names.length, missed.join(' '));
  });

  it('are known in any folder', () => {
    const missed = ['.env', 'id_rsa', 'prod.tfvars', 'credentials.json'].filter(
      name => verdictOnName(`deploy/a b/${name}`)?.reason !== 'secret',
    );
    assert.deepEqual(missed, []);
  });

  it('are masked where the name is shown', () => {
    const token = filled('ghp_%36w', random);
    assert.equal(maskSecrets(`backup/${token}.txt`), 'backup/….txt');
    assert.equal(
      maskSecrets('server/workspace/secrets/placeholder.ts'),
      'server/workspace/secrets/placeholder.ts',
    );
    const verdict = verdictOnName(`backup/${token}.txt`);
    assert.equal(verdict?.reason, 'secret');
    assert.ok(!verdict.detail.includes(token));
  });
});

const hexExample = '0123456789abcdef'.repeat(2);

/** Signed with random bytes. */
function webToken(claims: object): string {
  const [header, payload] = [{ alg: 'HS256', typ: 'JWT' }, claims].map(part =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${header}.${payload}.${drawn(random, 'x', 43)}`;
}

const harmless: [path: string, text: string][] = [
  ['a.ts', `const url = \`https://\${user}:\${password}@host.company.com/\`;`],
  ['a.md', 'http://samuel:pass@example.com:8000/the/path'],
  ['a.md', 'postgres://postgres:postgres@db:5432/app and https://me:hunter12@server.test/'],
  ['a.go', '"http://user:somethingelse@127.0.0.1/"'],
  ['.npmrc', `//registry.npmjs.org/:_authToken=\${NPM_TOKEN}\nsave-exact=true`],
  ['a.json', '{"private_key_id": "x"}'],
  ['a.ts', `-----BEGIN PRIVATE ${'KEY'}-----\n...\n-----END PRIVATE ${'KEY'}-----`],
  ['README.md', `Set SLACK_TOKEN=${'xoxb'}-your-token-here`],
  ['README.md', `SLACK_BOT_TOKEN=${'xoxb'}-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx`],
  ['README.md', `export GITHUB_TOKEN=${'ghp'}_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`],
  ['README.md', `${'ghp'}_1234567890abcdefghijklmnopqrstuvwxyz`],
  ['README.md', `${'AKIA'}IOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`],
  ['test/rules.test.ts', `assert.match('${'sk_live'}_aaaaaaaaaaaaaaaaaaaaaaaa', rule);`],
  ['rules.toml', `regex = '''ghp_[0-9a-zA-Z]{36}'''`],
  ['docs.md', `OPENAI_API_KEY=${'sk'}-...\nANTHROPIC_API_KEY=<your key>`],
  ['values.yaml', 'password: changeme\nsecretKey: ""\napiKey: "{{ .Values.apiKey }}"'],
  ['a.ts', `const token = getTokenFromRequestHeader(request2);`],
  ['a.ts', `password: 'correct horse battery staple', secret: 'my-super-secret-value'`],
  ['a.py', `API_KEY = os.environ["ACME_API_KEY_V2"]`],
  ['a.ts', `const passwordFieldTestId = 'login-form-password-input-2';`],
  ['a.lock.md', `integrity: sha512-${'abcDEF123'.repeat(9)}==`],
  ['a.ts', `const commit = '${hexExample.replace(/(.)(.)/g, '$2$1')}';`],
  ['a.ts', `const publicKey = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=';`],
  ['a.yaml', `key: \${{ secrets.DEPLOY_KEY_2 }}\ntoken: $CI_JOB_TOKEN_2`],
  ['a.ts', `import { something } from 'https://unpkg.com/@scope/package@1.2.3:8080/index.js';`],
  ['a.html', 'integrity="sha256-pa0caWEhSlXeU8HObmDSe2t2H1SFH6ZeMwZkYN+moNs="'],
  [
    'a.ts',
    `headline: ab|/rocks/hugo.2d408a0717ec188158278a796c689044361dc6fdde28d6f04973b80896e1823975cdbf12`,
  ],
  ['ci.yml', 'env:\n  PASSWORD: Pass123$\n  OTHER_PASSWORD: admin@123'],
  [
    'a.json',
    '"https://firebasestorage.googleapis.com/v0/b/x/o/y.svg?alt=media&token=506faab0-617a-4668-9e63-4a2fb996603f"',
  ],
  [
    'a.test.ts',
    `'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXNzYWdlIjoiaGVsbG8gd29ybGQifQ.B54pAqIiLbu170tGQ1rY06Twv__0qSHTA0ioQPIOvFE'`,
  ],
  ...[{ iat: 1633046400, iss: 'hey' }, { user: 'alice', roles: ['admin'] }, { email: 'a@example.com' }].map(
    (claims): [string, string] => ['a.test.ts', `'${webToken(claims)}'`],
  ),
  ['a.html', `Stripe('${'pk_live'}_51H8xYzKq3VbN7mWpRtLs9DfGhJkAeUcX2iOoZyTnBvQwErTyUiOpAsDfG')`],
  ['a.ts', `-----BEGIN OpenVPN Static key V1-----\n...\n-----END OpenVPN Static key V1-----`],
  [
    'a.ts',
    `const publicKey = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0';`,
  ],
  ['a.ts', `docsearch({ appId: 'BH4D9OD16A', apiKey: '${drawn(random, 'h', 32)}', indexName: 'acme' })`],
  [
    'docusaurus.config.js',
    `algolia: {\n  appId: 'BH4D9OD16A',\n  apiKey: '${drawn(random, 'h', 32)}',\n  indexName: 'acme',\n}`,
  ],
  ...["const USDC_TOKEN = '@';", '{"name": "USDC", "token": "@"}', 'address constant TOKEN = @;'].map(
    (form): [string, string] => ['a.ts', form.replace('@', `0x${drawn(random, 'h', 40)}`)],
  ),
  ['a.sol', `bytes32 constant SALT = 0x${drawn(random, 'h', 64)};`],
  [
    'sealed.yaml',
    `kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB${drawn(random, 'b', 400)}\n`,
  ],
  ['compose.yml', 'A: postgres://app:app12345@postgres:5432\nB: postgres://acme:acme_dev_2@db:5432/acme'],
  ['a.py', 'Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW'],
  ['a.py', '"access_token":"2YotnFZFEjr1zCsicMWpAA", "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"'],
  ['a.py', "log('token: %s and password=%d of %(user_name2X)s')\npassword = '$DB_PASSWORD_V2x'"],
  ['a.yml', `passwd: $6$${drawn(random, 'w', 16)}$${drawn(random, 'w', 86)}`],
  ['a.py', `dsn = 'https://${drawn(random, 'h', 32)}@o123456.ingest.sentry.io/1234567'`],
  ['a.md', `https://${'my-organisation-deploy-user'}@git.acme.io/x.git`],
  ['a.ts', `const TOKENS = ['${drawn(random, 'w', 44)}'];`],
  ['a.cs', 'public string ApiKeyHeader { get; set; } = "X-Acme-Api-Key-Version2";'],
  ['a.cs', 'becomeToken = GetS4UTokenForUser(sid, logonType);'],
  ['a.cs', 'var hwScaleFilterFirstPass = "vpp_rkrga=format=bgra:afbc=1";'],
  ['a.py', "options.stopAt = stop_at.strftime('%Y-%m-%dT%H:%M:%S.%fZ')"],
  ['a.py', 'self._private_key = _get_private_key(private_key_pkcs8_text)'],
  ['a.py', 'class CrtS3SigV4AsymQueryAuth(CrtSigV4AsymQueryAuth):'],
  ['a.py', 'def build(self, secret: str) -> k8s_min.EnvVarSource:'],
  ['a.vb', 'Dim passwordBox As String = "LoginPasswordBox2"'],
  ['a.js', "const key = 'ghp_' + 'your-token-goes-here-0000000000000000'"],
  [
    'a.js',
    "const jwk = { kty: 'EC', crv: 'P-256', x: 'abc', d: '<the private part of your own key, in base64>' }",
  ],
  ['a.cs', 'Server=localhost;User Id=sa;Password=Passw0rd123;'],
  ['a.md', 'Server=myServerAddress;Database=myDataBase;User Id=myUsername;Password=myPassword;'],
];

describe('no secrets', () => {
  for (const [path, text] of harmless)
    it(`are seen in ${text.slice(0, 40)}`, async () => {
      assert.equal(await verdictOnSecrets(path, text), undefined);
    });

  it('are the keys that Amazon’s own guide prints', async () => {
    const key = ['uV3F3YluFJax1ckn', 'vbcGwgjvx4QpvB+leU8dUj2o'].join('');
    assert.equal(await verdictOnSecrets('tests/s3.py', `"AWS_SECRET_ACCESS_KEY": "${key}",`), undefined);
    const other = `${key.slice(20)}${key.slice(0, 20)}`;
    assert.ok(await verdictOnSecrets('tests/s3.py', `"AWS_SECRET_ACCESS_KEY": "${other}",`));
  });

  it('are seen in the names of templates and examples', () => {
    for (const name of [
      '.env.example',
      'example.env',
      'env.sample',
      'chart/templates/secret.yaml',
      'id_rsa.pub',
      'secrets.ts',
      'key.go',
      'auth.ts',
      'keyboard.json',
      'monkey',
      'environment.ts',
      'tokens.css',
    ])
      assert.equal(verdictOnName(name), undefined, name);
  });
});

describe('the searches that spare running Secretlint', () => {
  it('know every rule of the preset', () => {
    assert.deepEqual([...knownRules].sort(), rules.map(rule => rule.meta.id).sort());
  });

  it('never miss what a rule reports', async () => {
    const patterns = await patternsOfTheRules();
    assert.ok(patterns.length > 25, `${patterns.length} patterns`);
    const found = new Set<RegExp>();
    for (const pattern of patterns) {
      const around = fc.oneof(
        fc.constantFrom('', ' ', '"', '\n', '_', 'x', '='),
        fc.string({ maxLength: 3 }),
      );
      const path = fc.constantFrom('a.ts', 'a.json', 'package.json', '.npmrc');
      await fc.assert(
        fc.asyncProperty(path, around, matching(pattern), around, async (name, before, match, after) => {
          const text = before + match + after;
          if ((await verdictOfPreset(name, text)) === undefined) return;
          found.add(pattern);
          assert.ok(mayHoldSecret(name, text), `${name}: ${text}`);
        }),
        { numRuns: 25 },
      );
    }
    // Rules that also validate their matches (PEM keys, tokens with JSON) are among the kinds above.
    assert.ok(found.size > 20, `texts for ${found.size} of ${patterns.length} patterns were reported`);
  });

  it('pass text without secrets', () => {
    const words = Array.from({ length: 2000 }, () => drawn(random, 'a', 5)).join(' ');
    assert.equal(mayHoldSecret('a.ts', words), false);
  });
});

/** The rules' actual search patterns, captured while they run. */
async function patternsOfTheRules(): Promise<RegExp[]> {
  const texts = ['package.json', '.npmrc', 'a.ts'].map(path => ({
    path,
    text: `a text of its own for ${path}`,
  }));
  const spy = mock.method(String.prototype, 'matchAll');
  try {
    for (const { path, text } of texts) await verdictOfPreset(path, text);
  } finally {
    spy.mock.restore();
  }
  const patterns = new Map<string, RegExp>();
  for (const call of spy.mock.calls)
    if (texts.some(({ text }) => text === String(call.this)))
      patterns.set(String(call.arguments[0]), call.arguments[0] as RegExp);
  return [...patterns.values()];
}

/** Text that matches the pattern, if its context allows. */
function matching(pattern: RegExp): fc.Arbitrary<string> {
  const source = pattern.source
    .replace(/\(\?<?[!=](?:\[[^\]]*\]|[^()\]])*\)/g, '')
    .replaceAll('\\b', '')
    .replace(/\(\?<\w+>/g, '(')
    // Long bodies look like short ones.
    .replace(
      /\{(\d+),(\d+)\}/g,
      (_, least, most) => `{${least},${Math.min(Number(most), Number(least) + 4)}}`,
    );
  const text = fc.stringMatching(new RegExp(source, 'u'));
  if (!pattern.flags.includes('i')) return text;
  return fc
    .tuple(text, fc.infiniteStream(fc.boolean()))
    .map(([word, stream]) =>
      word.replace(/[a-z]/g, letter => (stream.next().value ? letter.toUpperCase() : letter)),
    );
}
