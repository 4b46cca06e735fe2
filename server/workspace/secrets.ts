/**
 * Secrets in the text of a file, found by Secretlint's recommended rules. Running all of them on every file would cost
 * more than everything else in reading, so plain searches decide first whether any of them could report anything.
 */
import type { Verdict } from './names.ts';

interface Rule {
  /** What it finds, to be named to the user; the find itself is never shown. */
  readonly what: string;
  /** A pattern that matches in every text in which the rule reports. Weaker than the rule's own: no look-around, shortest lengths. */
  readonly needs: string;
}

const prefix = '@secretlint/secretlint-rule-';

/** Every rule of the recommended preset; the test compares them with what the preset really holds. */
const rules: Readonly<Record<string, Rule>> = {
  aws: {
    what: 'an AWS secret access key',
    needs: String.raw`(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)_?(?:KEY|key|Key)["']?\s*[:=]`,
  },
  npm: {
    what: 'an npm or GitHub access token',
    needs: 'npm_[A-Za-z0-9_]{36}|:x-oauth-basic@github.com/|_authToken=[^$]',
  },
  basicauth: { what: 'a password in an address', needs: String.raw`://[-\w]{2,256}:[-\w]{4,256}@` },
  slack: {
    what: 'a Slack token or webhook',
    needs: String.raw`(?:xox[bpaor]|xapp)-[a-zA-Z0-9]{1,40}-[a-zA-Z0-9]|${anyCase('hooks')}\.${anyCase('slack')}\.${anyCase('com')}/${anyCase('services')}/`,
  },
  openai: { what: 'an OpenAI key', needs: 'T3BlbkFJ' },
  anthropic: { what: 'an Anthropic key', needs: String.raw`sk-ant-api0\d-[A-Za-z0-9_-]{90}` },
  groq: { what: 'a Groq key', needs: 'gsk_[a-zA-Z0-9]{52}' },
  huggingface: { what: 'a Hugging Face token', needs: 'hf_[a-zA-Z]{34}' },
  linear: { what: 'a Linear key', needs: String.raw`lin_api_\w{32}` },
  notion: { what: 'a Notion token', needs: String.raw`ntn_\d{11}[A-Za-z0-9]{35}` },
  privatekey: { what: 'a private key', needs: 'PRIVATE KEY(?: BLOCK)?-----' },
  sendgrid: { what: 'a SendGrid key', needs: String.raw`SG\.\w{1,128}\.\w` },
  shopify: { what: 'a Shopify token', needs: 'shp(?:pa|ca|at|ss)_[a-zA-Z0-9]{32}' },
  github: { what: 'a GitHub token', needs: String.raw`gh[pousr]_\w{36}|github_pat_\w{82}` },
  gitlab: { what: 'a GitLab token', needs: 'glpat-[A-Za-z0-9_-]{20}' },
  grafana: { what: 'a Grafana token', needs: 'glc_[A-Za-z0-9+/]{32}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}' },
  '1password': { what: 'a 1Password token', needs: 'ops_ey[A-Za-z0-9+/=]{100}' },
  'database-connection-string': {
    what: 'the password of a database',
    needs: String.raw`(?:${anyCase('mongodb')}(?:\+${anyCase('srv')})?|${anyCase('mysql')}[xX]?|${anyCase('postgres')}(?:${anyCase('ql')})?)://[^:/\s]{1,100}:[^@/\s]{4,200}@`,
  },
  'hashicorp-vault': { what: 'a Vault token', needs: String.raw`hv[sbr]\.[A-Za-z0-9_-]{90}` },
  vercel: { what: 'a Vercel token', needs: 'vc[piark]_[A-Za-z0-9]{20}' },
  databricks: { what: 'a Databricks token', needs: 'dapi[A-Fa-f0-9]{32}' },
  docker: { what: 'a Docker token', needs: 'dckr_pat_[a-zA-Z0-9_-]{27}' },
  figma: { what: 'a Figma token', needs: 'figd_[A-Za-z0-9_-]{40}' },
  // In JSON, the key that the rule asks for may be spelled with escapes.
  gcp: { what: 'the key of a Google service account', needs: String.raw`private_key_id|\\u00[567]` },
};

