/**
 * Text of a repository on its way to a person: a terminal, Markdown, an SVG, a list. A repository's author chooses it, so nothing in it
 * may move a cursor, turn the direction of writing, become markup or a link.
 */

/**
 * Controls but tab and line feed; what turns the direction of writing or is not seen, but for the joiners that emoji and some scripts
 * need; what is no character.
 */
const unseen = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Halves of a pair without the other. */
const halves = /[\ud800-\udfff]/gu;

/** Characters that do something are shown as signs; lines and tabs stay. */
export function cleanText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(halves, '\ufffd').replace(unseen, signOf);
}

/** As `cleanText`, in one line: a name cannot look like two. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\n/g, '␊').replace(/\t/g, ' ');
}

/** The sign of a control character (U+2400 and on), or that of something that cannot be shown. */
function signOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : '\ufffd';
}

/** A text in Markdown that shows as it is: no markup, HTML, entity, table cell, list, heading, formula, address or link in it. */
export function escapeMarkdown(text: string): string {
  return cleanText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~!&$@^]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=(?:mailto|xmpp|command|javascript|data)):/gi, '\\:')
    .replace(/www\./gi, match => `${match.slice(0, -1)}\\.`)
    .replace(/^(\s*)([-+=:])/, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])/, '$1\\$2');
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** For an attribute's value or between tags, in XML and HTML. */
export function escapeXml(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, character => entities.get(character)!);
}

/** JSON that says the same and holds no character that a terminal acts on. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value).replace(unseen, character =>
    character
      .split('')
      .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Lines in a fence that none of them can close. @param language for the reader's colours */
export function fenced(text: string, language = ''): string {
  const clean = cleanText(text);
  const longest = Math.max(2, ...[...clean.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${clean}\n${fence}`;
}
