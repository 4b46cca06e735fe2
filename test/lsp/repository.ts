/** A copy of the fixture repository for tests that change it. */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Position } from 'vscode-languageserver/node';

const fixture = path.join(import.meta.dirname, '../fixtures/quayside');

export interface TemporaryFolder {
  readonly root: string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'longsight-')));
  return {
    root,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

/** The beginning of a fixture file, cut off in the middle of a line; and the rest of that line. */
export const opening = openingOf('src/tides/client.ts', 'constructor(addr');
export const restOfLine = 'ess: string) {';

/** The end of a document, as a position. */
export function endOf(text: string): Position {
  const lines = text.split('\n');
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

function openingOf(file: string, last: string): string {
  const text = readFileSync(path.join(fixture, file), 'utf8');
  return text.slice(0, text.indexOf(last) + last.length);
}

/** Copies the fixture repository into a folder under this name. */
export function copyRepository(folder: TemporaryFolder, name = 'quayside'): string {
  const root = path.join(folder.root, name);
  cpSync(fixture, root, { recursive: true });
  return root;
}
