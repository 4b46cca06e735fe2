/**
 * Secrets of all kinds with random bodies, and where they occur in files. Formats are from the services' documentation;
 * nothing in this file is, or looks like, a credential.
 */
import { generateKeyPairSync } from 'node:crypto';

export type Random = () => number;

const alphabets = {
  w: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  x: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  h: '0123456789abcdef',
  d: '0123456789',
  l: 'abcdefghijklmnopqrstuvwxyz0123456789',
  u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  k: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  a: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  p: 'abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)',
  t: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-',
} as const;

export function drawn(random: Random, alphabet: keyof typeof alphabets, length: number): string {
  const letters = alphabets[alphabet];
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

/** `%36w` stands for 36 characters of that alphabet, `%u` for a UUID, `%j` for the claims of a web token. */
export function filled(form: string, random: Random): string {
  return form.replace(/%(\d+)([a-z])|%(uuid|claims)/g, (_, count, alphabet, special) => {
    if (special === 'uuid') {
      const hex = drawn(random, 'h', 30);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
    }
    if (special === 'claims') {
      const claims = { sub: drawn(random, 'w', 12), role: 'service', iat: 1_700_000_000 };
      return Buffer.from(JSON.stringify(claims)).toString('base64url');
    }
    return drawn(random, alphabet as keyof typeof alphabets, Number(count));
  });
}

/** A random value under a secret-like name. */
export const named: readonly (readonly [kind: string, form: string])[] = [
  ['API key', 'const apiKey = "%32w";'],
  ['API key in hex', 'API_KEY=%32h'],
  ['secret', "client_secret: '%40w'"],
  ['secret in JSON', '{"clientSecret": "%32x"}'],
  ['password', 'DB_PASSWORD=%20w'],
  ['password with signs', 'password: "%8w!%6w$%6w"'],
  ['token in YAML', 'auth_token: %40h'],
  ['token of a header', 'curl -H "Authorization: Bearer %40x" https://api.acme.io'],
  ['password with a mark of a format', 'password: "%6w%d%8w"'],
  ['password with a mark of a string', "'password' => '%5w%s%9w!',"],
  ['key of Django', "SECRET_KEY = 'django-insecure-%50p'"],
  ['key of a chain in Solidity', 'bytes32 constant PRIVATE_KEY = 0x%64h;'],
  ['key in Python', "SECRET_KEY = '%50w'"],
  ['key in PHP', "define('AUTH_KEY', '%64w');"],
  ['key in PHP array', "'app_key' => 'base64:%43b=',"],
  ['key in Go', 'accessToken := "%40w"'],
  ['key in Java', 'String accessKey = new String("%40b");'],
  ['key in XML', '<password>%24w</password>'],
  ['key of a value in XML', '<add key="ClientSecret" value="%32w" />'],
  ['key in a query', 'https://api.acme.io/v1?api_key=%32w&x=1'],
  ['key on a command line', 'deploy --token=%40w --yes'],
  ['key in Terraform', 'admin_password = "%24w"'],
  ['key in Kubernetes', 'stringData:\n  token: %40w'],
  ['encryption key', 'ENCRYPTION_KEY="%43b="'],
  ['signing key in TOML', 'signing_key = "%64h"'],
  ['session secret', "app.use(session({ secret: '%32w' }))"],
  ['UUID as a key', 'api_key = "%uuid"'],
  ['type in TypeScript', "private readonly apiKey: string = '%32w';"],
  ['type in Rust', 'pub const API_KEY: &\'static str = "%32w";'],
  ['type in Kotlin and Swift', 'let apiKey: String = "%32w"'],
  ['type in Go', 'var apiKey string = "%32w"'],
  ['type in Python', 'api_key: str = "%32w"'],
  ['array in C', 'const char api_key[] = "%32w";'],
  ['definition in C', '#define API_KEY "%32w"'],
  ['setter', 'ds.setPassword("%24w");'],
  ['builder', '.withApiKey("%32w")'],
  ['fallback', "const k = process.env.API_TOKEN || '%32w';"],
  ['other fallback', "const apiToken = process.env.API_TOKEN ?? '%32w';"],
  ['condition', "const apiKey = isProd ? '%32w' : '';"],
  ['next line', "const apiKey =\n  '%32w';"],
  ['next line in Python', 'API_KEY = (\n    "%32w"\n)'],
  ['block in YAML', 'apiKey: >-\n  %32w'],
  ['anchor in YAML', 'apiKey: &key %32w'],
  ['pair in Kubernetes', 'env:\n  - name: API_KEY\n    value: %32w'],
  ['pair in JSON', '{"name": "API_KEY", "value": "%32w"}'],
  ['pair in a manifest', '<meta-data android:name="com.acme.API_KEY" android:value="%32w"/>'],
  ['pair in XML, reversed', '<property value="%32w" name="password"/>'],
  ['pair in a property list', '<key>ApiKey</key>\n<string>%32w</string>'],
  ['field of a form', '<input name="api_key" type="hidden" value="%32w">'],
  ['default in Terraform', 'variable "db_password" {\n  type    = string\n  default = "%24w"\n}'],
  ['ENV with a blank', 'ENV API_KEY %32w'],
  ['set of fish', 'set -gx API_TOKEN "%32w"'],
  ['setx', 'setx API_TOKEN %32w'],
  ['option', 'deploy --token %40w'],
  ['password option', "mysqldump --password '%24w' db"],
  ['login of curl', 'curl -u admin:%24w https://api.acme.io/x'],
  ['password of mysql', 'mysql -u root -p%24w main'],
  ['password of docker', 'docker login -u acme -p %24w registry.acme.io'],
  ['password of sshpass', "sshpass -p '%24w' ssh root@10.1.2.3"],
  ['password of redis', 'redis-cli -h cache.acme.io -a %24w ping'],
  ['user of SQL', "CREATE USER app IDENTIFIED BY '%24w';"],
  ['role of SQL', "CREATE ROLE app WITH LOGIN PASSWORD '%24w';"],
  ['netrc', 'machine api.acme.io login bot password %24w'],
  ['store of Gradle', 'storePassword "%24w"'],
  ['short store of Gradle', 'storePassword "%14w"'],
  ['password of mysql, attached', 'mysql -uroot -p%16w -h db.acme.io'],
  ['fallback of Python', 'token = os.getenv("TOKEN") or "%32w"'],
  ['property of C#', 'public string ApiKey { get; set; } = "%32w";'],
  ['variable of Visual Basic', 'Dim password As String = "%16w"'],
  ['secure string of PowerShell', '$p = ConvertTo-SecureString "%16w" -AsPlainText -Force'],
  ['login of requests', 'requests.get(url, auth=("admin", "%18w"))'],
  ['tuple of Erlang', '{password, "%16w"}.'],
  ['list in YAML', 'api_keys:\n  - %32w\n  - %32w'],
  ['list in JavaScript', "const API_KEYS = [\n  '%32w',\n];"],
  ['string of lines in TOML', 'secret_key = """\n%32w"""'],
  ['element over lines', '<apiKey>\n   %32w\n</apiKey>'],
  ['password on standard input', 'echo "%18w" | docker login --password-stdin'],
  ['property with a blank', 'spring.datasource.password %16w'],
  ['token in two strings', "t = 'ghp_%10w' + '%26w'"],
  ['token over two lines', 't = ("ghp_%10w"\n     "%26w")'],
  ['token with a continued line', 'T=ghp_%10w\\\n%26w'],
  ['token with a character that does not show', 'ghp_\u200b%36w'],
  ['object of a key', "const k = { kty: 'EC', crv: 'P-256', x: '%43x', y: '%43x', d: '%43x' };"],
  ['wireless network', 'network={\n  psk="%24w"\n}'],
  ['table', '| API key | %32w |'],
  ['key of a chain', 'const PRIVATE_KEY = "0x%64h";'],
  ['other scheme', 'Authorization: SSWS 00%40x'],
  [
    'key of OpenVPN',
    '-----BEGIN OpenVPN Static key V1-----\n%32h\n%32h\n%32h\n%32h\n-----END OpenVPN Static key V1-----',
  ],
];

/** URLs and connection strings. */
export const addresses: readonly (readonly [kind: string, form: string])[] = [
  ...'https http ftp redis rediss amqp amqps mongodb mongodb+srv mysql postgres postgresql mssql clickhouse ldap smtp smtps mqtt nats kafka'
    .split(' ')
    .map(scheme => [scheme, `${scheme}://app:%16w@db.acme.io:1234/main`] as const),
  ['redis without a user', 'redis://:%24w@cache.acme.io:6379/0'],
  ['password with signs', 'postgres://app:%6w!%4w$%4w.%4w@db.acme.io/main'],
  ['password with escapes', 'postgres://app:%6w%40%6w%23%4w@db.acme.io/main'],
  ['password with a slash', 'postgres://app:%6w/%6w@db.acme.io/main'],
  ['user with signs', 'amqp://svc.app+x@acme.io:%16w@mq.acme.io/vhost'],
  ['user of an address', 'https://first.last:%20w@git.acme.io/x.git'],
  ['a second host that ends in localhost', 'mongodb://app:%16w@db1.acme.io:27017,notlocalhost:27017/main'],
  ['a token as the user', 'https://%40w@git.acme.io/x.git'],
  ['a host of one word', 'redis://default:%24w@cache:6379'],
  ['an address of numbers', 'mysql://root:%16w@10.1.2.3:3306/main'],
  ['JDBC', 'jdbc:postgresql://db.acme.io/main?user=app&password=%16w'],
  ['JDBC for SQL Server', 'jdbc:sqlserver://db.acme.io:1433;databaseName=main;user=sa;password=%16w;'],
  ['JDBC for Oracle', 'jdbc:oracle:thin:scott/%14w@db.acme.io:1521:orcl'],
  ['ADO.NET', 'Server=tcp:db.acme.io,1433;Initial Catalog=main;User ID=app;Password=%16w;Encrypt=True;'],
  ['ADO.NET, short', 'Data Source=db.acme.io;Uid=app;Pwd=%14w!;'],
  ['libpq', 'host=db.acme.io user=app password=%16w dbname=main'],
];

/** Places for a token. */
export const placements: readonly (readonly [path: string, form: string])[] = [
  ['src/a.ts', 'const value = "@";\n'],
  ['src/a.py', "client = Client('@')\n"],
  ['conf/a.yaml', 'a:\n  b: @\n'],
  ['conf/a.json', '{\n  "value": "@"\n}\n'],
  ['notes.md', 'Use `@` for the staging system.\n'],
  ['notes.txt', 'the one we have: @\n'],
  ['run.sh', 'export X=@\n'],
  ['a.rb', '# @\n'],
  ['a.go', 'call(ctx, `@`)\n'],
  ['a.c', 'const char *s = "line\\n@\\n";\n'],
  ['a.html', '<a href="https://acme.io/?q=@">x</a>\n'],
  ['a.xml', '<value>@</value>\n'],
  ['a.js', '/* secretlint-disable */\nconst value = "@";\n'],
  ['a.ts', `${'const words = ["alpha", "beta"];\n'.repeat(300)}call("@");\n`],
];

export interface PrivateKey {
  readonly kind: string;
  readonly text: string;
}

/** Private keys of each kind, real ones if Node generates them. */
export function privateKeys(random: Random): PrivateKey[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const ed = generateKeyPairSync('ed25519').privateKey;
  const locked = { cipher: 'aes-256-cbc', passphrase: drawn(random, 'w', 12) } as const;
  const pem = (text: string | Buffer): string => String(text);
  const block = (name: string, lines: number, before = ''): string =>
    `-----BEGIN ${name}-----\n${before}${Array.from({ length: lines }, () => drawn(random, 'b', 64)).join('\n')}\n-----END ${name}-----\n`;
  return [
    { kind: 'RSA', text: pem(rsa.export({ type: 'pkcs1', format: 'pem' })) },
    { kind: 'RSA in PKCS8', text: pem(rsa.export({ type: 'pkcs8', format: 'pem' })) },
    { kind: 'RSA, encrypted', text: pem(rsa.export({ type: 'pkcs8', format: 'pem', ...locked })) },
    {
      kind: 'RSA, encrypted the old way',
      text: pem(rsa.export({ type: 'pkcs1', format: 'pem', ...locked })),
    },
    { kind: 'EC', text: pem(ec.export({ type: 'sec1', format: 'pem' })) },
    { kind: 'EC in PKCS8', text: pem(ec.export({ type: 'pkcs8', format: 'pem' })) },
    { kind: 'Ed25519 in PKCS8', text: pem(ed.export({ type: 'pkcs8', format: 'pem' })) },
    { kind: 'OpenSSH', text: block(`OPENSSH PRIVATE ${'KEY'}`, 6) },
    { kind: 'DSA', text: block(`DSA PRIVATE ${'KEY'}`, 8) },
    { kind: 'PGP', text: block(`PGP PRIVATE ${'KEY'} BLOCK`, 12, 'Version: GnuPG v2\n\n') },
    {
      kind: 'PuTTY',
      text: `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 2\n${drawn(random, 'b', 64)}\n${drawn(random, 'b', 20)}\nPrivate-Lines: 1\n${drawn(random, 'b', 44)}\nPrivate-MAC: ${drawn(random, 'h', 64)}\n`,
    },
    { kind: 'age', text: `# created: 2024-01-01\nAGE-SECRET-KEY-1${drawn(random, 'k', 58)}\n` },
  ];
}

/** Multi-line keys in files of other kinds. */
export const keyForms: readonly (readonly [form: string, path: string, write: (key: string) => string])[] = [
  ['as it is', 'notes.txt', key => key],
  ['in JSON', 'a.json', key => JSON.stringify({ key })],
  ['in YAML', 'a.yaml', key => `key: |\n${key.replace(/^/gm, '    ')}`],
  ['in a YAML string', 'a.yml', key => `key: ${JSON.stringify(key)}\n`],
  [
    'quoted by line',
    'a.c',
    key =>
      `${lines(key)
        .map(line => `  "${line}\\n"`)
        .join('\n')};\n`,
  ],
  [
    'joined by plus',
    'A.java',
    key =>
      `${lines(key)
        .map(line => `  "${line}\\n"`)
        .join(' +\n')};\n`,
  ],
  [
    'appended by line',
    'A.java',
    key =>
      `${lines(key)
        .map(line => `sb.append("${line}\\n");`)
        .join('\n')}\n`,
  ],
  [
    'added by line',
    'a.py',
    key =>
      `${lines(key)
        .map(line => `key += '${line}\\n'`)
        .join('\n')}\n`,
  ],
  [
    'in an array',
    'a.js',
    key =>
      `[\n${lines(key)
        .map(line => `  '${line}',`)
        .join('\n')}\n].join('\\n')\n`,
  ],
  [
    'behind #',
    'a.sh',
    key =>
      lines(key)
        .map(line => `# ${line}\n`)
        .join(''),
  ],
  [
    'behind //',
    'a.go',
    key =>
      lines(key)
        .map(line => `// ${line}\n`)
        .join(''),
  ],
  ['in a triple quote', 'a.py', key => `KEY = """${key}"""\n`],
  ['in one line', '.envrc.txt', key => `KEY="${lines(key).join('\\n')}"\n`],
  ['in HTML', 'a.html', key => `<pre>${lines(key).join('&#10;')}</pre>\n`],
  ['in base64', 'a.yaml', key => `key: ${Buffer.from(key).toString('base64')}\n`],
  ['with carriage returns', 'a.txt', key => key.replaceAll('\n', '\r\n')],
];

function lines(text: string): string[] {
  return text.trimEnd().split('\n');
}

/** Accounts of Google services. */
export function accounts(random: Random): readonly (readonly [kind: string, path: string, text: string])[] {
  const key = privateKeys(random)[1]!.text;
  const account = {
    type: 'service_account',
    project_id: 'acme',
    [`private_${'key'}_id`]: drawn(random, 'h', 40),
    [`private_${'key'}`]: key,
  };
  const json = JSON.stringify(account);
  return [
    ['JSON', 'a.json', json],
    ['JSON over lines', 'a.json', JSON.stringify(account, null, 2)],
    ['JSON as a YAML string', 'a.yaml', `account: '${json}'\n`],
    ['JSON with escapes', 'a.json', json.replaceAll('private', '\\u0070rivat\\u0065')],
    ['base64', 'a.yaml', `account: ${Buffer.from(json).toString('base64')}\n`],
    [
      'base64 of lines',
      'a.env.txt',
      `ACCOUNT=${Buffer.from(JSON.stringify(account, null, 2)).toString('base64')}\n`,
    ],
  ];
}

/** Names of files that are secret whatever they contain. */
export const names: readonly string[] = `
  .env .env.local .env.production .env.development.local .env-prod .env_production .env~ .env.bak .env.old env.local prod.env
  config/.env deploy/production.env .envrc .flaskenv .dev.vars .dev.vars.production .env.vault
  terraform.tfvars prod.tfvars prod.auto.tfvars secrets.tfvars.json terraform.tfstate terraform.tfstate.backup default.tfstate.1700.backup .terraformrc
  terraform.rc .terraform.d/credentials.tfrc.json
  id_rsa id_rsa.bak id_ed25519 id_ed25519.old id_ecdsa id_ecdsa_sk id_dsa keys/id_rsa.orig server.key server.key.bak server-key.pem
  private.pem key.pem tls.key cert.p12 cert.pfx store.jks release.keystore debug.keystore key.p8 key.ppk identity.pk8 vault.kdbx
  login.keychain secret.gpg secring.gpg private.asc ssh_host_rsa_key ssh_host_ed25519_key
  .ssh/config_keys/id_rsa .ssh/deploy_key deploy_key
  .docker/config.json .dockercfg .dockerconfigjson .kube/config kubeconfig kubeconfig.yaml admin.kubeconfig admin.conf/kubeconfig.yml
  .aws/credentials aws/credentials.csv .azure/accessTokens.json .config/gcloud/application_default_credentials.json
  gcloud/legacy_credentials.db service-account.json serviceAccountKey.json service_account.json client_secret_123.apps.googleusercontent.com.json
  client_secrets.json credentials.json credentials.yml.enc credentials secrets.yml secrets.yaml secrets.json secrets.toml .secrets
  .streamlit/secrets.toml appsettings.secrets.json local.settings.json master.key config/master.key
  wg0.conf wireguard.conf office.ovpn .netrc _netrc .git-credentials .pgpass pgpass.conf .my.cnf .mylogin.cnf .pypirc .htpasswd htpasswd
  .s3cfg .boto .vault-token .vault_pass vault_password.txt
  keystore.properties key.properties signing.properties gradle/keystore.properties .gradle/gradle.properties .m2/settings.xml settings-security.xml
  NuGet.Config.user .nuget/NuGet/NuGet.Config auth.json .composer/auth.json .gem/credentials .cargo/credentials .cargo/credentials.toml
  .config/hub .config/gh/hosts.yml wp-config.php wp-config.php.bak LocalSettings.php auth.txt passwords.txt password.txt
  proftpdpasswd .rclone.conf rclone.conf filezilla.xml sitemanager.xml recentservers.xml
`
  .trim()
  .split(/\s+/);
