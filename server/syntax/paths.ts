/** What a path alone tells. */

export function isReadme(path: string): boolean {
  return /(^|\/)readme(\.(md|markdown|rst|txt|adoc))?$/i.test(path);
}

export function isFolderIndex(path: string): boolean {
  return /(^|\/)(__init__\.py|index\.[jt]sx?|index\.mts|mod\.rs|lib\.rs|main\.rs|doc\.go|package-info\.java)$/.test(
    path,
  );
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function depth(path: string, scope: string | undefined): number {
  const rest = scope ? path.slice(scope.length + 1) : path;
  return rest.split('/').length - 1;
}

export function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
