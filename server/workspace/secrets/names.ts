/** Files that are secret by name and folder, whatever they contain. */

import { findAddress } from './addresses.ts';
import { findToken } from './tokens.ts';
import type { Find } from './verdict.ts';

/** Words in the name of a template to fill in; those of the second list only at its end. */
const templateWords: ReadonlySet<string> = new Set(
  'example examples sample samples template templates tmpl tpl dummy'.split(' '),
);
const templateEndings: ReadonlySet<string> = new Set(
  'dist default defaults schema pub skeleton spec stub'.split(' '),
);

function isTemplate(name: string): boolean {
  const parts = name.toLowerCase().split(/[._-]/);
  return templateEndings.has(parts.at(-1)!) || parts.some(part => templateWords.has(part));
}

/** A copy is as secret as the original. */
const copySuffix =
  /(?:~|[._-](?:bak|backup|old|orig|original|save|saved|swp|copy|tmp|prev|disabled|off|\d{1,14})| copy| \(\d+\))$/i;

const environmentFile =
  /^\.env(?:[._-].+)?$|^env\.(?:local|prod(?:uction)?|dev(?:elopment)?|staging|live|secret)$|.\.env$|^\.envrc$|^\.flaskenv$|^\.dev\.vars(?:\..+)?$/i;

/** In these folders an environment file is more likely test data; its content decides. */
const testFolders = /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|__fixtures__|testdata|playgrounds?|e2e)\//i;

/** Whether a file lists environment variables for a test, so that any value of a secret's name counts. */
export function isTestEnvironment(path: string): boolean {
  return testFolders.test(path) && environmentFile.test(path.slice(path.lastIndexOf('/') + 1));
}

const byName: readonly (readonly [RegExp, string])[] = [
  [environmentFile, 'Environment files usually hold secrets.'],
  [
    /^(?:ssh_host_)?(?:id_)?(?:rsa|dsa|ecdsa|ed25519)(?:_sk|_key)?$|^(?:ssh_host_\w+|deploy|private)_key$|\.(?:key|ppk|pk8|p8)$|^(?:private|secret)[\w-]*\.asc$/i,
    'Files of this name hold keys.',
  ],
  // Any other may hold a certificate, which is public: its content decides.
  [
    /^(?!.*(?:pub|cert|crt|chain|bundle)).*(?:key|priv|rsa|dsa|ed25519|identity|secret).*\.pem$/i,
    'Files of this name hold keys.',
  ],
  [/\.(?:p12|pfx|jks|keystore|kdbx?|keychain|gpg|pgp)$/i, 'It is a store of keys or passwords.'],
  [
    /^(?:[._]netrc|\.git-credentials|\.pypirc|\.pgpass|pgpass\.conf|\.my\.cnf|\.mylogin\.cnf|\.?htpasswd|\.dockercfg|\.dockerconfigjson|\.vault-token|\.?vault[_-]pass(?:word)?(?:\.txt)?|\.s3cfg|\.boto|\.terraformrc|terraform\.rc|\.?rclone\.conf|auth\.txt|pass(?:word|wd)s?\.(?:txt|csv|lst)|proftpdpasswd|\.secrets|application_default_credentials\.json|hosts\.yml\.gh)$/i,
    'Files of this name hold passwords.',
  ],
  [
    /^(?:credentials|accesstokens)(?:\.(?:ya?ml(?:\.enc)?|json|toml|ini|csv|tfrc\.json))?$/i,
    'Its name says that it holds credentials.',
  ],
  [
    /^client_secret[\w.-]*\.json$|^service[-_]?account(?:[-_]?key)?\.json$|^(?:appsettings\.)?secrets\.json$/i,
    'Its name says that it holds credentials.',
  ],
  [
    /\.tfstate(?:\.backup|\.\d+)*(?:\.backup)?$|\.tfvars(?:\.json)?$/i,
    'Terraform keeps secrets in files of this name.',
  ],
  [
    /\.ovpn$|^kubeconfig(?:\.ya?ml)?$|\.kubeconfig$|^wg\d+\.conf$|^wireguard[\w-]*\.conf$/i,
    'Files of this kind hold keys.',
  ],
  [
    /^(?:keystore|key|signing|release[-_]?signing)\.properties$|^settings-security\.xml$|^nuget\.config\.user$|^local\.settings\.json$/i,
    'Files of this name hold passwords.',
  ],
  [/^wp-config\.php$|^localsettings\.php$/i, 'It holds the passwords of a web site.'],
  [/^(?:filezilla|sitemanager|recentservers)\.xml$/i, 'It holds passwords of servers.'],
];

/** Secret names, except in charts and examples. */
const byNameOutsideTemplates: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:client_)?secrets?\.(?:ya?ml|json|toml|ini|properties|xml|env)$/i,
    'Its name says that it holds secrets.',
  ],
];

const templateFolders = /(?:^|\/)(?:templates?|charts?|examples?|samples?)\//i;

/** Files with a user's login for a program, by the end of their path. */
const byPlace: readonly RegExp[] = [
  /(?:^|\/)\.docker\/config\.json$/i,
  /(?:^|\/)\.kube\/config$/i,
  /(?:^|\/)\.config\/(?:hub|gh\/hosts\.yml)$/i,
  /(?:^|\/)\.(?:gem|cargo)\/credentials(?:\.toml)?$/i,
  /(?:^|\/)\.gradle\/gradle\.properties$/i,
  /(?:^|\/)\.m2\/settings\.xml$/i,
  /(?:^|\/)\.nuget\/(?:nuget\/)?nuget\.config$/i,
  /(?:^|\/)\.?composer\/auth\.json$|^auth\.json$/i,
  /(?:^|\/)gcloud\/(?:legacy_credentials|credentials)(?:\.db|\/)/i,
  /(?:^|\/)\.(?:aws|azure|ssh|gnupg)\//i,
];

/** A token in the name of a file, a folder or a link target. */
export function findInName(name: string): Find | undefined {
  return findAddress(name) ?? findToken(name, 0, name.length);
}

/** A path with every token masked, safe to show. */
export function maskSecrets(path: string): string {
  let masked = path;
  for (let find = findInName(masked); find !== undefined; find = findInName(masked))
    masked = `${masked.slice(0, find.start)}…${masked.slice(find.end)}`;
  return masked;
}

/** Why a file of this path is never read; a plain sentence, without the name. */
export function secretByName(path: string): string | undefined {
  if (isTestEnvironment(path)) return undefined;
  const own = path.slice(path.lastIndexOf('/') + 1);
  let name = own;
  while (copySuffix.test(name)) name = name.replace(copySuffix, '');
  // A suffix may hide the kind: `.env.1`, `terraform.tfstate.123`.
  for (const candidate of new Set([own, name])) {
    if (isTemplate(candidate)) return undefined;
    for (const [pattern, why] of byName) if (pattern.test(candidate)) return why;
    for (const [pattern, why] of byNameOutsideTemplates)
      if (pattern.test(candidate) && !templateFolders.test(path)) return why;
  }
  const find = findInName(path);
  if (find !== undefined) return `Its name holds what looks like ${find.what}.`;
  const place = path.slice(0, path.length - own.length) + name;
  return byPlace.some(pattern => pattern.test(place))
    ? 'A program keeps a login in files of this name.'
    : undefined;
}
