/** Maps an entry point's build output (`dist/index.js`) to its source. */

const extensions = ['ts', 'tsx', 'mts', 'js', 'mjs', 'cjs', 'jsx', 'py', 'rs'];

/**
 * @param folder of the manifest
 * @param known all paths of the repository
 */
export function sourceOfEntry(folder: string, entry: string, known: ReadonlySet<string>): string | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const clean = entry.replace(/^\.\//, '');
  const stem = clean.replace(/(\.d)?\.\w+$/, '');
  const name = stem.slice(stem.lastIndexOf('/') + 1);
  const stems = [
    stem,
    `src/${stem}`,
    stem.replace(/^(?:dist|lib|build|out|cjs|esm)\//, 'src/'),
    stem.replace(/^(?:dist|lib|build|out)\//, ''),
    // Builds by module format keep the tree of the sources below them.
    stem.replace(/^(?:dist|lib|build|out)\/(?:cjs|esm?|mjs|umd|types|node)\//, 'src/'),
    `src/${name}`,
    `lib/${name}`,
  ];
  const direct = prefix + clean;
  if (known.has(direct)) return direct;
  for (const candidate of stems) {
    for (const extension of extensions) {
      const path = `${prefix}${candidate}.${extension}`;
      if (known.has(path)) return path;
    }
  }
  return undefined;
}
