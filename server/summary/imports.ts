/** Which files of the repository an import means. */

/** Maps an import as written to the repository's files: relative paths, dotted modules, include paths, by longest suffix. */
export function importResolver(paths: readonly string[]): (from: string, target: string) => string[] {
  const known = new Set(paths);
  const bySuffix = new Map<string, string[]>();
  for (const path of paths) {
    const stem = path.replace(/\.\w+$/, '');
    for (const form of new Set([path, stem, stem.replace(/\/(?:index|__init__|mod|lib)$/, '')])) {
      const parts = form.split('/');
      for (let length = 1; length <= Math.min(4, parts.length); length++) {
        const suffix = parts.slice(-length).join('/');
        const list = bySuffix.get(suffix);
        if (list) list.push(path);
        else bySuffix.set(suffix, [path]);
      }
    }
  }
  const extensions = [
    '',
    '.ts',
    '.tsx',
    '.js',
    '.jsx',
    '.mjs',
    '.mts',
    '.py',
    '.rb',
    '.php',
    '.dart',
    '/index.ts',
    '/index.js',
    '/index.tsx',
    '/__init__.py',
  ];
  return (from, target) => {
    const folder = from.includes('/') ? from.slice(0, from.lastIndexOf('/')) : '';
    if (target.startsWith('.') && target.includes('/')) {
      const base = normalise(`${folder}/${target}`);
      const stripped = base.replace(/\.(?:js|mjs|jsx)$/, '');
      for (const candidate of [base, stripped]) {
        for (const extension of extensions)
          if (known.has(candidate + extension)) return [candidate + extension];
      }
      return [];
    }
    let dots = /^\.+/.exec(target)?.[0].length ?? 0;
    let wanted = target
      .slice(dots)
      .replace(/^(?:crate|self|super)::/, '')
      .replace(/::/g, '/');
    if (!wanted.includes('/')) wanted = wanted.replaceAll('.', '/');
    if (dots > 0) {
      const parts = folder.split('/');
      while (--dots > 0) parts.pop();
      wanted = [...parts, wanted].filter(part => part !== '').join('/');
    }
    // A single word names a sibling or nothing: it could be any library.
    if (!wanted.includes('/')) {
      const sibling = normalise(`${folder}/${wanted}`);
      return extensions
        .map(extension => sibling + extension)
        .concat(`${sibling}.rs`, `${sibling}/mod.rs`)
        .filter(path => known.has(path))
        .slice(0, 1);
    }
    const parts = wanted.split('/');
    for (let length = Math.min(4, parts.length); length >= 2; length--) {
      for (const form of [parts.slice(-length), parts.slice(-length - 1, -1)]) {
        const matches =
          form.length >= 2 ? bySuffix.get(form.join('/').replace(/\.(?:js|mjs)$/, '')) : undefined;
        if (matches !== undefined && matches.length <= 3) return matches;
      }
    }
    return [];
  };
}

function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
