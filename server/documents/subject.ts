/** What a document is about: a sentence of its opening that says so, or else its sections. */

import { baseName } from '../syntax/paths.ts';
import type { Block, Form } from './blocks.ts';
import { isDescribing } from './boilerplate.ts';
import { plain, type Sentence } from './prose.ts';
import { restates, sharesWord } from './telling.ts';

/** Documents for agents start with what the project is, which is not what they are. */
const forAgents = /(?:^|\/)(?:agents?|claude|gemini|copilot-instructions)\.md$/i;
/** Sentences of a document that may say what it is about. */
const openingSentences = 6;
/** Sections shown, and how many a document needs for them to describe it. */
const [sectionsShown, fewestSections] = [4, 2];
const longestHeading = 60;
/** A shorter name may be an abbreviation of the title. */
const longestAbbreviation = 7;

/** "A berth is …", "Berths are …", "This guide …". */
const defines =
  /^(?:\S+ ){1,6}?(?:(?:is|are|was) (?:an?|the|one|for)|provides?|describes?|explains?|contains?|lists?|configures?)\b/i;

/**
 * A document's opening often leads up to its subject: of the sentences before its second heading, the one that shares a
 * word with the file's name, or its title, and says more than that; or else one that defines something.
 */
export function subjectSentence<S extends Sentence>(
  path: string,
  blocks: readonly Block[],
  sentences: readonly S[],
): S | undefined {
  const [title, second] = blocks.filter(({ kind }) => kind === 'heading');
  const end = second?.line ?? Number.POSITIVE_INFINITY;
  const opening = sentences.filter(({ line }) => line < end).slice(0, openingSentences);
  const [first] = opening;
  const stem = baseName(path).replace(/\..*$/, '');
  const isOn = (name: string): S | undefined =>
    opening.find(({ text }) => sharesWord(text, name) && !restates(text, [path]));
  return (
    isOn(stem) ??
    (stem.length < longestAbbreviation ? isOn(title?.lines[0] ?? '') : undefined) ??
    (first !== undefined && !forAgents.test(path) && (defines.test(first.text) || isDescribing(first.text))
      ? first
      : undefined)
  );
}

/** The headings of the outermost level that has several, at the first one's line; undefined for a list of versions. */
export function sectionsIn(blocks: readonly Block[], form: Form): Sentence | undefined {
  const headings = blocks.flatMap(({ kind, lines, level, line }) => {
    const text = kind === 'heading' ? plain(lines[0]!, form).replace(/[.:]$/, '') : '';
    return /\p{L}{2}/u.test(text) && text.length <= longestHeading && !/^(?:table of )?contents$/i.test(text)
      ? [{ text, level, line }]
      : [];
  });
  for (const level of [1, 2, 3]) {
    const own = headings.filter(one => one.level === level);
    if (own.length < fewestSections) continue;
    // Changes and the like repeat their headings.
    if (new Set(own.map(({ text }) => text)).size < own.length) return undefined;
    if (own.filter(({ text }) => /\d+\.\d/.test(text)).length > own.length / 2) return undefined;
    const shown = own.slice(0, sectionsShown).map(({ text }) => text);
    const more = own.length > sectionsShown ? ' and more' : '';
    return { text: `Sections: ${shown.join('; ')}${more}`, line: own[0]!.line };
  }
  return undefined;
}
