/** Finds the sentences of a README that define the project. */

import { type Block, formOf } from './blocks.ts';
import { isCredit, isPointing } from './boilerplate.ts';
import { type Sentence, sentencesOfBlocks } from './prose.ts';

/** Sentences of a README to consider: a project's description is near the top. */
const looked = 14;

/** Headings of sections that do not describe a project. */
const aside =
  /\b(?:install\w*|getting started|quick ?start|set ?up|usage|examples?|benchmarks?|download|requirements|prerequisites|sponsors?|backers|contribut\w*|licen[cs]e|credits|acknowledge?ments|changelog|now available|news|announce?(?:d|ment|ments)?|releases?|what'?s new|table of contents|contents|support|community|tour|walk-?through|tutorials?|demos?|choose|status|badges|build(?:ing)?|running|tests?|links)\b|安装|快速开始|インストール|설치|установка/iu;

/** The sentences of the first two sections that have any; benchmarks, installation and credits come later. */
export function introduction(path: string, blocks: readonly Block[], names: readonly string[]): Sentence[] {
  const definition = definitionOf(names);
  const sentences = sentencesOfBlocks(blocks, formOf(path))
    .filter(({ text: sentence }) => !isCredit(sentence, path))
    .slice(0, looked);
  let section = -1;
  const sections = blocks.map(({ kind }, at) => {
    const own = section;
    if (kind === 'heading') section = at;
    return own;
  });
  const sectionOf = (block: number): number => sections[block]!;
  const telling = sentences.filter(({ text: sentence, block }) => {
    const heading = blocks[sectionOf(block)]?.lines[0] ?? '';
    return definition?.test(sentence) || (!aside.test(heading) && !/[?？]$/.test(sentence));
  });
  const [first, second] = [...new Set(telling.map(({ block }) => sectionOf(block)))];
  return telling.length === 0
    ? sentences
    : telling.filter(
        ({ block, text: sentence }) =>
          sectionOf(block) === first ||
          (sectionOf(block) === second && (!defined.test(sentence) || definition?.test(sentence) === true)),
      );
}

/** "Berth is a …": in a later section, of something else unless the project is called so. */
const defined = /^(?:the )?[A-Z][\w.-]*(?: [A-Z][\w.-]*){0,2} (?:is|are) (?:an?|the) /;

/** In order, without sentences that refer elsewhere, and with "name is …" first. */
export function definitionFirst<S extends { readonly text: string }>(
  sentences: readonly S[],
  names: readonly string[],
): S[] {
  const telling = sentences.filter(({ text }) => !isPointing(text));
  const definition = definitionOf(names);
  const at = telling.findIndex(({ text }) => definition?.test(text));
  if (at > 0) telling.unshift(...telling.splice(at, 1));
  return telling.length > 0 ? telling : sentences.slice(0, 1);
}

/** "Name is …", "Name helps …". */
function definitionOf(names: readonly string[]): Definition | undefined {
  const subjects = names
    .map(name => name.replace(/[^\p{L}\p{N}]+/gu, '.?').replace(/^\.\?|\.\?$/g, ''))
    .filter(name => name !== '');
  if (subjects.length === 0) return undefined;
  // Classes of letters take long to compile where case is ignored.
  const starts = subjects.map(subject => new RegExp(`^(?:the\\s+)?${subject}`, 'iu'));
  return {
    test: sentence =>
      starts.some(start => {
        const head = start.exec(sentence)?.[0];
        const rest = head === undefined ? '' : sentence.slice(head.length);
        return !goesOn.test(rest) && does.test(rest);
      }),
  };
}

const goesOn = /^[\p{L}\p{N}]/u;
/** What follows a name that is defined. */
const does = /^[^.]{0,60}?\s(?:is|are|provides|lets|helps|allows|makes|enables|gives)\s/iu;

interface Definition {
  test(sentence: string): boolean;
}
