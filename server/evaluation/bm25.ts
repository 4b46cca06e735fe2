import { CopyMemory } from '../copy-memory/copy-memory.ts';
import { renderFile } from '../sequence/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { EvaluatedFile } from './lines.ts';

interface Chunk {
  readonly path: string;
  readonly text: string;
  readonly length: number;
}

/** Lines per chunk; chunks per prompt, together about the four thousand tokens that fit in completion prompts. */
const chunkLines = 10;
const chunksInPrompt = 32;
/** The usual constants of BM25 (Robertson and Zaragoza 2009). */
const k1 = 1.2;
const b = 0.75;

/** The common baseline: retrieves chunks of ten lines by BM25 against the lines before the cursor. */
export class ChunkIndex {
  readonly #chunks: Chunk[] = [];
  /** Chunks with each word, and its count in each. */
  readonly #postings = new Map<string, { readonly chunk: number; readonly count: number }[]>();
  readonly #meanLength: number;

  constructor(files: readonly EvaluatedFile[]) {
    let length = 0;
    for (const file of files) {
      const lines = file.text.split('\n');
      for (let start = 0; start < lines.length; start += chunkLines) {
        const text = lines.slice(start, start + chunkLines).join('\n');
        const counts = countWords(text);
        const words = [...counts.values()].reduce((sum, count) => sum + count, 0);
        if (words === 0) continue;
        length += words;
        for (const [word, count] of counts) {
          const places = this.#postings.get(word) ?? [];
          places.push({ chunk: this.#chunks.length, count });
          this.#postings.set(word, places);
        }
        this.#chunks.push({ path: file.path, text, length: words });
      }
    }
    this.#meanLength = length / Math.max(1, this.#chunks.length);
  }

  /** A copy memory of only the best chunks from other files. */
  memoryFor(before: string, path: string, tokenizer: Tokenizer): CopyMemory {
    const memory = new CopyMemory(tokenizer);
    const query = before.split('\n').slice(-chunkLines).join('\n');
    for (const [i, chunk] of this.best(query, path, chunksInPrompt).entries())
      memory.set(`${i}/${chunk.path}`, tokenizer.encodePieces(renderFile(chunk.path, chunk.text)));
    return memory;
  }

  /** Best last, as in a prompt. */
  best(query: string, exclude: string, count: number): Pick<Chunk, 'path' | 'text'>[] {
    const scores = new Map<number, number>();
    for (const word of countWords(query).keys()) {
      const places = this.#postings.get(word) ?? [];
      const rarity = Math.log(1 + (this.#chunks.length - places.length + 0.5) / (places.length + 0.5));
      for (const { chunk, count: found } of places) {
        const { length, path } = this.#chunks[chunk]!;
        if (path === exclude) continue;
        const damped = (found * (k1 + 1)) / (found + k1 * (1 - b + (b * length) / this.#meanLength));
        scores.set(chunk, (scores.get(chunk) ?? 0) + rarity * damped);
      }
    }
    return [...scores]
      .sort((x, y) => y[1] - x[1] || x[0] - y[0])
      .slice(0, count)
      .map(([chunk]) => this.#chunks[chunk]!)
      .reverse();
  }
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [])
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
