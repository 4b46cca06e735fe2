/** Whether lines with a planted slip are marked, as they would be in an editor. */
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { UnusualLines } from '../../../server/unusual/unusual-lines.ts';
import { readRepository } from '../repositories.ts';
import { slipKinds } from './plants.ts';
import { trialsOf } from './trials.ts';

export interface MarkedOptions {
  /** Of each repository. */
  readonly slips: number;
  readonly seed: number;
  /** Lines of the longest file that slips are planted in. */
  readonly lines: number;
  /** Whether the slips that are marked are listed. */
  readonly list: boolean;
}

/** Prints, by kind, how many slips of each repository are marked. */
export async function markedSlips(
  folders: readonly string[],
  { slips, seed, lines, list }: MarkedOptions,
): Promise<void> {
  const tokenizer = loadTokenizer();
  const rows = [];
  const all = new Counts();
  for (const folder of folders) {
    const repository = readRepository(folder, tokenizer);
    const memory = new CopyMemory(tokenizer);
    for (const { path, tokens } of repository.files) memory.set(path, tokens);
    memory.settle();
    const unusual = new UnusualLines(memory, tokenizer);
    const own = new Counts();
    for (const { file, slip } of trialsOf(repository, slips, seed, lines)) {
      const found = await unusual.inText(file.path, slip.text, { most: Number.POSITIVE_INFINITY });
      const marked = found.find(({ line, isUnusual }) => line === slip.line && isUnusual);
      for (const counts of [own, all]) counts.add(slip.kind, marked !== undefined);
      if (list && marked !== undefined)
        console.log(
          `${repository.name}/${file.path}:${slip.line} ${slip.kind} ${slip.was} → ${slip.now}  ${marked.text}\n    ${marked.words.map(({ text, expected }) => `${text} → ${expected}`).join(', ')}`,
        );
    }
    rows.push({ repository: repository.name, ...own.row() });
  }
  rows.push({ repository: 'all', ...all.row() });
  console.table(rows);
}

/** Slips and those of them that are marked, by kind. */
class Counts {
  readonly #slips = new Map<string, number>();
  readonly #marked = new Map<string, number>();

  add(kind: string, isMarked: boolean): void {
    for (const key of [kind, 'all']) {
      this.#slips.set(key, (this.#slips.get(key) ?? 0) + 1);
      if (isMarked) this.#marked.set(key, (this.#marked.get(key) ?? 0) + 1);
    }
  }

  row(): Record<string, string> {
    const cell = (key: string) => `${this.#marked.get(key) ?? 0} of ${this.#slips.get(key) ?? 0}`;
    return Object.fromEntries(['all', ...slipKinds].map(key => [key, cell(key)]));
  }
}
