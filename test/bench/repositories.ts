import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { renderFile } from '../../server/sequence/render.ts';
import type { Tokenizer } from '../../server/tokens/tokenizer.ts';

export interface BenchFile {
  readonly path: string;
  readonly text: string;
  readonly tokens: Uint16Array;
}

export interface BenchRepository {
  readonly name: string;
  /** In sequence order. */
  readonly files: readonly BenchFile[];
}

/**
 * A folder's code and prose up to 200 kB a file: a simple reader for benchmarks that must not depend on what they do
 * not measure.
 */
export function readRepository(folder: string, tokenizer: Tokenizer): BenchRepository {
  const files = sourcesUnder(folder).map(file => {
    const text = readFileSync(file, 'utf8');
    const path = relative(folder, file);
    return { path, text, tokens: tokenizer.encodePieces(renderFile(path, text)) };
  });
  return { name: basename(folder), files };
}

export function sourcesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(\.git|node_modules|dist)$/.test(entry.name) ? [] : sourcesUnder(path);
    if (!entry.isFile() || !sourceExtensions.has(extname(entry.name)) || generated.test(entry.name))
      return [];
    const size = readFileSync(path).length;
    return size > 0 && size <= 200_000 ? [path] : [];
  });
}

/** Some medium-sized code files, spread over the repository by a seed. */
export function heldOut(repository: BenchRepository, count: number, seed: number): BenchFile[] {
  const code = repository.files.filter(
    ({ path, text }) => codeExtensions.has(extname(path)) && text.length > 1_500 && text.length < 40_000,
  );
  const random = randomFrom(seed);
  const chosen: BenchFile[] = [];
  while (chosen.length < count && code.length > 0)
    chosen.push(...code.splice(Math.floor(random() * code.length), 1));
  return chosen;
}

/** A linear congruential generator (Numerical Recipes): the same choice on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const codeExtensions = new Set(
  '.ts .tsx .js .jsx .mjs .cjs .py .rs .go .java .c .h .cc .cpp .hpp .vue .svelte'.split(' '),
);
const sourceExtensions = new Set([
  ...codeExtensions,
  ...'.md .json .toml .yaml .yml .css .html .sh'.split(' '),
]);
const generated = /(-lock|\.lock|\.min|\.d)\.[a-z]+$/;
