/**
 * Sentences that an instruction model makes of statements about what is in a folder. The model only phrases: every
 * name and number of a sentence must be in the statements, or the sentence is dropped.
 */
import { evidenceOf, foldersToAsk } from '../protocol/evidence.ts';
import type { Part, Statement, Summary } from '../protocol/requests.ts';
import { doubtIn } from './generated-check.ts';
import { partAt } from './tree.ts';

/** @returns the model's answer; undefined if there is no instruction model */
export type Ask = (
  question: { readonly instruction: string; readonly question: string },
  folder: string,
) => Promise<string | undefined>;

/** Folders to describe at once; each takes seconds. */
const mostFolders = 12;
/** Sentences kept for equal evidence. */
const mostKept = 500;

const instruction =
  'You write one short sentence that says what a folder of a software project contains. ' +
  'Use only what the given statements say. Use no names or numbers that are not in them. Write no introduction.';

export class GeneratedSentences {
  /** By evidence; undefined for evidence whose sentence was dropped. */
  readonly #known = new Map<string, string | undefined>();

  /**
   * A sentence about a folder.
   * @param parts of the whole repository
   * @returns undefined if the folder has too few statements, there is no instruction model, or the sentence was dropped
   */
  async about(parts: readonly Part[], path: string, ask: Ask): Promise<Statement | undefined> {
    const part = partAt(parts, path);
    const evidence = part === undefined ? [] : evidenceOf(part);
    const [first] = evidence;
    if (first === undefined) return undefined;
    const question = questionAbout(path, evidence);
    if (!this.#known.has(question)) {
      const answer = await ask({ instruction, question }, path);
      // Another model may be chosen later.
      if (answer === undefined) return undefined;
      const sentence = firstSentence(answer);
      this.#known.set(question, doubtIn(sentence, path, evidence) === undefined ? sentence : undefined);
      const [oldest] = this.#known.keys();
      if (this.#known.size > mostKept && oldest !== undefined) this.#known.delete(oldest);
    }
    const text = this.#known.get(question);
    if (text === undefined) return undefined;
    const sources = evidence.map(({ path: file, line }) => ({ path: file, line }));
    return { text, path: first.path, line: first.line, generated: true, sources };
  }
}

/** Sentences about the outermost folders that have enough statements. @throws what `ask` throws */
export async function sentencesAbout(
  parts: readonly Part[],
  ask: Ask,
): Promise<NonNullable<Summary['generated']>> {
  const sentences = new GeneratedSentences();
  const generated: { folder: string; statement: Statement }[] = [];
  for (const folder of foldersToAsk(parts, mostFolders)) {
    const statement = await sentences.about(parts, folder, ask);
    if (statement !== undefined) generated.push({ folder, statement });
  }
  return generated;
}

function questionAbout(path: string, evidence: readonly Statement[]): string {
  const lines = evidence.map(one => `- ${one.path}: ${one.text}`);
  return `Folder ${path} contains:\n${lines.join('\n')}\n\nWhat is in the folder ${path}?`;
}

function firstSentence(answer: string): string {
  const plain = answer.replaceAll(/[`*"“”]/g, '').trim();
  return /^.*?[.!?](?=\s|$)/.exec(plain)?.[0] ?? plain;
}
