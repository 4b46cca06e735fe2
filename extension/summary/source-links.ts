/** Links of generated Markdown, made to open from the editor's preview. */

/**
 * Rewrites every `[text](path#L12)` whose path the protocol knows. The preview resolves what begins with `/` from the first workspace folder, and
 * lets neither `command:` nor `file:` links through.
 * @param hrefOf the link's new path for one of the protocol, decoded; `undefined` leaves the link as it is.
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

/** A path with what ends a Markdown link or changes an address encoded. */
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
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}
