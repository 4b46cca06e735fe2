/** A copy of the fixture repository for tests that change it. */
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const fixture = path.join(import.meta.dirname, '../fixtures/quayside');

export interface TemporaryFolder {
  readonly root: string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-')));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** The fixture repository under this name, in a folder. */
export function copyRepository(folder: TemporaryFolder, name = 'quayside'): string {
  const root = path.join(folder.root, name);
  cpSync(fixture, root, { recursive: true });
  return root;
}
