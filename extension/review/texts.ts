/** What is said of an unusual line: in a list, and in a hover. */
import { cleanLine, escapeMarkdown } from '../../server/protocol/clean-text.ts';
import type { UnusualLine, UnusualWord } from '../../server/protocol/unusual.ts';
import { placeLink, placeText } from '../client/places.ts';

/** Translates a string and fills in `{0}`, `{1}`, …; `vscode.l10n.t` in the editor. */
type Say = (text: string, ...values: (string | number)[]) => string;

/** `user: expected userId, as in src/a.ts:12`, in one line. */
export function wordText({ text, expected, places }: UnusualWord, say: Say): string {
  if (expected === '') return say('{0}: stands nowhere like this', cleanLine(text));
  const sources = places.map(place => cleanLine(placeText(place))).join(', ');
  return say('{0}: expected {1}, as in {2}', cleanLine(text), cleanLine(expected), sources);
}

/** The same as Markdown, with links to the sources. */
export function hoverText({ words }: UnusualLine, say: Say): string {
  const lines = words.map(({ text, expected, places, count }) => {
    if (expected === '') return say('`{0}` stands nowhere like this.', codeOf(text));
    const links = places.map(placeLink).join(', ');
    const more = count - places.length;
    const others = more > 0 ? ` ${say('and {0} more', more)}` : '';
    return `${say('`{0}` here; at similar places `{1}`:', codeOf(text), codeOf(expected))} ${links}${others}`;
  });
  return [...lines, `_${escapeMarkdown(say('Unusual for this repository; it may well be right.'))}_`].join(
    '\n\n',
  );
}

/** For between backticks, which nothing in it can close. */
function codeOf(text: string): string {
  return cleanLine(text).replaceAll('`', 'ˋ');
}
