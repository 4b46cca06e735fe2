/**
 * Necessary conditions for Secretlint's rules to report anything: patterns weaker than the rules' own, without
 * look-around and with minimum lengths. Tests compare them with the actual preset.
 */
import { startsOf } from './tokens.ts';

/** What each rule finds, named to the user. */
export const rules: ReadonlyMap<string, string> = new Map([
  ['aws', 'an AWS secret access key'],
  ['npm', 'an npm or GitHub access token'],
  ['slack', 'a Slack token or webhook'],
  ['openai', 'an OpenAI key'],
  ['anthropic', 'an Anthropic key'],
  ['groq', 'a Groq key'],
  ['huggingface', 'a Hugging Face token'],
  ['linear', 'a Linear key'],
  ['notion', 'a Notion token'],
  ['sendgrid', 'a SendGrid key'],
  ['shopify', 'a Shopify token'],
  ['github', 'a GitHub token'],
  ['gitlab', 'a GitLab token'],
  ['grafana', 'a Grafana token'],
  ['1password', 'a 1Password token'],
  ['hashicorp-vault', 'a Vault token'],
  ['vercel', 'a Vercel token'],
  ['databricks', 'a Databricks token'],
  ['docker', 'a Docker token'],
  ['figma', 'a Figma token'],
  ['gcp', 'the key of a Google service account'],
]);

/**
 * Rules that are not run: one honours comments in the repository, which is not for its author to decide; for keys and
 * for passwords in URLs, our own searches are more thorough.
 */
export const unusedRules: readonly string[] = [
  'filter-comments',
  'basicauth',
  'database-connection-string',
  'privatekey',
];

/** Conditions on a single span without white space, checked during the token scan. */
export const presetStarts = startsOf([
  ...each('xoxb xoxp xoxa xoxo xoxr xapp', '-[a-zA-Z0-9]{1,40}-[a-zA-Z0-9]'),
  ['npm_', 'npm_[A-Za-z0-9_]{36}'],
  ['sk-ant', String.raw`sk-ant-api0\d-[A-Za-z0-9_-]{90}`],
  ['gsk_', 'gsk_[a-zA-Z0-9]{52}'],
  ['hf_', 'hf_[a-zA-Z]{34}'],
  ['lin_', String.raw`lin_api_\w{32}`],
  ['ntn_', String.raw`ntn_\d{11}[A-Za-z0-9]{35}`],
  ['SG.', String.raw`SG\.\w{1,128}\.\w`],
  ...each('shppa shpca shpat shpss', '_[a-zA-Z0-9]{32}'),
  ...each('ghp gho ghu ghs ghr', String.raw`_\w{36}`),
  ['github_', String.raw`github_pat_\w{82}`],
  ['glpat', 'glpat-[A-Za-z0-9_-]{20}'],
  ['glc_', 'glc_[A-Za-z0-9+/]{32}'],
  ['glsa_', 'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}'],
  ['ops_', 'ops_ey[A-Za-z0-9+/=]{100}'],
  ...each('hvs hvb hvr', String.raw`\.[A-Za-z0-9_-]{90}`),
  ...each('vcp vci vca vcr vck', '_[A-Za-z0-9]{20}'),
  ['dapi', 'dapi[A-Fa-f0-9]{32}'],
  ['dckr', 'dckr_pat_[a-zA-Z0-9_-]{27}'],
  ['figd', 'figd_[A-Za-z0-9_-]{40}'],
]);

function each(prefixes: string, rest: string): [string, string][] {
  return prefixes.split(' ').map(prefix => [prefix, prefix + rest]);
}

/** Conditions on the whole text. */
const searches: readonly RegExp[] = [
  String.raw`(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)_?(?:KEY|key|Key)["']?\s*[:=]`,
  ':x-oauth-basic@github.com/|_authToken=[^$]',
  `${anyCase('hooks')}\\.${anyCase('slack')}\\.${anyCase('com')}/${anyCase('services')}/`,
  'T3BlbkFJ',
].map(source => new RegExp(source));

/** The rule checks only files of this kind; in JSON, its key may be spelled with escapes. */
const jsonSearch = /private_key_id|\\u00[567]/;

export function presetMaySearch(path: string, text: string): boolean {
  return searches.some(search => search.test(text)) || (path.endsWith('.json') && jsonSearch.test(text));
}

function anyCase(word: string): string {
  return word.replace(/[a-z]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}
