/** Lines of files as they are: how many are shown, and which. */
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import type { UnitViewer } from '../../../server/unusual/model-view.ts';
import { UnusualLines } from '../../../server/unusual/unusual-lines.ts';
import { randomFrom, readRepository } from '../repositories.ts';
import { codeFiles } from './trials.ts';

export interface QuietOptions {
  /** Of each repository. */
  readonly files: number;
  readonly seed: number;
  /** Whether the lines shown are listed. */
  readonly list: boolean;
  readonly model?: UnitViewer | undefined;
}

export async function quietLines(
  folders: readonly string[],
  { files, seed, list, model }: QuietOptions,
): Promise<void> {
  const tokenizer = loadTokenizer();
  const scores: number[] = [];
  let lines = 0;
  for (const folder of folders) {
    const repository = readRepository(folder, tokenizer);
    const memory = new CopyMemory(tokenizer);
    for (const { path, tokens } of repository.files) memory.set(path, tokens);
    const unusual = new UnusualLines(memory, tokenizer, model);
    const random = randomFrom(seed);
    const chosen = codeFiles(repository)
      .map(file => ({ file, at: random() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, files);
    let own = 0;
    let shown = 0;
    const start = performance.now();
    let tokens = 0;
    for (const { file } of chosen) {
      own += file.text.split('\n').length;
      tokens += file.tokens.length;
      for (const one of await unusual.inText(file.path, file.text, { most: Number.POSITIVE_INFINITY })) {
        scores.push(one.score);
        if (!one.isUnusual) continue;
        shown++;
        const [word] = one.words;
        if (list)
          console.log(
            `${repository.name}/${one.path}:${one.line} ${one.score}  ${one.text}\n    ${word?.text} → ${word?.expected}  ${word?.places.map(place => `${place.path}:${place.line}`).join(', ')}`,
          );
      }
    }
    lines += own;
    const each = ((performance.now() - start) * 1000) / tokens;
    console.log(
      `${repository.name}: ${shown} of ${own} lines shown, one in ${Math.round(own / Math.max(1, shown))}; ${each.toFixed(0)} µs a token`,
    );
  }
  scores.sort((a, b) => b - a);
  for (const rate of [100, 200, 300, 400, 600, 1000])
    console.log(`one in ${rate}: ${scores[Math.floor(lines / rate)]?.toFixed(2)} above the threshold`);
}
