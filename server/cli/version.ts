import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version in the manifest, which is beside `dist/` in an installation and two folders up in the sources. */
export function version(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  const manifest = path.join(import.meta.dirname, fromSource ? '../../package.json' : '../package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
