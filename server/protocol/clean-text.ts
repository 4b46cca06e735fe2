/**
 * Escapes text from a repository for a terminal, Markdown, an SVG or a list. The repository's author controls it, so
 * nothing in it may move the cursor, change the writing direction, or become markup or a link.
 */

/**
 * Controls except tab and line feed; bidirectional and invisible characters, except the joiners that emoji and some
 * scripts need; noncharacters.
 */
const unseen = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Unpaired surrogates. */
const halves = /[\ud800-\udfff]/gu;

/** Replaces control and invisible characters by visible symbols; keeps lines and tabs. */
export function cleanText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(halves, '\ufffd').replace(unseen, signOf);
}

/** Same as `cleanText` on one line, so that a name cannot look like two. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\n/g, '␊').replace(/\t/g, ' ');
}

/** The symbol of a control character (U+2400 and on), or a replacement for other invisible ones. */
function signOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : '\ufffd';
}

/**
 * Escapes a string so that Markdown shows it verbatim: no markup, HTML, entity, table cell, list, heading, formula,
 * address or link.
 */
export function escapeMarkdown(text: string): string {
  return cleanText(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~!&$@^]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=(?:mailto|xmpp|command|javascript|data)):/gi, '\\:')
    .replace(/www\./gi, match => `${match.slice(0, -1)}\\.`)
    .replace(/^(\s*)([-+=:])/, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])/, '$1\\$2');
}

/** The same for prose, whose code spans stay as they are: nothing in them is markup. */
export function escapeProse(text: string): string {
  const clean = cleanText(text).replace(/\s+/g, ' ');
  let escaped = '';
  let from = 0;
  for (const { 0: span, index } of clean.matchAll(/(?<!`)(`+)(?!`)(?:(?!\1).)+?(?<!`)\1(?!`)/g)) {
    escaped += escapeMarkdown(clean.slice(from, index)) + span;
    from = index + span.length;
  }
  return escaped + escapeMarkdown(clean.slice(from));
}

/** A line as a code span, verbatim. */
export function codeSpan(text: string): string {
  const clean = cleanLine(text).trim();
  const fence = '`'.repeat(Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = /^`|`$/.test(clean) ? ' ' : '';
  return clean === '' ? '' : `${fence}${pad}${clean}${pad}${fence}`;
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** For attribute values and text content, in XML and HTML. */
export function escapeXml(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, character => entities.get(character)!);
}

/** Equivalent JSON without characters that a terminal acts on. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value).replace(unseen, character =>
    character
      .split('')
      .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Lines in a code fence that none of them can close. @param language for syntax highlighting */
export function fenced(text: string, language = ''): string {
  const clean = cleanText(text);
  const longest = Math.max(2, ...[...clean.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${clean}\n${fence}`;
}
