/**
 * Finds secrets in text and file names. Our own fast searches run first, for the token formats of current services,
 * names assigned random values, quoted keys, and URLs with passwords; then Secretlint's recommended rules.
 */
import { findAddress, findConnection } from './addresses.ts';
import { isSecretName, isSettings, isTestOrDocument } from './assignments.ts';
import { findBareKey, findKey, findWebKey } from './keys.ts';
import { isTestEnvironment } from './names.ts';
import { findDjangoKey, findShortPassword } from './passwords.ts';
import { isStandIn } from './placeholder.ts';
import { verdictOfPreset } from './preset.ts';
import { presetMaySearch } from './preset-needs.ts';
import { type Scanned, scan } from './scan.ts';
import { type Find, type SecretVerdict, verdictOn } from './verdict.ts';

/** The older logins of package registries. */
const registryPassword = /_(?:auth|password)[ \t]{0,8}=[ \t]{0,8}["']?[^\s"'$]/;

/** Whether anything might be found. `false` is certain, and costs no more than our own searches. */
export function mayHoldSecret(path: string, text: string): boolean {
  const { find, hinted } = search(path, text);
  return find !== undefined || hinted;
}

/**
 * @param path decides which searches apply
 * @param onTurn called before more work, when the event loop may have turned
 */
export async function verdictOnSecrets(
  path: string,
  text: string,
  onTurn?: () => void,
): Promise<SecretVerdict | undefined> {
  const { find, hinted } = search(path, text);
  if (find !== undefined) return verdictOn(find.what, lineOf(text, find.start));
  return hinted ? verdictOfPreset(path, text, onTurn) : undefined;
}

function search(path: string, text: string): Scanned {
  const find =
    findKey(text) ??
    findBareKey(text) ??
    findWebKey(text) ??
    findAddress(text, isTestOrDocument(path)) ??
    findConnection(text) ??
    findLogin(path, text);
  if (find !== undefined) return { find, hinted: false };
  const plain = isSettings(path);
  const isAside = isTestOrDocument(path);
  const short = isAside ? undefined : (findDjangoKey(text) ?? (plain ? findShortPassword(text) : undefined));
  if (short !== undefined) return { find: short, hinted: false };
  const scanned = scan(text, { plain, isAside });
  return scanned.find === undefined && presetMaySearch(path, text) ? { hinted: true } : scanned;
}

function findLogin(path: string, text: string): Find | undefined {
  if (isTestEnvironment(path)) return findVariable(text);
  const match = path.endsWith('.npmrc') ? registryPassword.exec(text) : null;
  if (match === null) return undefined;
  return { what: 'the login for a package registry', start: match.index, end: match.index + match[0].length };
}

/** In an environment file even a short password counts. */
function findVariable(text: string): Find | undefined {
  for (const match of text.matchAll(/^(?:export )?(\w{1,100})[ \t]{0,8}=[ \t]{0,8}["']?([^\s"']{6,400})/gm))
    if (isSecretName(match[1]!) && !isStandIn(match[2]!))
      return { what: 'a password, key or token', start: match.index, end: match.index + match[0].length };
  return undefined;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(at + 1) !== 0x0a)) line++;
  }
  return line;
}
