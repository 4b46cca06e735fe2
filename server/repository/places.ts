/** The workspace places that an update scans. */
import { versionControlFolders } from '../workspace/names.ts';
import { ruleFiles } from '../workspace/workspace.ts';

/**
 * The place to scan for a changed path; `undefined` for version control's own files, and for paths outside the
 * sequence.
 */
export function partOf(changed: string): string | undefined {
  const names = changed.split('/');
  // Rules of one clone are kept beside git's own data.
  if (/(?:^|\/)\.git\/info\/exclude$/.test(changed)) return names.slice(0, -3).join('/');
  if (names.some(name => versionControlFolders.has(name) || name === '..' || name === '.')) return undefined;
  // An ignore file affects everything beside and below it.
  return ruleFiles.has(names.at(-1)!) ? names.slice(0, -1).join('/') : changed;
}

export function isIn(path: string, place: string): boolean {
  return place === '' || path === place || path.startsWith(`${place}/`);
}
