/** The lines of a file that say which other files it refers to. */

/** Lines that say which other files a file refers to, in most languages; of each, its start is looked at. */
const importLine =
  /^[ \t]*(?:import|from|export|use|using|#include|require\w*|package|namespace|mod)\b|\brequire\(/;
const lookedAt = 200;
/** Such a line with a list in brackets, which may go on below: names, or in Go the files themselves. */
const importList = /^[ \t]*(?:(?:import|from|use)\b|export\s+(?:type\s+)?\{)[^'"`]*$/;
/** Lines of a list: of a longer one, brackets are not closed yet. */
const mostOfList = 100;

/** What the choice of files depends on: while these lines stay the same, so does what a model is told. */
export function importLinesOf(text: string): string {
  const taken: string[] = [];
  let open = 0;
  let left = 0;
  for (const line of text.split('\n')) {
    const start = line.slice(0, lookedAt);
    const isOfList = open > 0 && left-- > 0;
    if (!isOfList && !importLine.test(start)) continue;
    taken.push(line);
    if (!isOfList) [open, left] = [0, mostOfList];
    if (isOfList || importList.test(start)) open += openedIn(start);
  }
  return taken.join('\n');
}

/** Brackets opened minus brackets closed. */
function openedIn(line: string): number {
  let open = 0;
  for (const sign of line) open += '({'.includes(sign) ? 1 : ')}'.includes(sign) ? -1 : 0;
  return open;
}
