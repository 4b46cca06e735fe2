/**
 * Statements about paths in documents: list items, headings, table rows and drawn trees whose subject is an existing
 * path.
 */
import { type Block, type Form, formOf } from './blocks.ts';
import type { KnownPaths } from './known-paths.ts';
import { clip, isEnded, plain, sentencesIn } from './prose.ts';

export interface PathStatement {
  /** The file or folder described. */
  readonly subject: string;
  readonly text: string;
  /** The document, and its line. */
  readonly path: string;
  readonly line: number;
}

const longest = 220;

/** @returns statements in document order */
export function pathStatements(path: string, blocks: readonly Block[], known: KnownPaths): PathStatement[] {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const form = formOf(path);
  const found: PathStatement[] = [];
  const add = (subjects: readonly string[], said: string, line: number): void => {
    const text = statementOf(said);
    if (text === undefined) return;
    for (const subject of new Set(subjects)) if (subject !== path) found.push({ subject, text, path, line });
  };
  for (const [at, block] of blocks.entries()) {
    if (block.kind === 'row' && block.cells) {
      const { subjects, rest } = subjectsOf(block.cells[0]!, folder, known);
      if (subjects.length > 0 && rest === '')
        add(subjects, saidInCells(block.cells.slice(1), form), block.line);
    } else if (block.kind === 'item' || block.kind === 'paragraph') {
      const text = block.lines.join(' ');
      const { subjects, rest } = subjectsOf(text, folder, known);
      const told = /^\s*(?::|-{1,2}|–|—|=>?|→)\s*(?=\S)/u.exec(rest);
      const goesOn =
        block.kind === 'item' &&
        /^\s+(?:is|are|holds?|contains?|has|provides?|defines?|implements?|handles?|\()/.test(rest);
      if (subjects.length > 0 && (told || goesOn))
        add(subjects, plain(rest.slice(told?.[0].length ?? 0), form), block.line);
      else if (subjects.length === 0 && block.kind === 'paragraph')
        for (const { text: sentence, line } of sentencesIn(block.lines, block.line)) {
          const match =
            /^[^`]{4,90}\b(?:lives?|are|is|resides?|located|found|goes?|stored|defined|kept) in (?:the )?`([^`]+)`(?: (?:folder|directory|file|module|package))?\.?$/.exec(
              sentence,
            );
          const subject = match ? known.find(match[1]!, folder) : undefined;
          if (subject !== undefined) add([subject], plain(sentence, form), line);
        }
    } else if (block.kind === 'heading') {
      const { subjects, rest } = subjectsOf(
        block.lines[0]!.replace(/^\d+(?:\.\d+)*\.?\s+/, ''),
        folder,
        known,
      );
      if (subjects.length === 0) continue;
      const told = /^\s*(?::|-{1,2}|–|—)\s*(?=\S)/u.exec(rest);
      const next = blocks[at + 1];
      if (told) add(subjects, plain(rest.slice(told[0].length), form), block.line);
      else if (rest.trim() === '' && next?.kind === 'paragraph')
        add(subjects, plain(next.lines.join(' '), form), next.line);
    } else if (block.kind === 'code') found.push(...drawnTree(path, block, folder, known));
  }
  return found;
}

/** The paths at the start of a line, as code, links or plain words, and the rest of the line. */
function subjectsOf(
  text: string,
  folder: string,
  known: KnownPaths,
): { readonly subjects: string[]; readonly rest: string } {
  const subjects: string[] = [];
  let rest = text;
  for (let seen = 0; seen < 8; seen++) {
    const bare = rest.replace(/^[\s*_]+/, '').replace(/^(?:the|an?)\s+(?=[`*[])/i, '');
    const link = /^\[`?([^\]`]+)`?\]\(([^()\s]+)\)/.exec(bare);
    const code = /^`{1,2}([^`]+)`{1,2}/.exec(bare);
    const word = /^[\w@.-]+[/.:][\w@./:*-]*\w\/?|^[\w@.-]+\//.exec(bare);
    const match = link ?? code ?? word;
    if (!match) break;
    const path = link
      ? (known.find(link[2]!, folder) ?? known.find(link[1]!, folder))
      : known.find(code?.[1] ?? match[0].replace(/[.:]$/, ''), folder);
    if (path === undefined) break;
    subjects.push(path);
    rest = bare.slice(match[0].length).replace(/^[*_]+/, '');
    const more = /^\s*(?:,|and|or|&|\/|\+)\s*(?=[`*[\w])/.exec(rest);
    if (!more) break;
    rest = rest.slice(more[0].length);
  }
  return {
    subjects,
    rest: subjects.length > 0 ? rest.replace(/^\s*\((?:folder|directory|file)\)/i, '') : text,
  };
}

function saidInCells(cells: readonly string[], form: Form): string {
  const told = cells.map(cell => plain(cell, form)).filter(cell => /\p{L}{2,}/u.test(cell));
  const sentence = told.find(cell => cell.split(/\s+/).length >= 3);
  return sentence ?? told.join(', ');
}

/** The first sentence; undefined if too short. */
function statementOf(said: string): string | undefined {
  const clean = said.replace(/^[\s:–—-]+/u, '').trim();
  const [first] = sentencesIn([clean], 1);
  const text = first !== undefined && isEnded(first.text) ? first.text : clean;
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  const isWide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]{4,}/u.test(text);
  if (words.length < 2 && !isWide) return undefined;
  return clip(text.replace(/[:;,]$/, ''), longest);
}

/** `├── src/   # what it holds`, or the same by indentation alone. */
function drawnTree(path: string, block: Block, folder: string, known: KnownPaths): PathStatement[] {
  const found: PathStatement[] = [];
  const open: { readonly column: number; readonly name: string }[] = [];
  let isTree = false;
  for (const [index, raw] of block.lines.entries()) {
    if (raw.length > 300) continue;
    const name = /^[\s│├└─|`+\\-]*/u.exec(raw)![0];
    const rest = raw.slice(name.length);
    const match = /^([\w@.][\w@.\-/*]*)(?:\s+(?:#+|\/\/|←|<-|—|–|--?|:)\s+(\S.*)|\s{2,}(\S.*))?$/u.exec(
      rest.trimEnd(),
    );
    isTree ||= /[├└]/u.test(raw);
    if (!match) continue;
    const column = name.length;
    while (open.length > 0 && open.at(-1)!.column >= column) open.pop();
    open.push({ column, name: match[1]!.replace(/\/+$/, '') });
    const said = match[2] ?? match[3];
    if (said === undefined || (!isTree && !raw.includes('/'))) continue;
    const names = open.map(one => one.name);
    const subject =
      known.find(names.join('/'), folder) ??
      (names.length > 1 ? known.find(names.slice(1).join('/'), folder) : undefined);
    const text = statementOf(said);
    if (subject !== undefined && text !== undefined)
      found.push({ subject, text, path, line: block.line + index });
  }
  return found;
}
