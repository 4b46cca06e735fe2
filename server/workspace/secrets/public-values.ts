/** Values with a secret's name that are published by design. */

/** Characters around a value within which its surroundings tell what it is. */
const around = 300;
/** Characters before a sealed value within which its manifest must start. */
const manifest = 20_000;

const searchBox = /algolia|docsearch|index_?name/i;
const ethereumAddress = /^0x[0-9a-f]{40}$/i;
/** 32 bytes: a private key if named so, else a salt, a topic or a role, which the chain publishes. */
const chainWord = /^0x[0-9a-f]{64}$/i;

/** Whether a value of this name at this place is meant to be public. */
export function isPublicValue(text: string, start: number, name: string, value: string): boolean {
  if (ethereumAddress.test(value)) return true;
  if (chainWord.test(value) && !/key|secret|priv|pass|seed|pwd/i.test(name)) return true;
  return isSearchBox(text, start, name, value) || isSealed(text, start, value);
}

/** A search box's key: every visitor's browser sends it. The key that changes an index is no such one. */
function isSearchBox(text: string, start: number, name: string, value: string): boolean {
  if (value.length !== 32 || /admin|write/i.test(name)) return false;
  return searchBox.test(text.slice(Math.max(0, start - around), start + around));
}

/** Encrypted for the controller of one cluster, so that it can be committed (Bitnami's SealedSecret). */
function isSealed(text: string, start: number, value: string): boolean {
  if (!value.startsWith('Ag') || value.length < 100) return false;
  const before = text.slice(Math.max(0, start - manifest), start);
  return before.includes('encryptedData:') && /kind: {0,4}SealedSecret\b/.test(before);
}
