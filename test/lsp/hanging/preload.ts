/**
 * Preloaded into a server under test (`--import`): each function of `parsers.ts` hangs when one of its arguments holds
 * its mark, without using the processor, which other tests need; and the watchdog is less patient. The product's own modules are loaded as they are, and wrapped.
 */
import { registerHooks } from 'node:module';
import { markOf, parsers } from './parsers.ts';

const original = '?original';
/** Milliseconds; the product's own patience is in server/host/heartbeat.ts. */
const patience = { file: 3000, other: 60_000, waiting: 1 };

registerHooks({
  load(url, context, next) {
    const module = /\/server\/([\w/-]+)\.ts$/.exec(url)?.[1];
    const wrapped = module === undefined ? [] : parsers.filter(one => one.module === module);
    if (module !== 'host/heartbeat' && wrapped.length === 0) return next(url, context);
    const lines = [
      `import * as original from ${JSON.stringify(url + original)};`,
      `export * from ${JSON.stringify(url + original)};`,
    ];
    if (module === 'host/heartbeat') lines.push(`export const usualPatience = ${JSON.stringify(patience)};`);
    for (const name of new Set(wrapped.map(one => one.name))) {
      const marks = JSON.stringify(wrapped.filter(one => one.name === name).map(markOf));
      lines.push(
        /^[A-Z]/.test(name)
          ? `export class ${name} extends original.${name} { constructor(...given) { hang(${marks}, given); super(...given); } }`
          : `export function ${name}(...given) { hang(${marks}, given); return original.${name}(...given); }`,
      );
    }
    lines.push(
      'function textIn(one) { return Array.isArray(one) || typeof one !== "object" ? String(one) : String(one?.text); }',
      'function hang(marks, given) {',
      "  const text = given.map(one => (one instanceof Uint8Array ? Buffer.from(one).toString() : textIn(one))).join(' ');",
      '  if (marks.some(mark => text.includes(mark))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
      '}',
    );
    return { format: 'module', source: lines.join('\n'), shortCircuit: true };
  },
});
