/**
 * What a reader said of statements drawn from summaries: a file of tab-separated lines for each repository, `grade`, `path:line`, statement.
 * `right` tells a reader something true; `trivial` is true and says what the name says; `wrong` is false, misleading or no statement.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Share {
  readonly statements: number;
  readonly 'wrong %': number;
  readonly 'trivial %': number;
}

/** @throws Error naming the line that has none of the three grades */
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
