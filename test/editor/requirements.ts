/** Whether this machine can run the real editor. If not, the tests are skipped with a message. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type CodeServer, ensureChromium, ensureCodeServer, Unavailable } from './install.ts';

export const root = path.join(import.meta.dirname, '../..');

// A signal alone runs no exit handlers, which end the editors.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

export interface Requirements {
  readonly codeServer: CodeServer;
  /** The executable. */
  readonly chromium: string;
}

/** @throws when the extension has not been built, which is not the machine's fault */
export async function requirements(): Promise<Requirements | { readonly skip: string }> {
  if (!existsSync(path.join(root, 'dist/extension.cjs')))
    throw new Error('dist/extension.cjs is missing; run npm run build first.');
  const log = (line: string): void => console.error(`[editor] ${line}`);
  try {
    const codeServer = await ensureCodeServer(log);
    return { codeServer, chromium: await ensureChromium(log) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const line = '='.repeat(80);
    console.error(`${line}\nTHE EDITOR TESTS ARE SKIPPED: ${error.message}\n${line}`);
    return { skip: error.message };
  }
}
