/** What the files of a folder were in a revision: those of a repository inside it in its own, renamed ones under their old names. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { linesOf } from '../source-text/position.ts';
import { blobText, type Tree, treeAt } from '../workspace/git-tree.ts';
import { readGuarded } from '../workspace/guard.ts';

interface RevisionOptions {
  /** Absolute. */
  readonly root: string;
  readonly revision: string;
  /** The files that there are now, relative to the root. */
  readonly present: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** A file as it is now. */
interface FileNow {
  /** Whether its text is not that on disk. */
  readonly isEdited: boolean;
  readonly text: () => string | undefined;
}

export class RevisionFiles {
  readonly #options: RevisionOptions;
  /** Of the repositories by their folders, the root itself first; undefined where git cannot tell. */
  readonly #trees = new Map<string, Tree | undefined>();
  /** Whether a folder is a repository of its own. */
  readonly #isRepository = new Map<string, boolean>();
  readonly #gone = new Map<string, Gone>();

  private constructor(options: RevisionOptions, tree: Tree) {
    this.#options = options;
    this.#trees.set('', tree);
  }

  /** @returns a problem, as the rest of a sentence, where git does not know the folder or the revision */
  static async open(options: RevisionOptions): Promise<RevisionFiles | { readonly problem: string }> {
    const tree = await treeAt(options.root, options.revision, options.signal);
    return 'problem' in tree ? tree : new RevisionFiles(options, tree);
  }

  /**
   * @param file relative to the root
   * @returns its text before, empty if it is new; undefined where it is unchanged or git cannot tell
   */
  async textOf(file: string, { isEdited, text }: FileNow): Promise<string | undefined> {
    const { root, signal } = this.#options;
    const known = this.#trees.get('')?.files.get(file);
    const repository = known === undefined ? this.#repositoryAbove(file) : '';
    const tree = await this.#treeOf(repository);
    if (tree === undefined) return undefined;
    const inside = insideOf(repository, file);
    const id = known ?? tree.files.get(inside);
    const idNow = () => (isEdited ? undefined : idOf(root, file, tree));
    if (id !== undefined)
      return idNow() === id ? undefined : blobText(path.join(root, repository), id, signal);
    const gone = this.#goneFrom(repository, tree);
    if (!gone.hasLike(inside)) return '';
    if (gone.has(inside, idNow())) return undefined;
    return (await gone.textLike(inside, text() ?? '', signal)) ?? '';
  }

  /** The folder of the innermost repository that holds a file or folder; empty for the root. */
  #repositoryAbove(file: string): string {
    for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) {
      let isRepository = this.#isRepository.get(folder);
      if (isRepository === undefined) {
        isRepository = existsSync(path.join(this.#options.root, folder, '.git'));
        this.#isRepository.set(folder, isRepository);
      }
      if (isRepository) return folder;
    }
    return '';
  }

  /** Of a repository inside another the commit that the other has, or else its own last one. */
  async #treeOf(repository: string): Promise<Tree | undefined> {
    if (this.#trees.has(repository)) return this.#trees.get(repository);
    const outer = this.#repositoryAbove(repository);
    const link = (await this.#treeOf(outer))?.links.get(insideOf(outer, repository));
    const folder = path.join(this.#options.root, repository);
    const tree = await treeAt(folder, link ?? 'HEAD', this.#options.signal);
    const known = 'problem' in tree ? undefined : tree;
    this.#trees.set(repository, known);
    return known;
  }

  #goneFrom(repository: string, { files }: Tree): Gone {
    let gone = this.#gone.get(repository);
    if (gone === undefined) {
      const { root, present } = this.#options;
      const isThere = (file: string) => {
        const inRoot = repository === '' ? file : `${repository}/${file}`;
        return present.has(inRoot) || existsSync(path.join(root, inRoot));
      };
      gone = new Gone(path.join(root, repository), files, isThere);
      this.#gone.set(repository, gone);
    }
    return gone;
  }
}

/** Files of a revision that are no more: a new file may be one of them under another name. */
class Gone {
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #isThere: (file: string) => boolean;
  /** Paths and ids by extension. */
  readonly #byExtension = new Map<string, ReadonlyMap<string, string>>();
  readonly #texts = new Map<string, string>();

  constructor(folder: string, files: ReadonlyMap<string, string>, isThere: (file: string) => boolean) {
    this.#folder = folder;
    this.#files = files;
    this.#isThere = isThere;
  }

  /** Whether there are any of a file's kind. */
  hasLike(file: string): boolean {
    return this.#alike(file).size > 0;
  }

  /** Whether one of a file's kind had this content. */
  has(file: string, id: string | undefined): boolean {
    return id !== undefined && [...this.#alike(file).values()].includes(id);
  }

  /** The content of the most similar one; undefined if none shares at least half of the lines, by length. */
  async textLike(file: string, text: string, signal?: AbortSignal): Promise<string | undefined> {
    const name = path.posix.basename(file);
    const isNamed = (one: string) => Number(path.posix.basename(one) === name);
    const candidates = [...this.#alike(file)].sort(([one], [other]) => isNamed(other) - isNamed(one));
    let [best, most]: [string | undefined, number] = [undefined, leastLikeness];
    for (const [, id] of candidates.slice(0, mostCompared)) {
      const before = this.#texts.get(id) ?? (await blobText(this.#folder, id, signal)) ?? '';
      this.#texts.set(id, before);
      const share = likeness(before, text);
      if (share >= most) [best, most] = [before, share];
    }
    return best;
  }

  #alike(file: string): ReadonlyMap<string, string> {
    const extension = path.posix.extname(file);
    let alike = this.#byExtension.get(extension);
    if (alike === undefined) {
      alike = new Map(
        [...this.#files].filter(([one]) => path.posix.extname(one) === extension && !this.#isThere(one)),
      );
      this.#byExtension.set(extension, alike);
    }
    return alike;
  }
}

/** As git has it: half of the text. */
const leastLikeness = 0.5;
/** Gone files that a new one is compared with. */
const mostCompared = 40;

/** The share of the longer text that is in lines of both. */
function likeness(one: string, other: string): number {
  const counts = new Map<string, number>();
  let [shared, length] = [0, 0];
  for (const line of linesOf(one)) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of linesOf(other)) {
    length += line.length;
    const left = counts.get(line) ?? 0;
    if (left === 0) continue;
    counts.set(line, left - 1);
    shared += line.length;
  }
  return shared / Math.max(1, length, one.length);
}

/** The id by which git names the content of a file on disk: its hash. */
function idOf(root: string, file: string, { files }: Tree): string | undefined {
  const bytes = readGuarded(root, file, largestFile);
  if ('reason' in bytes) return undefined;
  const [id = ''] = files.values();
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** In bytes; no file that is read is larger. */
const largestFile = 1 << 28;

function insideOf(folder: string, file: string): string {
  return folder === '' ? file : file.slice(folder.length + 1);
}
