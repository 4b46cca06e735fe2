/**
 * What a README warns of before all else: that the project is not maintained, has moved, or is not ready for use. Such
 * warnings stand in titles, badges, quotes and admonitions as well as in paragraphs.
 */
import { type Form, formOf } from './blocks.ts';
import { clip, plain, type Sentence, sentencesIn } from './prose.ts';

/** Lines of a README that are its head, and the headings that may stand there below the title. */
const [headLines, headHeadings] = [70, 3];
const most = 2;
/** A longer title or label is a sentence, with a subject. */
const longestLabel = 40;

/** What holds for no single feature, and what may. */
const ended =
  /\b(?:unmaintained|(?:no longer|not|isn'?t|never)(?: being| actively| currently)* (?:maintained|developed|worked on|under (?:active )?development)|archived|deprecated|abandoned|abandonware|discontinued|obsolete|retired|sunset|superseded|has (?:been )?(?:moved|migrated|renamed|replaced)|(?:is|was|been) (?:moved|migrated|renamed|replaced|merged)|moved to|continues (?:now )?(?:at|in|as)|maintenance(?:-only)? mode|feature[- ](?:frozen|complete and)|end[- ]of[- ](?:life|support)|look\w* for (?:an? )?(?:new )?(?:co-?)?maintainers?|read-only)\b|不再维护|已弃用|已归档|メンテナンスされて(?:いません|おりません)|非推奨|더 이상 유지|не поддерживается/iu;
const early =
  /\b(?:experimental|experiment|(?:pre-?)?alpha|beta|work in progress|wip|early (?:stages?|development|days|preview|access|phase)|not (?:yet )?(?:\w+ )?(?:ready|stable|suitable|recommended|intended|meant)(?: for)?(?: \w+)? (?:for )?production|production[- ]ready yet|(?:not|isn'?t) (?:yet )?(?:production[- ]ready|stable|complete)|unstable|under (?:heavy|active|initial) development|(?:may|might|can|will|could) (?:still )?(?:change|break)|expect breaking changes|proof[- ]of[- ]concept|prototype|do not use|use at your own risk|pre-?release|not an? (?:official|supported))\b|开发中|实验性|開発中|実験的|в разработке/iu;
/** Of a title or heading, the words that are enough. */
const label =
  /\b(?:unmaintained|no longer maintained|not maintained|archived?|deprecated|deprecation|abandoned|discontinued|obsolete|retired|superseded|moved|experimental|work in progress|wip|(?:pre-?)?alpha|maintenance mode)\b/i;
const status =
  /^(?:(?:project|development|maintenance|current)\s+)?(?:status|state|maintenance|stability|deprecat\w*|archived?|unmaintained)(?:\s+(?:status|notice|note|warning))?\W*$/i;
const replacement =
  /\b(?:instead|in lieu|recommend\w*|replac\w+|successor|migrat\w+|moved|switch(?:ing)? to|fork|please use|now at|see)\b/i;

interface Line {
  readonly text: string;
  readonly line: number;
}

interface Passage {
  readonly kind: 'heading' | 'quote' | 'paragraph';
  readonly lines: readonly Line[];
}

/**
 * @param names of the project
 * @returns the warnings, the most final first, and where to turn instead
 */
export function warningsIn(path: string, text: string, names: readonly string[]): Sentence[] {
  const form = formOf(path);
  const raw = text.split('\n').map(line => line.replace(/\r$/, '').slice(0, 2000));
  const isAbout = aboutProject(names);
  const passages = passagesOf(raw, form);
  const found: Sentence[] = badgesIn(raw.slice(0, headLines));
  let headings = 0;
  let inStatus = false;
  for (const [at, { kind, lines }] of passages.entries()) {
    const [{ line }] = lines as [Line];
    if (kind === 'heading') {
      headings++;
      const title = lines[0]!.text;
      inStatus = status.test(title);
      const isHead = headings <= headHeadings && line <= headLines;
      if (!isHead || !isLabel(title, headings === 1, names, isAbout)) continue;
      found.push({ text: clip(title), line });
      const next = passages[at + 1];
      const said = next?.kind === 'heading' ? [] : sentencesOf(next);
      const way = said.find(sentence => replacement.test(sentence.text));
      if (way !== undefined) found.push(way);
      continue;
    }
    if (!inStatus && (headings > headHeadings || line > headLines)) continue;
    for (const sentence of sentencesOf({ kind, lines })) {
      const isOfAll = isAbout(sentence.text) || (inStatus && sentence.text.length < 2 * longestLabel);
      const isShort = kind === 'quote' && sentence.text.length < longestLabel && label.test(sentence.text);
      if ((isOfAll && (ended.test(sentence.text) || early.test(sentence.text))) || isShort)
        found.push(sentence);
    }
  }
  const distinct = found.filter(
    (one, at) => found.findIndex(other => other.line === one.line && other.text === one.text) === at,
  );
  return [...distinct]
    .sort((one, other) => Number(ended.test(other.text)) - Number(ended.test(one.text)))
    .slice(0, most)
    .sort((one, other) => one.line - other.line);
}

/** Whether a title says so: in brackets or as a sentence; the project's name may have such a word itself. */
function isLabel(
  title: string,
  isFirst: boolean,
  names: readonly string[],
  isAbout: (sentence: string) => boolean,
): boolean {
  if (isAbout(title) && (ended.test(title) || early.test(title))) return true;
  const word = label.exec(title)?.[0].toLowerCase();
  if (word === undefined || title.length > longestLabel) return false;
  if (names.some(name => name.toLowerCase().includes(word))) return false;
  return isFirst ? /[([（—–:!⚠-]|^[\W\d]*\p{Lu}{4}/u.test(title) : title.length < longestLabel / 2;
}

/** Words between the project and its state. */
const mostBetween = 7;
const linking =
  /\b(?:is|are|was|were|be|been|has|have|remains?|in|under|enter(?:s|ed)|reached|no longer|not|still|now|looking|moved|expect|may|might|will|can|could|should|do)\b|isn'?t|aren'?t|[:–—-]\s*$|^\W*$/i;
/** States of the project only if its interface is said to change, or without mention of a part. */
const change = /\b(?:may|might|can|will|could)\b.*\b(?:change|break)\b/i;

/** Whether a sentence states something of the project itself: its subject is the project, its predicate the state. */
function aboutProject(names: readonly string[]): (sentence: string) => boolean {
  const own = names
    .map(name => name.replace(/^@/, '').replace(/[^\p{L}\p{N}]+/gu, '.?'))
    .filter(name => /\p{L}/u.test(name));
  const thing =
    'project|repo(?:sitory)?|package|library|module|crate|gem|extension|plugin|tool|software|code(?:base)?|app(?:lication)?|action|framework|apis?|fork|sdk|client|server|implementation|addon';
  const subject = [
    ...own,
    `(?:this|the|our|its) (?:[\\w-]+ ){0,2}(?:${thing})(?:'s (?:api|development))?`,
    '(?:project|repo(?:sitory)?|status|development|it|this|we|i)',
  ].join('|');
  const start = new RegExp(
    `^(?:[^\\p{L}]|warning|note|important|caution|notice|attention|heads[ -]up|disclaimer|(?:please )?(?:note|be aware|be warned|beware)(?: that)?|as of [^,]{1,30},?|currently|and|but|unfortunately)*(?:the )?(?:${subject})(?![\\p{L}\\p{N}])`,
    'iu',
  );
  const bare =
    /^[^\p{L}]*(?:experimental|deprecated|unmaintained|archived|work in progress|wip|moved to \S+)\s*(?:[.:!–—,-]|$)/iu;
  return sentence => {
    if (bare.test(sentence)) return true;
    const head = start.exec(sentence);
    if (head === null) return false;
    const rest = sentence.slice(head[0].length);
    const state = ended.exec(rest) ?? early.exec(rest);
    if (
      state === null ||
      (change.test(state[0]) &&
        !/\b(?:apis?|interfaces?|at any time|without (?:any )?notice)\b/i.test(sentence))
    )
      return false;
    const between = rest.slice(0, state.index);
    return (
      (linking.test(between) || linking.test(state[0])) &&
      (between.match(/[\p{L}\p{N}]+/gu) ?? []).length <= mostBetween &&
      !/[,;(]|\b(?:that|which|support for|features?|options?|branch|versions?)\b/i.test(between)
    );
  };
}

function sentencesOf(passage: Passage | undefined): Sentence[] {
  if (passage === undefined) return [];
  const [only, ...rest] = passage.lines.filter(({ text }) => text !== '');
  if (only !== undefined && rest.length === 0 && label.test(only.text) && only.text.length < longestLabel)
    return [only];
  return sentencesIn(
    passage.lines.map(({ text }) => text),
    passage.lines[0]!.line,
  );
}

/** Headings, quotes and paragraphs of any form of document; not code, tables and lists. */
function passagesOf(raw: readonly string[], form: Form): Passage[] {
  const passages: Passage[] = [];
  let open: { kind: 'quote' | 'paragraph'; lines: Line[] } | undefined;
  let fence: string | undefined;
  let isComment = false;
  const close = (): void => {
    if (open !== undefined) passages.push(open);
    open = undefined;
  };
  const from = raw[0]?.trim() === '---' ? raw.indexOf('---', 1) + 1 : 0;
  for (let at = from; at < raw.length; at++) {
    const whole = raw[at]!.trim();
    if (fence !== undefined || isComment) {
      if (fence !== undefined && whole.startsWith(fence)) fence = undefined;
      if (whole.includes('-->')) isComment = false;
      continue;
    }
    fence = /^(`{3,}|~{3,}|-{4,}(?=$))/.exec(whole)?.[1];
    if (fence?.startsWith('-') && form !== 'asciidoc') fence = undefined;
    isComment = whole.startsWith('<!--') && !whole.includes('-->');
    const isAdmonition =
      /^(?:>\s*)?\[!\w+\]|^\.\. \w+::|^\[\w+\]$|^(?:WARNING|NOTE|CAUTION|IMPORTANT|TIP):|^:{3}/.test(whole);
    const isQuote = whole.startsWith('>') || isAdmonition;
    const text = plain(
      whole
        .replace(/^[>\s]+/, '')
        .replace(/^\[!\w+\]|^\.\. \w+::|^\[\w+\]$|^[A-Z]+: |^:{3}\s*\w*/, '')
        .replace(/<[^<>]*>/g, ' ')
        .replace(/\\$/, ''),
      form,
    );
    const heading = /^(?:#{1,6}|={1,6}|\*{1,6})\s+(?=\S)|^<h[1-6]\b/i.test(whole)
      ? text.replace(/^[#=*]+\s+/, '')
      : undefined;
    const isUnderlined =
      text !== '' && /^([=~^"-])\1{2,}$/.test(raw[at + 1]?.trim() ?? '') && open === undefined;
    if (fence !== undefined || isComment || /^(?:\||[-*+] |\d+[.)] )/.test(whole) || text === '') {
      // An admonition's label stands on a line of its own.
      if (!isAdmonition) close();
      else if (text === '') open ??= { kind: 'quote', lines: [] };
    } else if (heading !== undefined || isUnderlined) {
      close();
      passages.push({ kind: 'heading', lines: [{ text: heading ?? text, line: at + 1 }] });
      if (isUnderlined) at++;
    } else {
      if (isQuote && open?.kind === 'paragraph') close();
      open ??= { kind: isQuote ? 'quote' : 'paragraph', lines: [] };
      // Lines between are blank after markup was stripped; sentences count lines from the first.
      for (let gap = (open.lines.at(-1)?.line ?? at) + 1; gap <= at; gap++)
        open.lines.push({ text: '', line: gap });
      open.lines.push({ text, line: at + 1 });
    }
  }
  close();
  return passages.filter(({ lines }) => lines.length > 0);
}

const badge = /!\[([^\]]{0,200})\]\(([^()\s]{1,400})|<img\b[^<>]{0,400}?src="([^"]{1,400})"/gi;
const badgeStates =
  /^(?:deprecated|unmaintained|archived?|abandoned|inactive|unsupported|discontinued|obsolete|experimental|wip|work[ _-]in[ _-]progress|(?:pre-?)?alpha|no|moved|end[ _-]of[ _-]life|maintenance[ _-]mode|looking for maintainers?)\b/i;

/** Badges about the state of the project. */
function badgesIn(raw: readonly string[]): Sentence[] {
  return raw.flatMap((line, index) =>
    [...line.matchAll(badge)].flatMap(([, alt, markdownUrl, htmlUrl]) => {
      const url = markdownUrl ?? htmlUrl ?? '';
      const state = stateOf(url);
      if (state === undefined) return [];
      const said = alt !== undefined && (ended.test(alt) || early.test(alt) || badgeStates.test(alt));
      return [{ text: clip(said ? plain(alt) : state), line: index + 1 }];
    }),
  );
}

/** `status: deprecated` of a badge's address; undefined if it is about something else. */
function stateOf(url: string): string | undefined {
  const known = /repostatus\.org\/badges\/[^/]+\/(\w+)\.svg/.exec(url)?.[1];
  if (known !== undefined) return badgeStates.test(known) ? `Project status: ${known}` : undefined;
  if (/unmaintained\.tech/.test(url)) return 'No maintenance intended';
  const shield = /shields\.io\/(?:static\/v1\?|badge\/)([^?]+)/.exec(url)?.[1];
  if (shield === undefined) return undefined;
  let text = shield;
  try {
    text = decodeURIComponent(shield);
  } catch {
    // An address that is not encoded well is read as it is.
  }
  const [name = '', message = ''] = text
    .replace(/\.(?:svg|png)$/, '')
    .split(/(?<!-)-(?!-)/)
    .map(part => part.replaceAll('--', '-').replaceAll('_', ' ').trim());
  if (
    !/^(?:status|state|stability|stage|lifecycle|maintenance|maintained\??|project(?: status)?|development)$/i.test(
      name,
    )
  )
    return badgeStates.test(name) && !/^(?:no|alpha|\d)/i.test(name) && !/\d/.test(message)
      ? name
      : undefined;
  return badgeStates.test(message) ? `${name}: ${message}` : undefined;
}
