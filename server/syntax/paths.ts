/** Facts about paths alone. */

export function isReadme(path: string): boolean {
  return /(^|\/)readme(\.(md|markdown|mdx|rst|txt|adoc|asciidoc|org))?$/i.test(path);
}

export function isFolderIndex(path: string): boolean {
  return /(^|\/)(__init__\.py|index\.[jt]sx?|index\.mts|mod\.rs|lib\.rs|main\.rs|doc\.go|package-info\.java)$/.test(
    path,
  );
}

export function depth(path: string, scope: string | undefined): number {
  const rest = scope ? path.slice(scope.length + 1) : path;
  return rest.split('/').length - 1;
}

export function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Number of leading folders that two paths share. */
export function sharedFolders(one: string, other: string): number {
  const [left, right] = [one.split('/'), other.split('/')];
  let shared = 0;
  while (shared < left.length && left[shared] === right[shared]) shared++;
  return shared;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path written relative to a folder, without `.` and `..`; undefined outside the repository. */
export function joined(folder: string, relative: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
