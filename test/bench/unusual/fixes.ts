/** Small fixes of a repository's history: where the line that was wrong stood among those of its file, before it was mended. */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { CopyMemory } from '../../../server/copy-memory/copy-memory.ts';
import { renderFile } from '../../../server/sequence/render.ts';
import { loadTokenizer } from '../../../server/tokens/load.ts';
import { newLines } from '../../../server/unusual/changed-lines.ts';
import type { UnitViewer } from '../../../server/unusual/model-view.ts';
import { isCode } from '../../../server/unusual/review.ts';
import { UnusualLines } from '../../../server/unusual/unusual-lines.ts';

/**
 * @param clones folders of git repositories with their history, bare or not
 * @param model takes part beside the copy memory, if there is one
 */
export async function reportFixes(
  clones: readonly string[],
  most: number,
  model: UnitViewer | undefined,
): Promise<void> {
  const tokenizer = loadTokenizer();
  for (const clone of clones) {
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', clone, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const commits = git('log', '--no-merges', '-i', '--grep=fix', '--format=%H', '-n', '1500')
      .trim()
      .split('\n');
    const ranks: number[] = [];
    let chance = 0;
    let memory: CopyMemory | undefined;
    for (const commit of commits) {
      if (ranks.length >= most) break;
      const changed = git(
        'diff-tree',
        '-r',
        '--no-renames',
        '--diff-filter=M',
        '--name-only',
        `${commit}^`,
        commit,
      )
        .trim()
        .split('\n')
        .filter(file => isCode(file) && !/test|spec/i.test(file));
      if (changed.length !== 1) continue;
      const [file] = changed as [string];
      const before = git('show', `${commit}^:${file}`);
      const wrong = newLines(git('show', `${commit}:${file}`), before);
      const lines = before.split('\n');
      const full = lines.flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]));
      const touched = [...wrong].filter(line => lines[line - 1]?.trim() !== '');
      if (touched.length === 0 || touched.length > 2 || full.length < 40 || full.length > 1500) continue;
      // Reading a whole tree for each commit would take hours: the newest tree before the first of them stands for all.
      memory ??= memoryAt(`${commit}^`);
      const found = await new UnusualLines(memory, tokenizer, model).inText(file, before, {
        most: Number.POSITIVE_INFINITY,
      });
      const rank = Math.min(
        ...touched.map(line => {
          const at = found.findIndex(one => one.line === line);
          return at < 0 ? full.length : at;
        }),
      );
      ranks.push(rank);
      chance += 1 - (1 - Math.min(1, 10 / full.length)) ** touched.length;
    }
    const share = ranks.filter(rank => rank < 10).length / Math.max(1, ranks.length);
    console.log(
      `${basename(clone) === 'repo' ? clone.split('/').at(-2) : basename(clone)}: ${ranks.length} fixes, the line among the first 10 of its file in ${(100 * share).toFixed(0)} %, by chance ${((100 * chance) / Math.max(1, ranks.length)).toFixed(0)} %`,
    );

    function memoryAt(tree: string): CopyMemory {
      const made = new CopyMemory(tokenizer);
      const files = git('ls-tree', '-r', '--name-only', tree).trim().split('\n').filter(isCode);
      for (const path of files) {
        const text = git('show', `${tree}:${path}`);
        if (text.length < 200_000) made.set(path, tokenizer.encodePieces(renderFile(path, text)));
      }
      return made;
    }
  }
}
