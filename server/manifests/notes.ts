/** What task files say of their tasks: comments above them, descriptions, the first command of a recipe. */
import { clip } from '../documents/prose.ts';

const longestNote = 160;
const longestLine = 400;
/** Lines above a task that may hold its comment. */
const mostAbove = 12;

/** The first sentence of a comment or description, however many lines it takes; a `…` ends a longer one. */
export function noteOf(lines: readonly string[]): string {
  const text = lines.join(' ').replace(/\s+/g, ' ').trim();
  const sentence = /^.*?[.!?](?=\s+\p{Lu})(?<!\b(?:e\.g|i\.e|etc|vs)\.)/u.exec(text)?.[0] ?? text;
  return clip(sentence, longestNote);
}

/**
 * The comment above a task.
 * @param isBetween lines that may stand between them, such as attributes
 */
export function commentAbove(lines: readonly string[], at: number, isBetween: RegExp): string | undefined {
  const said: string[] = [];
  for (let above = at - 1; above >= 0 && at - above <= mostAbove; above--) {
    const line = lines[above]!;
    if (line.length > longestLine) break;
    const comment = /^\s*#+(?!!)\s?(.*)$/.exec(line)?.[1];
    if (comment !== undefined) said.unshift(comment);
    else if (said.length > 0 || !isBetween.test(line)) break;
  }
  // An empty comment line or a rule separates paragraphs; the last is the task's.
  const from = said.findLastIndex(line => !/\p{L}/u.test(line)) + 1;
  const own = said.slice(said.at(-1) !== undefined && !/\p{L}/u.test(said.at(-1)!) ? 0 : from);
  const words = own.filter(line => /\p{L}/u.test(line));
  return words.length === 0 ? undefined : noteOf(words);
}

/** The first command of a recipe that does more than print or prepare, with the lines that continue it. */
export function firstCommand(lines: readonly string[], at: number): string {
  for (let next = at + 1; /^[ \t]+\S/.test(lines[next] ?? ''); next++) {
    const command: string[] = [];
    for (; next < lines.length && lines[next]!.length <= longestLine; next++) {
      command.push(lines[next]!.trim().replace(/\\$/, ''));
      if (!/\\\s*$/.test(lines[next]!)) break;
    }
    const text = command
      .join(' ')
      .replace(/^[@-]+\s*/, '')
      .replace(/\s+/g, ' ')
      .trim();
    if (text !== '' && !/^(?:#|echo\b|printf\b|set -|cd \S+$|rm |mkdir |\[ )/.test(text))
      return clip(text, longestNote);
  }
  return '';
}

/** A string of Ruby or Python on this line, with those that continue it. */
export function stringAt(lines: readonly string[], at: number, start: RegExp): string | undefined {
  const first = start.exec(lines[at]!);
  if (first === null) return undefined;
  const mark = /^<<[~-]?['"]?(\w+)/.exec(first[1]!)?.[1];
  if (mark !== undefined) {
    const end = lines.findIndex((line, index) => index > at && line.trim() === mark);
    return end < 0 ? undefined : noteOf(lines.slice(at + 1, Math.min(end, at + 1 + mostAbove)));
  }
  const parts: string[] = [];
  let rest = first[1]!;
  for (let next = at; next < at + mostAbove; rest = lines[++next]?.trim() ?? '') {
    const string = /^\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\)?\s*([\\+]?)/.exec(rest);
    if (string === null) break;
    parts.push((string[1] ?? string[2]!).replace(/\\(.)/g, '$1').trim());
    if (string[3] === '') break;
  }
  return parts.length === 0 ? undefined : noteOf(parts);
}
