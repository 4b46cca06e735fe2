/** `linguist-generated` in `.gitattributes`: the repository's own statement of which files are generated. */

/** In characters; git accepts no longer ones. */
const longestLine = 2048;

/**
 * Converts a `.gitattributes` file to `.gitignore` patterns: `pattern` for generated files, `!pattern` for others.
 * Unlike in git, a pattern that matches a folder then applies to its contents.
 */
export function generatedPatterns(attributes: string | undefined): string | undefined {
  if (attributes === undefined || !attributes.includes('linguist-generated')) return undefined;
  const patterns: string[] = [];
  for (const line of attributes.split(/\r?\n/)) {
    if (line.length > longestLine) continue;
    const [, quoted, plain, rest] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"#[]\S*))\s+(.*)$/.exec(line) ?? [];
    const pattern = quoted ?? plain;
    if (pattern === undefined || rest === undefined) continue;
    for (const attribute of rest.split(/\s+/)) {
      if (attribute === 'linguist-generated' || attribute === 'linguist-generated=true')
        patterns.push(pattern);
      if (/^[-!]linguist-generated$|^linguist-generated=false$/.test(attribute)) patterns.push(`!${pattern}`);
    }
  }
  return patterns.length > 0 ? patterns.join('\n') : undefined;
}
