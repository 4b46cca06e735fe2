/** What a generated sentence about a folder is made from: statements about what is in it. */
import type { Part, Statement } from './requests.ts';

const fewestStatements = 3;
const mostStatements = 6;
const longestStatement = 200;

/** Folders with enough statements to ask about, outermost first. */
export function foldersToAsk(parts: readonly Part[], most: number): string[] {
  const found: string[] = [];
  let level = [...parts];
  while (level.length > 0 && found.length < most) {
    const folders = level.filter(({ kind }) => kind === 'folder');
    found.push(...folders.filter(part => evidenceOf(part).length > 0).map(({ path }) => path));
    level = folders.flatMap(({ children }) => children);
  }
  return found.slice(0, most);
}

/** Three to six different statements of the parts of a folder, nearest first; none if there are fewer. */
export function evidenceOf({ statement, children }: Part): Statement[] {
  const chosen: Statement[] = [];
  const known = new Set<string>(statement && [statement.text]);
  let level = children;
  while (level.length > 0 && chosen.length < mostStatements) {
    for (const child of level) {
      const said = child.statement;
      if (said === undefined || known.has(said.text) || !isSentence(said.text)) continue;
      known.add(said.text);
      chosen.push(said);
    }
    level = level.flatMap(child => child.children);
  }
  return chosen.length < fewestStatements ? [] : chosen.slice(0, mostStatements);
}

function isSentence(text: string): boolean {
  return text.length <= longestStatement && text.split(/\s+/).length >= 4;
}
