/** The files most like another: those that a person who writes the other would look into. */
import type { FileFacts } from '../analysis/file-facts.ts';
import type { GraphFile } from '../analysis/graph-file.ts';
import { isTestPath } from '../analysis/supporting.ts';
import { folderOf } from '../protocol/folders.ts';

/** Weights of what two files have in common, and what makes them kin: neither a folder nor a name alone does. */
const [ofName, ofFolder, ofFolderAbove, ofImports, ofDefinitions, least] = [2, 2, 1, 3, 3, 2.5];

/** @returns most like first, of its language */
export function kinOf(file: GraphFile, files: Iterable<FileFacts>): FileFacts[] {
  const isTest = isTestPath(file.path);
  const own = describe(file);
  const found: { readonly other: FileFacts; readonly score: number }[] = [];
  for (const other of files) {
    if (other.path === file.path || other.language !== file.language || other.definitions.length === 0)
      continue;
    if (other.aside !== undefined || isTestPath(other.path) !== isTest) continue;
    const score = likeness(own, describe(other));
    if (score > least) found.push({ other, score });
  }
  return found.sort((one, other) => other.score - one.score).map(({ other }) => other);
}

interface Description {
  readonly folder: string;
  readonly words: readonly string[];
  readonly imports: ReadonlySet<string>;
  readonly definitions: ReadonlySet<string>;
}

function describe({ path, imports, definitions }: GraphFile): Description {
  const folder = folderOf(path);
  const name = path.slice(folder.length + 1).replace(/\.\w+$/, '');
  return {
    folder,
    words: name.split(/[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})/u).map(word => word.toLowerCase()),
    imports: new Set(imports.map(({ target }) => target)),
    definitions: new Set(definitions.map(one => one.name)),
  };
}

function likeness(one: Description, other: Description): number {
  const isSameFolder = one.folder === other.folder;
  const isBeside =
    folderOf(one.folder) === folderOf(other.folder) && one.folder !== '' && other.folder !== '';
  const isNamed = one.words.length > 1 && one.words.at(-1) === other.words.at(-1);
  return (
    (isNamed ? ofName : 0) +
    (isSameFolder ? ofFolder : isBeside ? ofFolderAbove : 0) +
    ofImports * shared(one.imports, other.imports) +
    ofDefinitions * shared(one.definitions, other.definitions)
  );
}

/** Share of the smaller set that is in the other. */
function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  if (small.size === 0) return 0;
  let both = 0;
  for (const member of small) if (large.has(member)) both++;
  return both / Math.max(small.size, Math.sqrt(large.size));
}
