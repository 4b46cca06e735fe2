/** When a code model is told of the files that a document refers to. */
import type { RelatedText } from '../engine/messages.ts';
import { importLinesOf } from '../relations/import-lines.ts';
import type { CoderClient } from '../suggestions/coder-client.ts';

/** Lines by which a document grows or shrinks until it is looked at again. */
const fewLines = 10;

/** How a document was when its files were chosen last. */
interface Seen {
  readonly imports: string;
  readonly lines: number;
}

export class RelatedFiles {
  readonly #seen = new WeakMap<readonly RelatedText[], Seen>();

  /**
   * Tells the model of a document's files: at first, when its import lines change, and when its code refers to a file that it
   * has not been told of, as in Go or C#, where files of a package need no import. All else keeps what the model has read.
   * @param choose finds the files
   */
  async tell(
    coder: Pick<CoderClient, 'relate' | 'relatedTo'>,
    document: string,
    text: string,
    choose: () => Promise<readonly RelatedText[]>,
  ): Promise<void> {
    const now = { imports: importLinesOf(text), lines: text.split('\n').length };
    const told = coder.relatedTo(document);
    const seen = told && this.#seen.get(told);
    const isSame = seen?.imports === now.imports;
    if (isSame && Math.abs(now.lines - seen!.lines) < fewLines) return;
    const files = await choose();
    const isNews = !isSame || files.some(({ path }) => !told!.some(other => other.path === path));
    if (isNews) coder.relate(document, files);
    this.#seen.set(isNews ? files : told!, now);
  }
}
