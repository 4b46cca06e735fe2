/** Files of a repository, each with one slip planted in it. */
import { extname } from 'node:path';
import { type BenchFile, type BenchRepository, randomFrom } from '../repositories.ts';
import { importsIn, plant, type Slip, slipKinds } from './plants.ts';

export interface Trial {
  readonly file: BenchFile;
  readonly slip: Slip;
}

/** Files that slips are planted in: code of middling length. */
export function codeFiles({ files }: BenchRepository, mostLines = usuallyMost): BenchFile[] {
  return files.filter(({ path, text }) => {
    const lines = text.split('\n').length;
    return (
      codeExtensions.has(extname(path)) && lines >= 40 && lines <= mostLines && text.length < 100 * lines
    );
  });
}

/** So many slips, of every kind in turn, each file as rarely as that allows. */
export function trialsOf(
  repository: BenchRepository,
  count: number,
  seed: number,
  mostLines = usuallyMost,
): Trial[] {
  const uniform = randomFrom(seed);
  // The first numbers of the generator are alike for seeds that are.
  for (let i = 0; i < 10; i++) uniform();
  const files = codeFiles(repository, mostLines);
  const imports = [...new Set(files.flatMap(({ text }) => importsIn(text).map(({ path }) => path)))];
  const trials: Trial[] = [];
  const used = new Map<BenchFile, number>();
  for (let i = 0; trials.length < count && i < count * 4; i++) {
    const kind = slipKinds[i % slipKinds.length]!;
    const order = files
      .map(file => ({ file, at: (used.get(file) ?? 0) + uniform() }))
      .sort((a, b) => a.at - b.at);
    for (const { file } of order) {
      const slip = plant(kind, file.path, file.text, imports, uniform);
      if (slip === undefined) continue;
      trials.push({ file, slip });
      used.set(file, (used.get(file) ?? 0) + 1);
      break;
    }
  }
  return trials;
}

const usuallyMost = 400;
const codeExtensions = new Set('.ts .tsx .js .jsx .mjs .cjs .py .rs .go .java .c .h .php'.split(' '));
