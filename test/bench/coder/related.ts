/** What a code model is told of other files of a repository, as in an editor. */
import { FactBook } from '../../../server/analysis/fact-book.ts';
import { relatedDeclarations } from '../../../server/relations/related-declarations.ts';
import type { Declarations } from '../../../server/relations/signatures.ts';
import { Grammars } from '../../../server/syntax/grammars.ts';
import type { BenchRepository } from '../completion-repository.ts';

export type RelatedTo = (file: string, text: string) => readonly Declarations[];

export async function relatedIn({
  name,
  files,
}: Pick<BenchRepository, 'name' | 'files'>): Promise<RelatedTo> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const textOf = (path: string) => texts.get(path);
  const book = new FactBook(await Grammars.open());
  const versions = files.map(({ path, text }) => ({ path, tokens: text.length, version: text }));
  const facts = await book.collect({ name, files: () => versions, textOf });
  return (path, text) => relatedDeclarations(facts, book.graphFile(path, text), text, textOf);
}
