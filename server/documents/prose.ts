/** Splits prose in any language into sentences, and strips inline markup. */
import type { Block, Form } from './blocks.ts';

export interface Sentence {
  readonly text: string;
  /** 1-based first line. */
  readonly line: number;
}

const longestSentence = 240;
/** Items that represent a list introduced by a sentence. */
const itemsShown = 4;

/** Abbreviations whose period does not end a sentence. */
const abbreviation =
  /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|no|mr|dr|st|approx|incl|resp|z\.b|d\.h|bzw|т\.е|т\.д)\.$/i;
const end = /[.!?]["')\]»”]*(?=\s+[\p{Lu}\p{Lo}`"'(«“\d]|\s*$)|:(?=\s*$)|[。！？]["'」』）]*/gu;

/** Splits a paragraph into sentences with their first lines. */
export function sentencesIn(lines: readonly string[], start: number): Sentence[] {
  const sentences: Sentence[] = [];
  let current = '';
  let currentLine = start;
  const flush = (): void => {
    const text = current.trim();
    if (isSentence(text)) sentences.push({ text: clip(text), line: currentLine });
    current = '';
  };
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    let from = 0;
    for (const match of line.matchAll(end)) {
      const until = match.index + match[0].length;
      const piece = line.slice(from, until);
      if (abbreviation.test(piece)) continue;
      if (current === '') currentLine = start + index;
      current = join(current, piece.trim());
      from = until;
      flush();
    }
    const rest = line.slice(from).trim();
    if (rest === '') continue;
    if (current === '') currentLine = start + index;
    current = join(current, rest);
  }
  flush();
  return sentences;
}

const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/gu;

/** Chinese and Japanese have no spaces between words or lines. */
function join(left: string, right: string): string {
  if (left === '') return right;
  const isWide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}。、，]$/u.test(left);
  return isWide ? left + right : `${left} ${right}`;
}

/** At least two words, or as much in a script without spaces, and not code. */
export function isSentence(text: string): boolean {
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  const signs = text.match(wide)?.length ?? 0;
  if (words.length < 2 && signs < 6) return false;
  const letters = (text.match(/[\p{L}\s]/gu) ?? []).length;
  return letters / text.length > 0.65 && !/[{};]\s*$/.test(text);
}

export function clip(text: string, longest = longestSentence): string {
  if (text.length <= longest) return text;
  const cut = text.lastIndexOf(' ', longest);
  return `${text.slice(0, cut > longest / 2 ? cut : longest)} …`;
}

