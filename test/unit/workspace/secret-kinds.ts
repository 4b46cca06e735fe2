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

const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/** Access tokens: name and format. */
export const tokens: readonly (readonly [kind: string, form: string])[] = [
  ...'ghp gho ghu ghs ghr'.split(' ').map(start => [`GitHub ${start}`, `${start}_%36w`] as const),
  ['GitHub fine-grained', 'github_pat_%22w_%59w'],
  ...'glpat gldt glrt glptt glcbt glft glsoat glffct glimt glagent gloas'
    .split(' ')
    .map(start => [`GitLab ${start}`, `${start}-%20x`] as const),
  ['GitLab routable', 'glpat-%27x.%2l.%9l'],
  ['GitLab runner', 'GR1348941%20x'],
  ['Bitbucket app password', 'ATBB%32w'],
  ['Bitbucket or Atlassian token', 'ATCTT3xFfGN0%60x=%8u'],
  ['Atlassian API token', 'ATATT3xFfGF0%170x=%8u'],
  ['AWS key id', 'AKIA%16k'],
  ['AWS temporary key id', 'ASIA%16k'],
  ['AWS secret key', `aws_secret_${'access'}_key = "%40b"`],
  ['AWS secret key, bare', `AWS_SECRET_${'ACCESS'}_KEY=%40b`],
  ['AWS session token', 'IQoJb3JpZ2luX2Vj%300b'],
  ['Google API key', 'AIza%35x'],
  ['Google OAuth', 'ya29.a0%100x'],
  ['Google client secret', 'GOCSPX-%28x'],
  ['Google refresh token', '1//0%1d%60x'],
  ['Firebase Cloud Messaging', 'AAAA%7x:APA91b%134x'],
  ['Slack bot', 'xoxb-%12d-%13d-%24w'],
  ['Slack user', 'xoxp-%12d-%12d-%13d-%32h'],
  ['Slack session', 'xoxc-%12d-%12d-%13d-%64h'],
  ['Slack cookie', 'xoxd-%40b%2F%60b'],
  ['Slack refresh', 'xoxe-1-%146w'],
  ['Slack rotated', 'xoxe.xoxp-1-%162w'],
  ['Slack app', 'xapp-1-A%10u-%13d-%64h'],
  ['Slack webhook', 'https://hooks.slack.com/services/T%10u/B%10u/%24w'],
  ['Stripe live', 'sk_live_%24w'],
  ['Stripe live, long', 'sk_live_51%97w'],
  ['Stripe test', 'sk_test_51%97w'],
  ['Stripe restricted', 'rk_live_%24w'],
  ['Stripe webhook', 'whsec_%32w'],
  ['PyPI', 'pypi-AgEIcHlwaS5vcmc%150x'],
  ['npm', 'npm_%36w'],
  ['RubyGems', 'rubygems_%48h'],
  ['crates.io', 'cio%32w'],
  ['NuGet', 'oy2%43l'],
  ['Docker access', 'dckr_pat_%27x'],
  ['Docker organisation', 'dckr_oat_%32x'],
  ['Anthropic', 'sk-ant-api03-%93xAA'],
  ['Anthropic admin', 'sk-ant-admin01-%93xAA'],
  ['Anthropic OAuth', 'sk-ant-oat01-%93xAA'],
  ['OpenAI', 'sk-%48w'],
  ['OpenAI project, long', 'sk-proj-%74xT3BlbkFJ%74x'],
  ['OpenAI project, short', 'sk-proj-%48w'],
  ['OpenAI service account', 'sk-svcacct-%60x'],
  ['OpenRouter', 'sk-or-v1-%64h'],
  ['DeepSeek', 'sk-%32h'],
  ['xAI', 'xai-%80w'],
  ['Groq', 'gsk_%52w'],
  ['Replicate', 'r8_%37w'],
  ['NVIDIA', 'nvapi-%64x'],
  ['Hugging Face', 'hf_%34a'],
  ['Perplexity', 'pplx-%48w'],
  ['Pinecone', 'pcsk_%5w_%60w'],
  ['LangSmith', 'lsv2_pt_%32h_%10h'],
  ['Tavily', 'tvly-dev-%32w'],
  ['DigitalOcean', 'dop_v1_%64h'],
  ['DigitalOcean OAuth', 'doo_v1_%64h'],
  ['Heroku', 'HEROKU_API_KEY=%uuid'],
  ['Heroku, new', 'HRKU-AA%58x'],
  ['Fly.io', 'fm2_%200b'],
  ['Fly.io access', 'fo1_%43x'],
  ['Tailscale', 'tskey-auth-%11wCNTRL-%32w'],
  ['Doppler', 'dp.pt.%43w'],
  ['Doppler service', 'dp.st.prd.%43w'],
  ['Pulumi', 'pul-%40h'],
  ['Terraform Cloud', '%14w.atlasv1.%67x'],
  ['PlanetScale token', 'pscale_tkn_%43x'],
  ['PlanetScale password', 'pscale_pw_%43x'],
  ['Supabase', 'sbp_%40h'],
  ['Supabase secret', 'sb_secret_%22x_%8w'],
  ['Neon', 'napi_%64l'],
  ['New Relic user', 'NRAK-%27u'],
  ['New Relic insert', 'NRII-%32x'],
  ['Sentry organisation', 'sntrys_eyJpYXQiOjE%120b_%43b'],
  ['Sentry user', 'sntryu_%64h'],
  ['Mailgun', 'key-%32h'],
  ['SendGrid', 'SG.%22x.%43x'],
  ['Mailchimp', '%32h-us12'],
  ['Brevo', 'xkeysib-%64h-%16w'],
  ['Resend', 're_%8w_%24w'],
  ['Twilio key', 'SK%32h'],
  ['Twilio account', 'AC%32h'],
  ['Square access', 'sq0atp-%22x'],
  ['Square secret', 'sq0csp-%43x'],
  ['Square', 'EAAA%60x'],
  ['Shopify', 'shpat_%32h'],
  ['Shopify secret', 'shpss_%32h'],
  ['Plaid', 'access-production-%uuid'],
  ['Postman', 'PMAK-%24h-%34h'],
  ['Linear', 'lin_api_%40w'],
  ['Notion', 'ntn_%11d%35w'],
  ['Notion, old', 'secret_%43w'],
  ['Airtable', 'pat%14w.%64h'],
  ['HubSpot', 'pat-na1-%uuid'],
  ['Figma', 'figd_%40x'],
  ['Mapbox', 'sk.eyJ1Ijoi%60w.%22x'],
  ['Netlify', 'nfp_%36w'],
  ['Vercel', 'vcp_%56w'],
  ['Render', 'rnd_%32w'],
  ['Databricks', 'dapi%32h'],
  ['Databricks, with its number', 'dapi%32h-2'],
  ['Dynatrace', 'dt0c01.%24u.%64u'],
  ['Grafana service account', 'glsa_%32w_%8h'],
  ['Grafana cloud', 'glc_eyJ%100b'],
  ['Vault', 'hvs.%90x'],
  ['Vault, short', 'hvs.CAES%20x'],
  ['1Password', 'ops_eyJ%250b'],
  ['Snyk', 'snyk_uat.%8h.%60x'],
  ['SonarQube', 'squ_%40h'],
  ['CircleCI', 'CCIPAT_%22w_%40h'],
  ['Buildkite', 'bkua_%40h'],
  ['JFrog', 'AKCp%69w'],
  ['Contentful', 'CFPAT-%43x'],
  ['Discord bot', 'MT%24w.%6x.%38x'],
  ['Discord webhook', 'https://discord.com/api/webhooks/%18d/%68x'],
  ['Telegram bot', '%10d:AA%33x'],
  [
    'Azure storage',
    'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=%86b==;EndpointSuffix=core.windows.net',
  ],
  [
    'Azure Service Bus',
    'Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=%43b=',
  ],
  ['Azure Cosmos', 'AccountEndpoint=https://acme.documents.azure.com:443/;AccountKey=%86b==;'],
  ['Azure signature', 'https://acme.blob.core.windows.net/c?sv=2023-11-03&sp=r&sig=%43b%3D'],
  ['Azure client secret', '%3w8Q~%34t'],
  ['Azure DevOps', '%76wAZDO%4w'],
  ['Azure DevOps, old', 'AZURE_DEVOPS_PAT=%52l'],
  ['Web token', `${head}.%claims.%43x`],
  ['Alibaba key id', 'LTAI5t%18w'],
  ['Shippo', 'shippo_live_%40h'],
  ['LaunchDarkly', 'sdk-%uuid'],
  ['Sourcegraph', 'sgp_%16h_%40h'],
  ['Readme', 'rdme_%70l'],
  ['Infracost', 'ico-%32w'],
  ['Prefect', 'pnu_%36w'],
  ['Basic password of a package registry', `//registry.acme.io/:_auth${'Token'}=%36w`],
];

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
  id_rsa id_rsa.bak id_ed25519 id_ed25519.old id_ecdsa id_ecdsa_sk id_dsa keys/id_rsa.orig server.key server.key.bak server.pem
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
