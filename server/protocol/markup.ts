/** Text from outside inside generated Markdown and XML: shown as it is, never as markup. */

/** For inline Markdown: one line, with no links, emphasis, icons, formulas or HTML in it. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~!&$]/g, '\\$&').replace(/\s+/g, ' ');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** For the value of an attribute in double quotes, or between tags, of XML and HTML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, character => entities[character]!);
}