/** Whether it ends like a sentence of prose. */
export function isEnded(text: string): boolean {
  return /[.!?…。！？]["')\]»”」』）]*$/.test(text);
}

/** Sentences of paragraphs and quotes, in order; one that introduces a list includes its first items. */
export function sentencesOfBlocks(
  blocks: readonly Block[],
  form: Form,
  most = Number.POSITIVE_INFINITY,
): (Sentence & { readonly block: number })[] {
  const found: (Sentence & { readonly block: number })[] = [];
  for (const [at, block] of blocks.entries()) {
    if (found.length >= most) break;
    if (block.kind !== 'paragraph' && block.kind !== 'quote') continue;
    if (block.kind === 'quote' && /^\[!\w+\]/.test(block.lines[0] ?? '')) continue;
    // A badge may be written over several lines.
    if (block.lines.some(line => line.includes('[![')) && !isSentence(plain(block.lines.join(' '), form)))
      continue;
    const lines = whole(block.lines).map(line => plain(line, form));
    for (const { text, line } of sentencesIn(lines, block.line)) {
      if (isEnded(text)) found.push({ text, line, block: at });
      else if (/[:：]$/.test(text)) {
        const items = itemsBehind(blocks, at, form);
        if (items !== '') found.push({ text: clip(`${text} ${items}`), line, block: at });
      } else if (
        found.length === 0 &&
        lines.length === 1 &&
        blocks[at + 1]?.kind !== 'item' &&
        block.lines[0]!.length > 30
      ) {
        // A slogan on a line of its own has no period.
        found.push({ text, line, block: at });
      }
    }
  }
  return found;
}

/** Lines that a link or image goes over, joined in the first. */
const mostJoined = 4;

/** Lines with links and images on one line each; the lines that were moved up are empty. */
export function whole(lines: readonly string[]): string[] {
  const found = [...lines];
  for (let at = 0; at < found.length; at++) {
    for (let next = at + 1; next < Math.min(found.length, at + mostJoined) && isOpen(found[at]!); next++) {
      found[at] += ` ${found[next]!}`;
      found[next] = '';
    }
  }
  return found;
}

/** Whether a line ends inside of a link's text or address, or a tag. */
function isOpen(line: string): boolean {
  const last = line.lastIndexOf('[');
  const closed = last < 0 ? last : line.indexOf(']', last);
  if (last >= 0 && closed < 0) return true;
  const address = line.lastIndexOf('](');
  return (address >= 0 && !line.includes(')', address)) || /(?:^|[^!])\[!\[[^\]]*\]\([^()]*\)$/.test(line);
}

function itemsBehind(blocks: readonly Block[], at: number, form: Form): string {
  const items: string[] = [];
  for (let next = at + 1; blocks[next]?.kind === 'item' && items.length < itemsShown; next++)
    items.push(plain(blocks[next]!.lines.join(' '), form).replace(/[.;,]$/, ''));
  const more = blocks[at + 1 + items.length]?.kind === 'item' ? ' …' : '';
  return items.length === 0 ? '' : `${items.join('; ')}${more}`;
}

/** Roles and literals of reStructuredText and MyST, also found in docstrings: the text they show. */
const roles =
  /(?::[\w:]+:|\{[\w:.+-]+\}(?=`))?``?(?:~[\w.]*\.(?=\w+`)|[!./~]*)([^`<]+)(?:<[^`>]*>)?``?_{0,2}/g;

export function withoutRoles(line: string): string {
  return line.replace(roles, (_, shown: string) => shown.trimEnd());
}

/** Strips inline markup. */
export function plain(line: string, form: Form = 'markdown'): string {
  let text = line;
  if (form === 'asciidoc')
    text = text
      .replace(/\b(?:image|icon|footnote):{1,2}[^\s[\]]{0,300}\[[^\]]{0,300}\]/g, '')
      .replace(/\b(?:link|xref|mailto|https?):[^\s[\]]{0,300}\[([^\]]{1,300})\]/g, '$1')
      .replace(/<<[^<>,]{1,200}(?:,([^<>]{0,200}))?>>/g, (_, shown?: string) => shown ?? '')
      .replace(/\{[\w-]+\}/g, '');
  if (form === 'org')
    text = text
      .replace(/\[\[[^\]]{1,400}\]\[([^\]]{1,400})\]\]/g, '$1')
      .replace(/(?<![\w/])[=~/]([^=~/\s][^=~/]*)[=~/](?![\w/])/g, '$1');
  return withoutRoles(
    text
      .replace(/<((?:https?|mailto):[^<>\s]+)>/g, '$1')
      .replace(/!\[[^\]]{0,400}\](?:\([^()]{0,999}(?:\([^()]{0,99}\)[^()]{0,99})?\)|\[[^\]]{0,99}\])/g, '')
      .replace(/\[([^\]]{0,400})\](?:\([^()]{0,999}(?:\([^()]{0,99}\)[^()]{0,99})?\)|\[[^\]]{0,99}\])/g, '$1')
      .replace(/\[([^\][]*)\]/g, '$1'),
  )
    .replace(/<[^<>]*>/g, '')
    .replace(/(\*\*|__)(?=\S)([^*_]+)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*]+)\*(?![\w*])/g, '$1')
    .replace(/(?<![\w_])_(?=\S)([^_]+)_(?![\w_])/g, '$1')
    .replace(/\\([\\`*_{}[\]()#+.!-])/g, '$1')
    .replace(/:[a-z_]+:(?=\s|$)/g, '')
    .replace(/^(?:\p{Extended_Pictographic}|\uFE0F|\s)+/u, '')
    .replace(/\s{2,}/g, ' ')
    .trim();
}
