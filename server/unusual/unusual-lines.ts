/** Lines ranked by how little they look like the rest of the repository, each with what stands in its place elsewhere, and where. */
import type { CopyMemory } from '../copy-memory/copy-memory.ts';
import type { LikePlace } from '../copy-memory/like-places.ts';
import type { Place } from '../protocol/requests.ts';
import type { UnusualLine, UnusualWord } from '../protocol/unusual.ts';
import { renderFile } from '../sequence/render.ts';
import { commentLines } from '../source-text/comments.ts';
import { canScan } from '../source-text/scanner.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { languageOf } from '../workspace/language.ts';
import type { FileUnit } from './file-units.ts';
import { FileJudge, type JudgedUnit } from './judge-file.ts';
import type { UnitViewer } from './model-view.ts';
import { mostPlaces, placeOf, placesAlike } from './places.ts';
import { implausible } from './plausible.ts';
import { scoreOf } from './score.ts';

export interface LinesAsked {
  /** The most lines wanted. */
  readonly most: number;
  /** Lines, from 1, that are asked about; all of them without it. */
  readonly among?: ReadonlySet<number> | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface ScoredUnit {
  readonly unit: JudgedUnit;
  readonly score: number;
  readonly isUnusual: boolean;
}

export class UnusualLines {
  readonly #tokenizer: Tokenizer;
  readonly #judge: FileJudge;

  constructor(memory: CopyMemory, tokenizer: Tokenizer, model?: UnitViewer) {
    this.#tokenizer = tokenizer;
    this.#judge = new FileJudge(memory, tokenizer, model);
  }

  /**
   * Of a text, given everything else in memory; what memory has of the file itself is left out.
   * @returns lines by how unusual the most unusual word in them is; lines of comments alone are left out
   */
  async inText(path: string, text: string, { most, among, signal }: LinesAsked): Promise<UnusualLine[]> {
    const tokens = this.#tokenizer.encodePieces(renderFile(path, text));
    const lines = text.split(/\r\n?|\n/);
    const byLine = new Map<number, ScoredUnit[]>();
    const language = languageOf(path);
    // Where comments cannot be told from code word by word, those that fill a line can.
    const comments = canScan(language) ? [] : commentLines(lines.join('\n'), language);
    const isAsked = (line: number) => (among === undefined || among.has(line)) && !comments[line - 1];
    const units = await this.#judge.judge(path, tokens, { isAsked, signal });
    const unlikely = implausible(units, ({ features, by }) => scoreOf(features, by) >= 0, {
      path,
      lines,
      tokenizer: this.#tokenizer,
      columnOf: ({ evidence }) => this.#columnOf(evidence.unit, tokens),
    });
    for (const unit of units) {
      const { line } = unit.evidence.unit;
      if (!isAsked(line)) continue;
      const found = byLine.get(line) ?? [];
      byLine.set(line, found);
      const score = scoreOf(unit.features, unit.by);
      found.push({ unit, score, isUnusual: score >= 0 && !unlikely.has(unit) });
    }
    const ranked = [...byLine].map(([line, found]) => {
      found.sort((one, other) => other.score - one.score);
      return { line, found, score: found[0]!.score };
    });
    ranked.sort((one, other) => other.score - one.score || one.line - other.line);
    return ranked.slice(0, most).map(({ line, found, score }) => ({
      path,
      line,
      text: lines[line - 1]?.trim() ?? '',
      score: Math.round(score * 100) / 100,
      isUnusual: found.some(({ isUnusual }) => isUnusual),
      words: found
        .toSorted((one, other) => Number(other.isUnusual) - Number(one.isUnusual))
        .filter(({ isUnusual }, i) => i === 0 || isUnusual)
        .slice(0, mostWords)
        .map(({ unit }) => this.#wordOf(path, unit, tokens)),
    }));
  }

  #wordOf(path: string, { evidence: { unit, actual, other } }: JudgedUnit, tokens: Uint16Array): UnusualWord {
    const all = other?.places ?? [];
    const alike = placesAlike(all, path);
    const [places, same] =
      alike.length > 0 ? [alike, placesAlike(actual.places, path)] : [all, actual.places];
    return {
      text: unit.text,
      column: this.#columnOf(unit, tokens) + 1,
      expected: other?.text ?? '',
      places: this.#placesOf(places),
      count: places.length,
      same: same.length,
    };
  }

  /** From 0. */
  #columnOf({ start, end }: FileUnit, tokens: Uint16Array): number {
    const own = this.#tokenizer.decode(tokens.subarray(start, end)).trimStart();
    return Math.max(0, this.#lineUpTo(tokens, end).length - own.length);
  }

  /** What stands before a position in its line. */
  #lineUpTo(tokens: Uint16Array, end: number): string {
    const { special } = this.#tokenizer;
    let start = end;
    while (start > 0 && tokens[start - 1] !== special.text) {
      start--;
      if (this.#tokenizer.newlinesIn(tokens[start]!) > 0) break;
    }
    const text = this.#tokenizer.decode(tokens.subarray(start, end));
    return text.slice(text.lastIndexOf('\n') + 1);
  }

  /** Where the other stands, most like first: at most a few lines. */
  #placesOf(places: readonly LikePlace[]): Place[] {
    const found = new Map<string, Place>();
    for (const place of places) {
      const one = placeOf(place, this.#tokenizer);
      found.set(`${one.path}:${one.line}`, one);
      if (found.size === mostPlaces) break;
    }
    return [...found.values()];
  }
}

const mostWords = 3;
