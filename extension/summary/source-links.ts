/** Rewrites links in generated Markdown so that the editor's preview opens them. */

/**
 * Rewrites every `[text](path#L12)` with a known protocol path. The preview resolves paths starting with `/` from the
 * first workspace folder, and blocks `command:` and `file:` links.
 * @param hrefOf the link's new path for a decoded protocol path; `undefined` leaves the link unchanged
 */
export function withSourceLinks(markdown: string, hrefOf: (path: string) => string | undefined): string {
  return markdown.replace(
    /\]\(((?:[^()\s#:]|\([^()\s#:]*\))+)(#L\d+)?\)/g,
    (link, encoded: string, line: string | undefined) => {
      const href = hrefOf(decoded(encoded));
      return href === undefined ? link : `](${href}${line ?? ''})`;
    },
  );
}

/** Encodes characters in a path that end a Markdown link or change a URL. */
export function encodedPath(path: string): string {
  return encodeURI(path).replace(
    /[()#?]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing is literal.
    return text;
  }
}
