/** A repository for completion benchmarks: read into a copy memory, with its files as text. */
import path from 'node:path';
import { CopyMemory } from '../../server/copy-memory/copy-memory.ts';
import type { EvaluatedFile } from '../../server/evaluation/lines.ts';
import { Repository } from '../../server/repository/repository.ts';
import { contentOf } from '../../server/sequence/content.ts';
import type { Tokenizer } from '../../server/tokens/tokenizer.ts';

export interface BenchRepository {
  readonly name: string;
  readonly memory: CopyMemory;
  readonly files: readonly EvaluatedFile[];
}

export async function readRepository(folder: string, tokenizer: Tokenizer): Promise<BenchRepository> {
  const name = path.basename(folder);
  const memory = new CopyMemory(tokenizer);
  const repository = await Repository.open({
    folders: [{ name, root: path.resolve(folder) }],
    tokenizer,
    memory,
  });
  await repository.read();
  const files = [...memory.paths()].map(file => {
    const tokens = memory.tokensOf(file)!;
    const { start, end } = contentOf(tokenizer, tokens);
    return { path: file, text: tokenizer.decode(tokens.subarray(start, end)) };
  });
  return { name, memory, files };
}