/** Reports nothing: it takes back what comments in the file allow. */
const silentRule = 'filter-comments';

/** The rule that looks only into files of one kind, and is weak enough to be worth holding back from all others. */
const jsonOnly = 'gcp';

// One search a rule: each skips ahead by its own letters, so all together are several times faster than one alternation.
const searches = Object.entries(rules)
  .filter(([name]) => name !== jsonOnly)
  .map(([, rule]) => new RegExp(rule.needs));
const jsonSearch = new RegExp(rules[jsonOnly]!.needs);

/**
 * Addresses that cannot be a secret, though they hold a password: on hosts that are reserved for examples and tests
 * (RFC 2606, RFC 6761), on this machine, or with a password that is only a word for one. Documentation and tests of
 * anything that parses addresses are full of them, and are worth reading.
 */
const harmlessAddresses: readonly string[] = [
  String.raw`/@(?:[^@\/?#]*\.)?(?:example(?:\.(?:com|net|org|edu))?|test|invalid|localhost)(?![\w.-])/i`,
  String.raw`/@(?:127\.|0\.0\.0\.0)/`,
  String.raw`/:(?:pass(?:word|wd|phrase)?|pwd|pw|secret|hidden|redacted|token|changeme|foo|bar|baz|x{3,}|\*+|test|1234\d*)@/i`,
  String.raw`/\/\/([^:@\/]+):\1@/`,
];

const ruleOptions = ['basicauth', 'database-connection-string'].map(name => ({
  id: prefix + name,
  options: { allows: harmlessAddresses },
}));

/** What Secretlint's npm rule passes over: the older ways to log in to a registry. */
const registryPassword = /^\s*(?:\/\/\S*:)?_(?:auth|password)\s*=\s*["']?[^\s"'$]/m;

/** The names of the rules that the searches are made for, as Secretlint knows them. */
export const searchedRules: readonly string[] = [...Object.keys(rules), silentRule].map(
  name => prefix + name,
);

/** Whether any rule could report anything. `false` is certain. */
export function mayHoldSecret(path: string, text: string): boolean {
  return (
    searches.some(search => search.test(text)) ||
    (path.endsWith('.json') && jsonSearch.test(text)) ||
    isRegistryLogin(path, text)
  );
}

/** Runs the rules. @param path decides which of them apply */
export async function verdictOnSecrets(path: string, text: string): Promise<Verdict | undefined> {
  if (isRegistryLogin(path, text))
    return { reason: 'secret', detail: 'It holds the login for a package registry.' };
  // Loaded for the first file that needs it, and that is seldom one of the first.
  const [{ lintSource }, { creator }, { secretLintProfiler }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
    import('@secretlint/profiler'),
  ]);
  // It keeps a record of every rule that was ever run, and searches all of them at each: a leak in a server.
  secretLintProfiler.mark = () => undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const { messages } = await lintSource({
    source: { filePath: path, content: text, ext: dot < 0 ? '' : name.slice(dot), contentType: 'text' },
    options: {
      config: { rules: [{ id: `${prefix}preset-recommend`, rule: creator, rules: ruleOptions }] },
      noPhysicFilePath: true,
      maskSecrets: true,
    },
  });
  const [first] = messages;
  if (first === undefined) return undefined;
  const what = rules[first.ruleId.slice(prefix.length)]?.what ?? 'a secret';
  return { reason: 'secret', detail: `Line ${first.loc.start.line} holds what looks like ${what}.` };
}

function isRegistryLogin(path: string, text: string): boolean {
  return path.endsWith('.npmrc') && registryPassword.test(text);
}

function anyCase(word: string): string {
  return word.replace(/[a-z]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}
