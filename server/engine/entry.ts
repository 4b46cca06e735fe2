import path from 'node:path';

/** The file of the engine process: in `worker/` in the sources, beside the bundle that this became part of in `dist/`. */
export function engineEntry(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return path.join(import.meta.dirname, fromSource ? 'worker/main.ts' : 'engine.js');
}
