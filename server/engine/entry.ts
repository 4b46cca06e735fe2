import path from 'node:path';

/** The engine process's script: in `worker/` for the sources, beside the bundle in `dist/`. */
export function engineEntry(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return path.join(import.meta.dirname, fromSource ? 'worker/main.ts' : 'engine.js');
}
