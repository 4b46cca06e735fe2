/**
 * The rooms of `server/`, `kernels/` and `extension/`: sizes, imports, and violations of the layering. `node
 * test/unit/house/structure.ts` prints them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '../../..');

/** All files that git tracks or would track, relative to the root. */
export const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter(file => file !== '');

/** The TypeScript among them. */
export const sources = tracked.filter(file => /\.m?ts$/.test(file) && !file.startsWith('test/fixtures/'));

/** From lowest to highest. Besides itself, a room imports only from lower layers. */
export const layers: readonly (readonly string[])[] = [
  ['kernels'],
  ['server/protocol'],
  ['server/workspace/secrets', 'server/workspace/ignore'],
  ['server/workspace'],
  ['server/sequence'],
  ['server/source-text', 'server/tokens', 'server/storage', 'server/gguf'],
  ['server/decoder-tokens'],
  ['server/models'],
  ['server/copy-memory', 'server/engine'],
  ['server/decoder'],
  ['server/coder'],
  ['server/engine/worker', 'server/repository', 'server/model-memory'],
  ['server/syntax'],
  ['server/documents'],
  ['server/manifests'],
  ['server/analysis'],
  ['server/relations', 'server/habits', 'server/names', 'server/usefulness'],
  ['server/unusual', 'server/surprise'],
  ['server/fitting', 'server/summary'],
  ['server/completion'],
  ['server/suggestions'],
  ['server/evaluation', 'server/editing', 'server/diagnostics'],
  ['server/host'],
  ['server/lsp', 'server/cli'],
  ['extension/webview'],
  ['extension/client'],
  ['extension/completion', 'extension/summary', 'extension/map', 'extension/review'],
  ['extension'],
];

/** Maximum lines of a room. */
export const largestRoom = 2500;
/** Maximum lines of a file. */
export const largestFile = 400;

export interface Room {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  /** Rooms it imports, with the number of importing files. */
  readonly imports: ReadonlyMap<string, number>;
}

export function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(match => match[1]!);
}

/** Project files that a file imports, relative to the root. */
export function importedFiles(file: string): string[] {
  return importsOf(file)
    .filter(name => name.startsWith('.'))
    .map(name => path.posix.join(path.posix.dirname(file), name));
}

export function linesOf(file: string): number {
  return readFileSync(path.join(root, file), 'utf8').split('\n').length - 1;
}

/** The room of a file; an operator's folder counts as `kernels`. Undefined outside the rooms. */
export function roomOf(file: string): string | undefined {
  const folder = path.posix.dirname(file);
  if (folder === 'kernels' || folder.startsWith('kernels/')) return 'kernels';
  return /^(server|extension)(\/|$)/.test(folder) ? folder : undefined;
}

export function rooms(): Room[] {
  const found = new Map<string, { files: number; lines: number; imports: Map<string, number> }>();
  for (const file of sources) {
    const name = roomOf(file);
    if (name === undefined) continue;
    const room = found.get(name) ?? { files: 0, lines: 0, imports: new Map<string, number>() };
    found.set(name, room);
    room.files += 1;
    room.lines += linesOf(file);
    const others = new Set(importedFiles(file).map(roomOf));
    for (const other of others) {
      if (other !== undefined && other !== name) room.imports.set(other, (room.imports.get(other) ?? 0) + 1);
    }
  }
  return [...found]
    .map(([name, room]) => ({ name, ...room }))
    .sort((left, right) => layerOf(left.name) - layerOf(right.name) || (left.name < right.name ? -1 : 1));
}

/** −1 for a room without a layer. */
export function layerOf(room: string): number {
  return layers.findIndex(names => names.includes(room));
}

/** Imports from a layer that is not lower, as sentences. */
export function upwardImports(): string[] {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = roomOf(file);
    if (from === undefined) continue;
    for (const imported of importedFiles(file)) {
      const to = roomOf(imported);
      if (to !== undefined && to !== from && layerOf(to) >= layerOf(from))
        wrong.push(`${file} imports ${imported}`);
    }
  }
  return wrong;
}

/** Import cycles, including type imports: each as its files. */
export function circles(): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      found.push(trail.slice(at));
      return;
    }
    if (done.has(file)) return;
    for (const next of importedFiles(file)) if (sources.includes(next)) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of sources.filter(source => roomOf(source) !== undefined)) visit(file, []);
  return found;
}

if (import.meta.main) {
  for (const { name, files, lines, imports } of rooms()) {
    const names = [...imports].map(([other, count]) => `${other} ${count}`).join(', ');
    console.log(
      `${name.padEnd(22)} ${String(files).padStart(3)} files ${String(lines).padStart(5)} lines  ${names}`,
    );
  }
  const largest = sources
    .filter(file => roomOf(file) !== undefined)
    .map(file => ({ file, lines: linesOf(file) }))
    .reduce((most, one) => (one.lines > most.lines ? one : most));
  console.log(`upward imports: ${upwardImports().length}, circles: ${circles().length}`);
  console.log(`largest file: ${largest.file}, ${largest.lines} lines`);
}
