import { isName } from '../names/words.ts';
import { languageOf } from '../workspace/language.ts';
import type { EvaluatedFile, HiddenLine } from './lines.ts';
import { namesIn } from './metrics.ts';

/**
 * Classifies a hidden line by its names, after Long Code Arena: one defined in another file and not used earlier in
 * this one (`in-project`); one defined in this file (`in-file`); only names found all over the repository (`common`);
 * other names (`random`). The first that applies.
 */
export type LineClass = 'in-project' | 'in-file' | 'common' | 'random';

export const lineClasses: readonly LineClass[] = ['in-project', 'in-file', 'common', 'random'];

export class LineClassifier {
  /** Files that define each name. */
  readonly #definedIn = new Map<string, Set<string>>();
  /** Number of files that contain each name. */
  readonly #filesWith = new Map<string, number>();
  readonly #files: number;

  constructor(files: readonly EvaluatedFile[]) {
    const code = files.filter(file => languageOf(file.path).kind === 'code');
    this.#files = code.length;
    for (const file of code) {
      for (const name of definitionsIn(file.text)) {
        const places = this.#definedIn.get(name) ?? new Set();
        places.add(file.path);
        this.#definedIn.set(name, places);
      }
      for (const name of new Set(file.text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu)))
        this.#filesWith.set(name, (this.#filesWith.get(name) ?? 0) + 1);
    }
  }

  classOf({ file, text, start }: HiddenLine): LineClass {
    const names = [...namesIn(text)];
    const before = new Set(file.text.slice(0, start).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
    const isHere = (name: string): boolean => this.#definedIn.get(name)?.has(file.path) === true;
    if (
      names.some(
        name => !isHere(name) && this.#definedIn.has(name) && !this.#isCommon(name) && !before.has(name),
      )
    )
      return 'in-project';
    if (names.some(name => isHere(name) && !this.#isCommon(name))) return 'in-file';
    return names.every(name => this.#isCommon(name)) ? 'common' : 'random';
  }

  /** In a tenth of all files, and in more than three. */
  #isCommon(name: string): boolean {
    const files = this.#filesWith.get(name) ?? 0;
    return name.length < 3 || (files > 3 && files > this.#files / 10);
  }
}

/** Names that a source declares, judged by the word before them or by the start of the line. */
export function definitionsIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const match of text.matchAll(declaration)) names.add(match[1]!);
  for (const match of text.matchAll(assignment)) names.add(match[1]!);
  for (const match of text.matchAll(method)) names.add(match[1]!);
  return new Set([...names].filter(isName));
}

const declaration =
  /\b(?:function\*?|class|interface|type|enum|const|let|var|def|struct|trait|fn|func|module|macro_rules!|namespace)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu;
const assignment = /^([\p{L}_][\p{L}\p{N}_]*)(?::[^=\n]+)?\s*=[^=]/gmu;
const method =
  /^[ \t]+(?:(?:public|private|protected|static|async|readonly|override|get|set)\s+)*([\p{L}_$#][\p{L}\p{N}_$]*)\s*(?:<[^>\n]*>)?\([^\n]*\{\s*$/gmu;
