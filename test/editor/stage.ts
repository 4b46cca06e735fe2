/** A folder with the built extension and a stand-in for its language server. */
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './requirements.ts';

/** @returns the folder; the caller removes it. */
export function stageWithDouble(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'longsight-staged-'));
  for (const file of ['package.json', 'media'])
    cpSync(path.join(root, file), path.join(folder, file), { recursive: true });
  mkdirSync(path.join(folder, 'dist'));
  for (const file of ['dist/extension.cjs', 'dist/map.js'])
    cpSync(path.join(root, file), path.join(folder, file));
  const double = pathToFileURL(path.join(import.meta.dirname, 'double.ts'));
  writeFileSync(path.join(folder, 'dist/server.js'), `import ${JSON.stringify(double.href)};\n`);
  return folder;
}
