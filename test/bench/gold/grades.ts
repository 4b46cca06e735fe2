/**
 * A reader's grades of statements from summaries: for each repository a file of tab-separated `grade`, `path:line`,
 * the statement's subject (absent from lists drawn before it was printed), statement. `right` tells a reader something true; `trivial` is true but obvious from the name; `wrong` is false,
 * misleading or not a statement.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Share {
  readonly statements: number;
  readonly 'wrong %': number;
  readonly 'trivial %': number;
}

/** @throws Error naming the line with none of the three grades */
export function gradesIn(folder: string): Record<string, Share> {
  const found: Record<string, Share> = {};
  for (const file of readdirSync(folder).filter(name => name.endsWith('.tsv'))) {
    const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
    const grades = lines.map(line => line.split('\t')[0]!);
    const odd = grades.findIndex(grade => !/^(?:right|trivial|wrong)$/.test(grade));
    if (odd >= 0) throw new Error(`${file}:${odd + 1} is graded "${grades[odd]}"`);
    const share = (grade: string): number =>
      Math.round((grades.filter(one => one === grade).length / grades.length) * 1000) / 10;
    found[file.replace('.tsv', '')] = {
      statements: grades.length,
      'wrong %': share('wrong'),
      'trivial %': share('trivial'),
    };
  }
  return found;
}
